import FoundationEssentials
import HTTPTypes
import JSON
import ModelVPC
import NIOCore
import Testing

@testable import CloudServer

@Suite("The instance metadata service") struct MetadataTests {
    private static let tokenHeader = HTTPField.Name("X-aws-ec2-metadata-token")!
    private static let lifetimeHeader = HTTPField.Name("X-aws-ec2-metadata-token-ttl-seconds")!
    private static let base = "/imds/\(TestCloud.node)/latest"

    private func token(_ cloud: TestCloud, lifetime: String = "60") async throws -> String {
        let answer = try await cloud.send(
            .put, Self.base + "/api/token", headers: [Self.lifetimeHeader: lifetime])
        #expect(answer.status == 200 && answer.headers[Self.lifetimeHeader] == lifetime)
        return answer.body
    }

    private func get(_ cloud: TestCloud, _ path: String, token: String) async throws -> Answer {
        try await cloud.send(.get, Self.base + path, headers: [Self.tokenHeader: token])
    }

    @Test("Everything about the instance and its interfaces") func values() async throws {
        let cloud = try await TestCloud()
        let eni = try await cloud.primary()
        _ = try await cloud.call(
            "AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "SecondaryPrivateIpAddressCount": "1"])
        _ = try await cloud.call("AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4PrefixCount": "2"])
        _ = try await cloud.call("AssignIpv6Addresses", ["NetworkInterfaceId": eni, "Ipv6PrefixCount": "1"])
        let token = try await token(cloud)
        func text(_ path: String) async throws -> String { try await get(cloud, path, token: token).body }
        #expect(try await text("/meta-data/instance-id") == TestCloud.node)
        #expect(try await text("/meta-data/instance-type") == "m5.large")
        #expect(try await text("/meta-data/placement/availability-zone") == "us-east-1a")
        #expect(try await text("/meta-data/placement/region") == "us-east-1")
        let mac = try await text("/meta-data/mac")
        let macs = "/meta-data/network/interfaces/macs/"
        #expect(try await text(macs) == mac + "/")
        #expect(try await text(macs + mac + "/interface-id") == eni)
        #expect(try await text(macs + mac + "/device-number") == "0")
        #expect(try await text(macs + mac + "/local-ipv4s") == "10.0.1.4\n10.0.1.6")
        #expect(try await text(macs + mac + "/ipv4-prefix") == "10.0.1.16/28\n10.0.1.32/28")
        #expect(try await text(macs + mac + "/ipv6s") == "2001:db8:0:1::a00:104")
        #expect(try await text(macs + mac + "/ipv6-prefix") == "2001:db8:0:1:1::/80")
        #expect(try await text(macs + mac + "/subnet-ipv6-cidr-blocks") == "2001:db8:0:1::/64")
        #expect(try await text(macs + mac + "/vpc-ipv6-cidr-blocks") == "2001:db8:0:1::/64")
        #expect(try await text(macs + mac + "/subnet-id") == TestCloud.subnet)
        #expect(try await text(macs + mac + "/subnet-ipv4-cidr-block") == "10.0.1.0/24")
        #expect(try await text(macs + mac + "/vpc-ipv4-cidr-blocks") == "10.0.0.0/16")
        #expect(try await text("/meta-data/placement/") == "availability-zone\nregion")
        #expect(try await text("/").split(separator: "\n") == ["dynamic/", "meta-data/"])
        let document = try JSONValue(parsing: try await text("/dynamic/instance-identity/document"))
        guard case .object(let members) = document else { throw UnexpectedReply() }
        #expect(members["instanceId"] == .string(TestCloud.node) && members["region"] == "us-east-1")
        for path in ["/meta-data/none", "/meta-data/iam/security-credentials/", "/meta-data/mac/x", "/meta-data/mac/"] {
            #expect(try await get(cloud, path, token: token).status == 404)
        }
    }

    @Test("Without IPv6, there are no paths of it") func withoutIPv6() async throws {
        let cloud = try await TestCloud { $0.cloud.subnets[0].ipv6CIDR = nil }
        let token = try await token(cloud)
        let macs = "/meta-data/network/interfaces/macs/"
        let names = try await get(cloud, macs + get(cloud, macs, token: token).body, token: token).body
        #expect(names.contains("vpc-ipv4-cidr-blocks") && !names.contains("ipv6"))
    }

