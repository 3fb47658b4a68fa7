import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import CloudServer

/// The examples are those of AWS's test suite for Signature Version 4, which signs for a service called `service`.
@Suite("Signatures") struct SignatureTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    private static let day = "20150830"
    private static let stamp = "20150830T123600Z"

    private func verify(
        _ method: HTTPRequest.Method, _ path: String, signedHeaders: String = "host;x-amz-date", signature: String,
        headers: HTTPFields = [:], body: String = "", service: String = "service", region: String = "us-east-1",
        accessKeyID: String = "AKIDEXAMPLE", key: CloudConfiguration.Credential? = nil, at date: Date? = nil
    ) throws(EC2Error) -> KeyRing.Key? {
        let credential = key ?? .init(accessKeyID: "AKIDEXAMPLE", secretAccessKey: SignatureTests.secret)
        let ring = KeyRing([credential], role: nil) { date ?? TestCloud.exampleDate }
        let verifier = SignatureVerifier(keys: ring, region: "us-east-1", service: "service")
        var fields = headers
        if let name = HTTPField.Name("X-Amz-Date") { fields[name] = SignatureTests.stamp }
        fields[.authorization] =
            "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(SignatureTests.day)/\(region)/\(service)/aws4_request, "
            + "SignedHeaders=\(signedHeaders), Signature=\(signature)"
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "example.amazonaws.com", path: path, headerFields: fields)
        return try verifier.verify(
            Request(head: head, body: RequestBody(buffer: ByteBuffer())), body: Array(body.utf8))
    }

    private static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

    @Test("AWS's examples are accepted") func examples() throws {
        let key = try verify(.get, "/", signature: SignatureTests.vanilla)
        #expect(key?.credential.accessKeyID == "AKIDEXAMPLE")
        _ = try verify(
            .get, "/?Param2=value2&Param1=value1",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")
        _ = try verify(
            .post, "/", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")
        _ = try verify(
            .post, "/", signedHeaders: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            headers: [.contentType: "application/x-www-form-urlencoded"], body: "Param1=value1")
    }

    @Test("What is changed on the way, or signed otherwise, is refused") func changed() {
        func code(_ body: () throws(EC2Error) -> KeyRing.Key?) -> String? {
            do throws(EC2Error) { _ = try body() } catch { return error.code }
            return nil
        }
        let vanilla = SignatureTests.vanilla
        #expect(
            code { () throws(EC2Error) in try verify(.get, "/?a=b", signature: vanilla) } == "SignatureDoesNotMatch")
        #expect(code { () throws(EC2Error) in try verify(.post, "/", signature: vanilla) } == "SignatureDoesNotMatch")
        #expect(
            code { () throws(EC2Error) in try verify(.get, "/", signature: vanilla, body: "x") }
                == "SignatureDoesNotMatch")
        #expect(
            code { () throws(EC2Error) in try verify(.get, "/", signature: vanilla, region: "eu-west-1") }
                == "SignatureDoesNotMatch")
        #expect(
            code { () throws(EC2Error) in try verify(.get, "/", signature: vanilla, service: "ec2") }
                == "SignatureDoesNotMatch")
        #expect(
            code { () throws(EC2Error) in try verify(.get, "/", signedHeaders: "host", signature: vanilla) }
                == "SignatureDoesNotMatch")
        #expect(
            code { () throws(EC2Error) in
                try verify(.get, "/", signedHeaders: "host;x-amz-date;x-none", signature: vanilla)
            } == "SignatureDoesNotMatch")
        #expect(
            code { () throws(EC2Error) in
                try verify(
                    .get, "/", signature: vanilla, key: .init(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "other"))
            } == "SignatureDoesNotMatch")
        #expect(
            code { () throws(EC2Error) in try verify(.get, "/", signature: vanilla, accessKeyID: "AKIDOTHER") }
                == "AuthFailure")
        #expect(
            code { () throws(EC2Error) in
                try verify(
                    .get, "/", signature: vanilla,
                    key: .init(
                        accessKeyID: "AKIDEXAMPLE", secretAccessKey: SignatureTests.secret, sessionToken: "token"))
            } == "AuthFailure")
        for seconds in [-301.0, 301] {
            #expect(
                code { () throws(EC2Error) in
                    try verify(
                        .get, "/", signature: vanilla, at: TestCloud.exampleDate.addingTimeInterval(seconds))
                } == "RequestExpired")
        }
    }

    @Test(
        "Headers that are no signature",
        arguments: [
            "", "Basic YTpi", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b/c/d", "AWS4-HMAC-SHA256 =,=,=",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host",
        ])
    func noSignature(text: String) async throws {
        let cloud = try await TestCloud {
            $0.credentials = [.init(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")]
        }
        let answer = try await cloud.post("", headers: [.authorization: text])
        #expect(answer.status == 401 && answer.code == "AuthFailure")
        let unsigned = try await cloud.call("DescribeSubnets")
        #expect(unsigned.status == 401 && unsigned.code == "AuthFailure")
    }

    @Test("Keys of the role change in time, are valid for their time, and name their instance") func role() throws {
        let clock = TestClock()
        let ring = KeyRing([], role: .init(name: "node", lifetime: .seconds(100))) { clock.date }
        let instance = CloudConfiguration.Instance(
            id: .init(rawValue: "i-1"), type: "t", limits: .init(interfaces: 1, ipv4PerInterface: 1),
            subnet: .init(rawValue: "s")
        ).id
        let first = try #require(ring.roleKey(of: instance))
        #expect(ring.isRequired && ring[first.credential.accessKeyID] == first && first.instance == instance)
        clock.advance(.seconds(49))
        #expect(ring.roleKey(of: instance) == first)
        clock.advance(.seconds(1))
        let second = try #require(ring.roleKey(of: instance))
        #expect(second != first && ring[first.credential.accessKeyID] == first)
        clock.advance(.seconds(60))
        _ = ring.roleKey(of: instance)
        #expect(ring[first.credential.accessKeyID] == nil && ring[second.credential.accessKeyID] == second)
    }
}
