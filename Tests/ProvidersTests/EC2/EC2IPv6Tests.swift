import Addressing
import Pool
import Testing

@testable import Providers

/// IPv6 prefixes, for which EC2 has actions of their own.
@Suite("IPv6 prefixes of EC2", .timeLimit(.minutes(5))) struct EC2IPv6Tests {
    private let eni = ENIID(Canned.primary)
    private let prefix = IPv6Network("2001:db8:0:1:1::/80")!

    /// A cloud in which the primary interface has a prefix, and assigning gives it.
    private func cloud(_ script: @escaping @Sendable (ScriptedEC2.Call) -> ScriptedEC2.Answer?) throws -> ScriptedEC2 {
        try ScriptedEC2 { call in
            if let answer = script(call) { return answer }
            return switch call.action {
            case "AssignIpv6Addresses": .reply(Canned.assigned(ipv6Prefixes: ["2001:db8:0:1:1::/80"]))
            case "DescribeNetworkInterfaces":
                .reply(Canned.interfaces([Canned.interface(ipv6Prefixes: ["2001:db8:0:1:1::/80"])]))
            default: nil
            }
        }
    }

    @Test("They are asked for, and given back, by their own actions") func requests() async throws {
        let cloud = try cloud { $0.action == "UnassignIpv6Addresses" ? .reply(Canned.document($0.action, "")) : nil }
        let provider = cloud.provider()
        #expect(try await provider.assignIPv6Prefixes(eni, count: 1, token: MutationToken("a")) == [prefix])
        try await provider.unassign(eni, ipv6Prefixes: [prefix])
        let common = "&Version=2016-11-15&NetworkInterfaceId=eni-0000000000000000a"
        #expect(
            cloud.calls.map(\.form) == [
                "Action=AssignIpv6Addresses\(common)&Ipv6PrefixCount=1",
                "Action=UnassignIpv6Addresses\(common)&Ipv6Prefix.1=2001%3Adb8%3A0%3A1%3A1%3A%3A%2F80",
            ])
    }

    @Test("Interfaces and subnets show them") func views() async throws {
        let cloud = try cloud { call in
            guard call.action == "DescribeSubnets" else { return nil }
            let blocks = [("2001:db8:0:9::/64", "disassociated"), ("2001:db8:0:1::/64", "associated")]
            return .reply(Canned.subnets(["subnet-1"], ipv6: blocks))
        }
        #expect(try await cloud.provider().interfaces().map(\.ipv6Prefixes) == [[prefix]])
        #expect(try await cloud.provider().subnets().map(\.ipv6CIDR) == [IPv6Network("2001:db8:0:1::/64")])
        let without = try ScriptedEC2 { _ in nil }
        #expect(try await without.provider().subnets().map(\.ipv6CIDR) == [nil])
    }

    @Test(
        "The interface's own address is the one that is primary, else the first",
        arguments: [
            ("", nil), ("<item><ipv6Address>2001:db8::7</ipv6Address></item>", "2001:db8::7"),
            (
                "<item><ipv6Address>2001:db8::7</ipv6Address><isPrimaryIpv6>false</isPrimaryIpv6></item>"
                    + "<item><ipv6Address>2001:db8::8</ipv6Address><isPrimaryIpv6>true</isPrimaryIpv6></item>",
                "2001:db8::8"
            ),
        ] as [(String, String?)])
    func ownAddress(items: String, expected: String?) async throws {
        let cloud = try ScriptedEC2 { call in
            guard call.action == "DescribeNetworkInterfaces" else { return nil }
            return .reply(Canned.interfaces([Canned.interface(ipv6Addresses: items)]))
        }
        #expect(try await cloud.provider().interfaces().map(\.ipv6Address?.description) == [expected])
    }

    @Test("A text that is no address is named") func noAddress() async throws {
        let cloud = try ScriptedEC2 { call in
            guard call.action == "DescribeNetworkInterfaces" else { return nil }
            let items = "<item><ipv6Address>none</ipv6Address></item>"
            return .reply(Canned.interfaces([Canned.interface(ipv6Addresses: items)]))
        }
        let error = ProviderError.malformedReply("EC2 gives \(Canned.primary) the IPv6 address 'none'")
        await #expect(throws: error) { try await cloud.provider().interfaces() }
    }

    @Test("Texts that are no prefix are named") func nonsense() async throws {
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "AssignIpv6Addresses": .reply(Canned.assigned(ipv6Prefixes: ["2001:db8::1/80"]))
            case "DescribeNetworkInterfaces": .reply(Canned.interfaces([Canned.interface(ipv6Prefixes: ["::/129"])]))
            case "DescribeSubnets": .reply(Canned.subnets(["subnet-1"], ipv6: [("none", "associated")]))
            default: nil
            }
        }
        let provider = cloud.provider()
        await #expect(throws: ProviderError.malformedReply("EC2 gives the IPv6 prefix '2001:db8::1/80'")) {
            try await provider.assignIPv6Prefixes(eni, count: 1, token: MutationToken("a"))
        }
        await #expect(throws: ProviderError.malformedReply("EC2 gives subnet-1 the IPv6 CIDR block 'none'")) {
            try await provider.subnets()
        }
        await #expect(throws: ProviderError.malformedReply("EC2 gives the IPv6 prefix '::/129'")) {
            try await provider.interfaces()
        }
    }

    @Test("A token assigns once in this process, and nothing else") func tokens() async throws {
        let cloud = try cloud { _ in nil }
        let provider = cloud.provider()
        for _ in 0..<2 {
            #expect(try await provider.assignIPv6Prefixes(eni, count: 1, token: MutationToken("a")) == [prefix])
        }
        #expect(cloud.calls.count == 1)
        for attempt in [
            { _ = try await provider.assignIPv6Prefixes(eni, count: 2, token: MutationToken("a")) },
            { _ = try await provider.assignPrefixes(eni, count: 1, token: MutationToken("a")) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: ProviderError.self) { try await attempt() }
            #expect(error?.description.contains("belongs to another request") == true)
        }
    }

    @Test("A request that EC2 may have carried out is not repeated") func doubt() async throws {
        let cloud = try cloud { $0.action == "AssignIpv6Addresses" ? .error("InternalError", status: 500) : nil }
        let error = await #expect(throws: ProviderError.self) {
            try await cloud.provider().assignIPv6Prefixes(eni, count: 1, token: MutationToken("a"))
        }
        guard case .transient = error else {
            Issue.record("\(String(describing: error)) instead of a failure of EC2")
            return
        }
        #expect(cloud.calls.map(\.action) == ["AssignIpv6Addresses"])
    }

    @Test("Fewer than asked for are a reply that cannot be") func fewer() async throws {
        let cloud = try cloud { _ in nil }
        let expected = ProviderError.malformedReply(
            "EC2 says that it assigned 1 instead of 2 IPv6 prefixes to eni-0000000000000000a")
        await #expect(throws: expected) {
            try await cloud.provider().assignIPv6Prefixes(eni, count: 2, token: MutationToken("a"))
        }
    }

    @Test("What an interface does not have is left out, as EC2 refuses the whole request for it") func gone()
        async throws
    {
        let cloud = try cloud { call in
            guard call.action == "UnassignIpv6Addresses" else { return nil }
            return call.parameters["Ipv6Prefix.2"] == nil
                ? .reply(Canned.document(call.action, "")) : .error("InvalidParameterValue")
        }
        let other = try #require(IPv6Network("2001:db8:0:1:2::/80"))
        try await cloud.provider().unassign(eni, ipv6Prefixes: [other, prefix])
        #expect(
            cloud.calls.map(\.action) == [
                "UnassignIpv6Addresses", "DescribeNetworkInterfaces", "UnassignIpv6Addresses",
            ])
        #expect(cloud.calls.last?.parameters["Ipv6Prefix.1"] == "2001:db8:0:1:1::/80")
    }
}