    @Test("Nothing without a token that is valid, and of this instance") func tokens() async throws {
        let cloud = try await TestCloud()
        let token = try await token(cloud)
        let path = "/meta-data/instance-id"
        #expect(try await cloud.send(.get, Self.base + path).status == 401)
        #expect(try await get(cloud, path, token: "invented").status == 401)
        let other = "/imds/\(TestCloud.old)/latest"
        #expect(try await cloud.send(.get, other + path, headers: [Self.tokenHeader: token]).status == 401)
        cloud.clock.advance(.seconds(59))
        #expect(try await get(cloud, path, token: token).status == 200)
        cloud.clock.advance(.seconds(1))
        #expect(try await get(cloud, path, token: token).status == 401)
    }

    @Test("Tokens are for who asks properly") func badTokens() async throws {
        let cloud = try await TestCloud()
        let path = Self.base + "/api/token"
        #expect(try await cloud.send(.put, path).status == 400)
        for lifetime in ["0", "21601", "x", "-1"] {
            #expect(try await cloud.send(.put, path, headers: [Self.lifetimeHeader: lifetime]).status == 400)
        }
        let forwarded: HTTPFields = [
            Self.lifetimeHeader: "60", try #require(HTTPField.Name("X-Forwarded-For")): "192.0.2.1",
        ]
        #expect(try await cloud.send(.put, path, headers: forwarded).status == 403)
        #expect(try await cloud.send(.post, path).status == 405)
        #expect(try await cloud.send(.get, path).status == 401)
    }

    @Test("A caller that is no instance gets nothing, unless one is named for it") func unknownCaller() async throws {
        let nobody = try await TestCloud()
        let headers: HTTPFields = [Self.lifetimeHeader: "60"]
        for path in ["/latest/api/token", "/imds/i-none/latest/api/token", "/imds", "/imds/\(TestCloud.node)/api"] {
            #expect(try await nobody.send(.put, path, headers: headers).status == 404)
        }
        let somebody = try await TestCloud { $0.imdsInstance = .init(rawValue: TestCloud.old) }
        let token = try await somebody.send(.put, "/latest/api/token", headers: headers).body
        let id = try await somebody.send(
            .get, "/latest/meta-data/instance-id", headers: [Self.tokenHeader: token])
        #expect(id.body == TestCloud.old)
    }

    @Test("A caller is the instance that has its address", arguments: ["10.0.1.4", "10.0.1.6", "10.0.1.20"])
    func callerByAddress(address: String) async throws {
        let cloud = try await TestCloud()
        let eni = try await cloud.primary()
        _ = try await cloud.call(
            "AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "SecondaryPrivateIpAddressCount": "1"])
        _ = try await cloud.call("AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4PrefixCount": "1"])
        for text in [address, "::ffff:" + address] {
            let remote = try SocketAddress(ipAddress: text, port: 1)
            #expect(try await cloud.state.instance(at: remote)?.rawValue == TestCloud.node)
        }
        #expect(try await cloud.state.instance(at: SocketAddress(ipAddress: "10.0.1.200", port: 1)) == nil)
        #expect(try await cloud.state.instance(at: SocketAddress(ipAddress: "::1", port: 1)) == nil)
    }

    @Test("The role's keys sign calls, until they expire") func roleCredentials() async throws {
        let cloud = try await TestCloud { $0.role = .init(name: "pods", lifetime: .seconds(1000)) }
        let token = try await token(cloud)
        let path = "/meta-data/iam/security-credentials/"
        #expect(try await get(cloud, path, token: token).body == "pods")
        let document = try JSONValue(parsing: Array(try await get(cloud, path + "pods", token: token).body.utf8))
        guard case .object(let members) = document, case .string(let id) = members["AccessKeyId"] else {
            throw UnexpectedReply()
        }
        #expect(members["Code"] == "Success" && members["Expiration"] == "2015-08-30T12:52:40Z")
        #expect(members["LastUpdated"] == "2015-08-30T12:36:00Z")
        let key = try #require(cloud.state.keys[id])
        #expect(members["SecretAccessKey"] == .string(key.credential.secretAccessKey))
        #expect(members["Token"] == key.credential.sessionToken.map { .string($0) })
        #expect(key.instance?.rawValue == TestCloud.node)
        #expect(try await cloud.call("DescribeSubnets").code == "AuthFailure")
    }
}
