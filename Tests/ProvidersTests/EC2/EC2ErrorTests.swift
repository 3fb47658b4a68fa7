import Addressing
import Pool
import Testing

@testable import Providers

@Suite("EC2's errors") struct EC2ErrorTests {
    private static let subject = EC2Request.Subject(
        interface: ENIID("eni-1"), subnet: SubnetID("subnet-1"), instance: "i-1",
        addresses: [IPv4Address("10.0.1.7")!, IPv4Address("10.0.1.77")!], securityGroups: ["sg-1", "sg-2"])

    private func mapped(_ code: String?, _ message: String = "words", status: Int = 400) -> ProviderError {
        ProviderError(
            EC2Error(code: code, message: message, status: status, requestID: "7a62"),
            to: EC2Request("Act", about: EC2ErrorTests.subject))
    }

    @Test(
        "Every code that tells what happened has its case",
        arguments: [
            ("PrivateIpAddressLimitExceeded", .limitReached(.addressesPerInterface)),
            ("AttachmentLimitExceeded", .limitReached(.interfaces)),
            ("InsufficientFreeAddressesInSubnet", .subnetExhausted(SubnetID("subnet-1"))),
            ("InsufficientCidrBlocks", .noContiguousPrefix(SubnetID("subnet-1"))),
            ("InvalidNetworkInterfaceID.NotFound", .notFound("interface eni-1")),
            ("InvalidNetworkInterfaceId.Malformed", .notFound("interface eni-1")),
            ("InvalidSubnetID.NotFound", .notFound("subnet subnet-1")),
            ("InvalidInstanceID.NotFound", .notFound("instance i-1")),
            ("InvalidSecurityGroupID.NotFound", .notFound("one of the security groups sg-1, sg-2")),
            ("UnauthorizedOperation", .permissionDenied("UnauthorizedOperation: words (request 7a62)")),
            ("OptInRequired", .permissionDenied("OptInRequired: words (request 7a62)")),
            ("AuthFailure", .invalidCredentials("AuthFailure: words (request 7a62)")),
            ("ExpiredToken", .invalidCredentials("ExpiredToken: words (request 7a62)")),
            (
                "InvalidAttachmentID.NotFound",
                .incorrectState("not attached any more: InvalidAttachmentID.NotFound: words (request 7a62)")
            ),
            (
                "NetworkInterfaceLimitExceeded",
                .incorrectState(
                    "the account's quota of network interfaces is used up: "
                        + "NetworkInterfaceLimitExceeded: words (request 7a62)")
            ),
            ("IncorrectState", .incorrectState("EC2 refuses Act: IncorrectState: words (request 7a62)")),
            (
                "IdempotentParameterMismatch",
                .incorrectState("EC2 refuses Act: IdempotentParameterMismatch: words (request 7a62)")
            ),
        ] as [(String, ProviderError)])
    func codes(code: String, error: ProviderError) {
        #expect(mapped(code) == error)
    }

    @Test(
        "Too many requests are throttling, whatever they are called and whatever the status",
        arguments: ["RequestLimitExceeded", "Throttling", "ThrottlingException", "EC2ThrottledException", "SlowDown"])
    func throttling(code: String) {
        #expect(mapped(code, status: 503) == .throttled(retryAfter: nil))
        let asked = EC2Error(code: code, message: "", status: 400, retryAfter: .seconds(3))
        #expect(ProviderError(asked, to: EC2Request("Act")) == .throttled(retryAfter: .seconds(3)))
    }

    @Test("Failures of EC2 itself carry their status") func failures() {
        #expect(mapped("InternalError", status: 500) == .transient(status: 500, "InternalError: words (request 7a62)"))
        #expect(mapped("Unavailable", status: 503) == .transient(status: 503, "Unavailable: words (request 7a62)"))
    }

    @Test("Of an unknown code, and of none, the status tells") func unknown() {
        #expect(mapped("Novelty") == .incorrectState("EC2 refuses Act: Novelty: words (request 7a62)"))
        #expect(mapped("Novelty", status: 500) == .transient(status: 500, "Novelty: words (request 7a62)"))
        #expect(mapped(nil, status: 502) == .transient(status: 502, "words (request 7a62)"))
        #expect(mapped(nil, status: 429) == .throttled(retryAfter: nil))
        #expect(
            mapped(nil, "", status: 404)
                == .malformedReply(
                    "status 404 (request 7a62); is there a proxy or another service at that address?"))
    }

    @Test("An address in use is named, under the code for it and under the general one") func conflict() {
        #expect(mapped("InvalidIPAddress.InUse") == .conflict("10.0.1.7, 10.0.1.77"))
        #expect(mapped("InvalidIPAddress.InUse", "Address 10.0.1.77 is in use.") == .conflict("10.0.1.77"))
        #expect(mapped("InvalidParameterValue", "Address [10.0.1.7] is in use") == .conflict("10.0.1.7"))
        guard case .incorrectState = mapped("InvalidParameterValue", "Address 10.0.1.78 is in use") else {
            Issue.record("an address that nobody asked for is no conflict")
            return
        }
    }

    @Test("Long words are cut, and only their first line is repeated") func words() {
        let error = EC2Error(
            code: "SignatureDoesNotMatch", message: "The signature is wrong.\nx-amz-security-token:SECRET", status: 403)
        #expect(error.text == "SignatureDoesNotMatch: The signature is wrong.")
        let long = EC2Error(code: nil, message: String(repeating: "x", count: 5_000), status: 403)
        #expect(long.text.count == 301)
    }

    @Test("No two spellings of a code differ in meaning") func spellings() {
        var meanings: [String: EC2Error.Meaning] = [:]
        for (code, meaning) in EC2Error.meanings {
            #expect(meanings.updateValue(meaning, forKey: code.lowercased()) ?? meaning == meaning)
        }
        #expect(EC2Error.meanings.count > 80)
    }
}
