import Testing

@testable import CloudServer

@Suite("EC2: IPv6 prefixes") struct IPv6ActionTests {
    @Test("They are assigned by number and by name, and given back") func prefixes() async throws {
        let cloud = try await TestCloud()
        let eni = try await cloud.primary()
        let counted = try await cloud.call(
            "AssignIpv6Addresses", ["NetworkInterfaceId": eni, "Ipv6PrefixCount": "2"])
        #expect(counted.values("networkInterfaceId") == [eni])
        #expect(counted.values("item") == ["2001:db8:0:1:1::/80", "2001:db8:0:1:2::/80"])
        let named = try await cloud.call(
            "AssignIpv6Addresses", ["NetworkInterfaceId": eni, "Ipv6Prefix.1": "2001:db8:0:1:ffff::/80"])
        #expect(named.values("item") == ["2001:db8:0:1:ffff::/80"])
        let unassigned = try await cloud.call(
            "UnassignIpv6Addresses", ["NetworkInterfaceId": eni, "Ipv6Prefix.1": "2001:db8:0:1:1::/80"])
        #expect(unassigned.values("item") == ["2001:db8:0:1:1::/80"])
        let described = try await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": eni])
        #expect(described.values("ipv6Prefix") == ["2001:db8:0:1:2::/80", "2001:db8:0:1:ffff::/80"])
        #expect(described.values("privateIpAddress").count == 2)
    }

    @Test("Subnets and instance types say what there is") func describing() async throws {
        let cloud = try await TestCloud { $0.instances[1].limits.ipv6PerInterface = 0 }
        let subnets = try await cloud.call("DescribeSubnets")
        #expect(subnets.values("ipv6CidrBlock") == ["2001:db8:0:1::/64"])
        let found = try await cloud.call(
            "DescribeSubnets",
            [
                "Filter.1.Name": "ipv6-cidr-block-association.ipv6-cidr-block",
                "Filter.1.Value.1": "2001:db8:0:1::/64",
            ])
        #expect(found.values("subnetId") == [TestCloud.subnet])
        let types = try await cloud.call(
            "DescribeInstanceTypes",
            ["InstanceType.1": "m5.large", "InstanceType.2": "t2.small", "InstanceType.3": "t3.nano"])
        #expect(types.values("ipv6AddressesPerInterface") == ["10", "0", "2"])
        #expect(types.values("ipv6Supported") == ["true", "false", "true"])
    }

    @Test("What is refused") func refused() async throws {
        let cloud = try await TestCloud()
        let (eni, old) = (try await cloud.primary(), try await cloud.primary(of: TestCloud.old))
        let made = try await cloud.call("CreateNetworkInterface", ["SubnetId": TestCloud.tiny])
        let other = try #require(made.values("networkInterfaceId").first)
        func code(_ action: String, _ parameters: [String: String], _ eni: String) async throws -> String? {
            let all = parameters.merging(["NetworkInterfaceId": eni]) { given, _ in given }
            return try await cloud.call(action, all).code
        }
        let (assign, unassign) = ("AssignIpv6Addresses", "UnassignIpv6Addresses")
        #expect(try await code(assign, ["Ipv6PrefixCount": "11"], eni) == "PrivateIpAddressLimitExceeded")
        #expect(try await code(assign, ["Ipv6PrefixCount": "1"], old) == "InvalidParameterValue")
        #expect(try await code(assign, ["Ipv6PrefixCount": "1"], other) == "IncorrectState")
        #expect(try await code(assign, ["Ipv6PrefixCount": "0"], eni) == "MissingParameter")
        #expect(try await code(assign, [:], eni) == "MissingParameter")
        #expect(try await code(unassign, [:], eni) == "MissingParameter")
        for prefix in ["2001:db8:0:1::/80", "2001:db8:0:1:1::/81", "2001:db8:0:1::1/80", "2001:db8:0:2:1::/80"] {
            #expect(try await code(assign, ["Ipv6Prefix.1": prefix], eni) == "InvalidParameterValue", "\(prefix)")
        }
        #expect(
            try await code(unassign, ["Ipv6Prefix.1": "2001:db8:0:1:1::/80"], eni) == "InvalidParameterValue")
        #expect(
            try await code(assign, ["Ipv6PrefixCount": "1", "Ipv6Prefix.1": "2001:db8:0:1:1::/80"], eni)
                == "InvalidParameterCombination")
        for action in [assign, unassign] {
            #expect(
                try await code(action, ["Ipv6Addresses.1": "2001:db8:0:1::7"], eni) == "UnsupportedOperation",
                "\(action)")
        }
        #expect(try await code(assign, ["Ipv6AddressCount": "1"], eni) == "UnsupportedOperation")
        #expect(
            try await code(unassign, ["Ipv6AddressCount": "1", "Ipv6Prefix.1": "2001:db8:0:1:1::/80"], eni)
                == "UnknownParameter")
        #expect(
            try await code(assign, ["Ipv6PrefixCount": "1"], "eni-fffffffffffffffff")
                == "InvalidNetworkInterfaceID.NotFound")
    }
}
