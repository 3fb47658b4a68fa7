import Addressing
import Curl
import HTTPTesting
import Testing

@testable import Providers

@Suite("Instance metadata", .timeLimit(.minutes(2))) struct InstanceMetadataTests {
    let http: HTTPClient
    let clock = WallClock()

    init() {
        var configuration = HTTPClientConfiguration()
        // Nobody is there: what the service is asked goes to it directly.
        configuration.proxy = HTTPProxy(http: "http://127.0.0.1:1", https: "http://127.0.0.1:1")
        http = HTTPClient(configuration)
    }

    private static let values = [
        "instance-id": "i-0123456789abcdef0", "mac": "0a:01:02:03:04:05", "placement/region": "eu-central-1",
        "iam/security-credentials/": "node-role", "iam/security-credentials/node-role": TestMetadata.role("ASIA1"),
    ]

    @Test("One token serves for all questions") func values() async throws {
        let service = try TestMetadata(InstanceMetadataTests.values)
        let metadata = service.client(http, clock)
        #expect(try await metadata.instanceID() == "i-0123456789abcdef0")
        #expect(try await metadata.mac() == MACAddress("0a:01:02:03:04:05"))
        #expect(try await metadata.region() == "eu-central-1")
        let issued = try await metadata.roleCredentials()
        #expect(
            issued.credentials
                == AWSCredentials(
                    accessKeyID: "ASIA1", secretAccessKey: "secret-of-ASIA1", sessionToken: "token-of-ASIA1"))
        #expect(issued.expiration == 2_114_380_800)
        #expect(issued.source == "the instance role node-role")
        #expect(service.state.tokens == 1)
    }

    @Test("The VPC's networks; without IPv6, there are none of it") func networks() async throws {
        let base = "network/interfaces/macs/0a:01:02:03:04:05/"
        var values = InstanceMetadataTests.values
        values[base + "vpc-ipv4-cidr-blocks"] = "10.0.0.0/16\n10.1.0.0/16"
        let old = try TestMetadata(values)
        #expect(
            try await old.client(http, clock).vpcNetworks() == ["10.0.0.0/16", "10.1.0.0/16"].map { IPv4Network($0) })
        #expect(try await old.client(http, clock).vpcIPv6Networks() == [])
        values[base + "vpc-ipv6-cidr-blocks"] = "2001:db8::/56\n2001:db8:1::/56"
        let both = try TestMetadata(values)
        #expect(
            try await both.client(http, clock).vpcIPv6Networks()
                == ["2001:db8::/56", "2001:db8:1::/56"].map { IPv6Network($0) })
        values[base + "vpc-ipv6-cidr-blocks"] = "10.0.0.0/16"
        let wrong = try TestMetadata(values)
        let error = await #expect(throws: InstanceMetadataError.self) {
            try await wrong.client(http, clock).vpcIPv6Networks()
        }
        #expect(error?.description.contains("it is no IPv6 network: 10.0.0.0/16") == true)
    }

    @Test("A token is renewed before it expires, as the service says when") func expiry() async throws {
        let service = try TestMetadata(InstanceMetadataTests.values)
        service.set { $0.lifetime = "300" }
        let metadata = service.client(http, clock)
        _ = try await metadata.region()
        clock.now += 239
        _ = try await metadata.region()
        #expect(service.state.tokens == 1)
        clock.now += 1
        _ = try await metadata.region()
        #expect(service.state.tokens == 2)
    }

    @Test("A token that the service has forgotten is renewed, once") func forgotten() async throws {
        let service = try TestMetadata(InstanceMetadataTests.values)
        let metadata = service.client(http, clock)
        _ = try await metadata.region()
        service.set { $0.valid = [] }
        #expect(try await metadata.region() == "eu-central-1")
        #expect(service.state.tokens == 2)
        service.set {
            $0.valid = []
            $0.isForgetful = true
        }
        await #expect(throws: InstanceMetadataError.refused(path: "placement/region", status: 401)) {
            _ = try await metadata.region()
        }
        #expect(service.state.tokens == 3)
    }

    @Test("Without a token, nothing is asked: there is no fallback to the first version", arguments: [403, 404, 500])
    func noToken(status: Int) async throws {
        let service = try TestMetadata(InstanceMetadataTests.values)
        service.set { $0.tokenStatus = status }
        let error = await #expect(throws: InstanceMetadataError.self) {
            _ = try await service.client(http, clock).region()
        }
        switch status {
        case 403: #expect(error == .disabled)
        case 404: #expect(error == .notFound(path: "api/token"))
        default: #expect(error == .refused(path: "api/token", status: 500))
        }
        #expect(service.state.requests.map(\.method) == ["PUT"])
    }

    @Test("What the instance doesn't have, and what the service doesn't tell") func refusals() async throws {
        let service = try TestMetadata(["placement/region": "eu-central-1"])
        service.set { $0.statuses = ["placement/region": 503] }
        let metadata = service.client(http, clock)
        await #expect(throws: InstanceMetadataError.notFound(path: "iam/security-credentials/")) {
            _ = try await metadata.roleCredentials()
        }
        await #expect(throws: InstanceMetadataError.refused(path: "placement/region", status: 503)) {
            _ = try await metadata.region()
        }
    }

    @Test(
        "A value that is none is refused",
        arguments: ["", "two words", "a\nb", "../../etc", "<html>", String(repeating: "x", count: 200), "ü"])
    func malformed(value: String) async throws {
        let service = try TestMetadata([
            "placement/region": value, "mac": value,
            "iam/security-credentials/": value.isEmpty ? "/" : value,
        ])
        let metadata = service.client(http, clock)
        func isMalformed(_ error: InstanceMetadataError?) -> Bool {
            if case .malformed = error { true } else { false }
        }
        #expect(isMalformed(await #expect(throws: InstanceMetadataError.self) { _ = try await metadata.region() }))
        #expect(isMalformed(await #expect(throws: InstanceMetadataError.self) { _ = try await metadata.mac() }))
        if value != "a\nb" {
            #expect(
                isMalformed(
                    await #expect(throws: InstanceMetadataError.self) { _ = try await metadata.roleCredentials() }))
        }
    }

    @Test(
        "A role's credentials that are none are refused, and say why",
        arguments: [
            ("", "no JSON"), ("[]", "no Expiration"),
            (#"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "m"}"#, ": m"),
            (TestMetadata.role("A", expiration: "tomorrow"), "tomorrow"), (TestMetadata.role(""), "no AccessKeyId"),
            (TestMetadata.role("A B"), "AccessKeyId has a character"),
            (#"{"Code": "Success", "AccessKeyId": 1, "Expiration": "2037-01-01T00:00:00Z"}"#, "no AccessKeyId"),
        ])
    func malformedRole(reply: String, reason: String) async throws {
        let service = try TestMetadata([
            "iam/security-credentials/": "node-role", "iam/security-credentials/node-role": reply,
        ])
        let error = await #expect(throws: InstanceMetadataError.self) {
            _ = try await service.client(http, clock).roleCredentials()
        }
        guard case .malformed("iam/security-credentials/node-role", let words) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(words.contains(reason))
    }

    @Test("A token that no header can carry is refused") func malformedToken() async throws {
        let service = try TestMetadata()
        service.set { $0.token = "a b" }
        let error = await #expect(throws: InstanceMetadataError.self) {
            _ = try await service.client(http, clock).region()
        }
        #expect(error == .malformed(path: "api/token", reason: "it is no token"))
    }

    @Test("A service that is down", arguments: ["refused", "hanging"]) func down(way: String) async throws {
        let server = try TestServer { connection in connection.waitForClose() }
        if way == "refused" { server.stop() }
        let metadata = InstanceMetadata(
            client: http, endpoint: server.url(),
            timeouts: way == "hanging" ? HTTPTimeouts(total: .milliseconds(200)) : HTTPTimeouts(), now: { 0 })
        let error = await #expect(throws: InstanceMetadataError.self) { _ = try await metadata.region() }
        switch error {
        case .unreachable(.connectionFailed): #expect(way == "refused")
        case .unreachable(.timedOut): #expect(way == "hanging")
        default: Issue.record("\(String(describing: error))")
        }
        #expect("\(try #require(error))".contains("hop limit"))
    }
}
