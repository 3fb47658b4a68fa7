import Testing

@testable import CloudServer

@Suite("EC2: addresses and prefixes") struct AddressActionTests {
    @Test("Addresses are assigned by number and by name, and given back") func addresses() async throws {
        let cloud = try await TestCloud()
        let eni = try await cloud.primary()
        let counted = try await cloud.call(
            "AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "SecondaryPrivateIpAddressCount": "2"])
        #expect(counted.values("networkInterfaceId") == [eni])
        let two = counted.values("privateIpAddress")
        #expect(two.count == 2 && !counted.body.contains("assignedIpv4PrefixSet"))
        let named = try await cloud.call(
            "AssignPrivateIpAddresses",
            [
                "NetworkInterfaceId": eni, "PrivateIpAddress.1": "10.0.1.99", "PrivateIpAddress.2": two[0],
                "AllowReassignment": "false",
            ])
        #expect(named.values("privateIpAddress") == ["10.0.1.99", two[0]])
        let unassigned = try await cloud.call(
            "UnassignPrivateIpAddresses",
            ["NetworkInterfaceId": eni, "PrivateIpAddress.1": two[0], "PrivateIpAddress.2": two[1]])
        #expect(unassigned.values("return") == ["true"])
        let again = try await cloud.call(
            "UnassignPrivateIpAddresses",
            ["NetworkInterfaceId": eni, "PrivateIpAddress.1": "10.0.1.99", "PrivateIpAddress.2": two[1]])
        #expect(again.code == "InvalidParameterValue")
        let described = try await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": eni])
        #expect(described.values("privateIpAddress").last == "10.0.1.99")
    }

    @Test("Prefixes are assigned by number and by name, and given back") func prefixes() async throws {
        let cloud = try await TestCloud()
        let eni = try await cloud.primary()
        let counted = try await cloud.call(
            "AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4PrefixCount": "2"])
        #expect(counted.values("ipv4Prefix") == ["10.0.1.16/28", "10.0.1.32/28"])
        let named = try await cloud.call(
            "AssignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4Prefix.1": "10.0.1.96/28"])
        #expect(named.values("ipv4Prefix") == ["10.0.1.96/28"])
        let unassigned = try await cloud.call(
            "UnassignPrivateIpAddresses", ["NetworkInterfaceId": eni, "Ipv4Prefix.1": "10.0.1.16/28"])
        #expect(unassigned.status == 200)
        let described = try await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": eni])
        #expect(described.values("ipv4Prefix") == ["10.0.1.32/28", "10.0.1.96/28"])
        let free = try await cloud.call("DescribeSubnets", ["SubnetId.1": TestCloud.subnet])
        #expect(free.values("availableIpAddressCount") == ["\(251 - 2 - 32)"])
    }

    @Test("What is refused") func refused() async throws {
        let cloud = try await TestCloud()
        let (eni, old) = (try await cloud.primary(), try await cloud.primary(of: TestCloud.old))
        func assign(_ parameters: [String: String], to eni: String) async throws -> String? {
            let all = parameters.merging(["NetworkInterfaceId": eni]) { given, _ in given }
            return try await cloud.call("AssignPrivateIpAddresses", all).code
        }
        func unassign(_ parameters: [String: String]) async throws -> String? {
            let all = parameters.merging(["NetworkInterfaceId": eni]) { given, _ in given }
            return try await cloud.call("UnassignPrivateIpAddresses", all).code
        }
        #expect(try await assign(["SecondaryPrivateIpAddressCount": "10"], to: eni) == "PrivateIpAddressLimitExceeded")
        #expect(try await assign(["Ipv4PrefixCount": "10"], to: eni) == "PrivateIpAddressLimitExceeded")
        #expect(try await assign(["Ipv4PrefixCount": "1"], to: old) == "InvalidParameterValue")
        #expect(try await assign(["Ipv4Prefix.1": "10.0.1.64/27"], to: eni) == "InvalidParameterValue")
        #expect(try await assign(["Ipv4Prefix.1": "10.0.1.65/28"], to: eni) == "InvalidParameterValue")
        #expect(try await assign(["PrivateIpAddress.1": "10.9.9.9"], to: eni) == "InvalidParameterValue")
        #expect(try await assign(["PrivateIpAddress.1": "10.0.1.5"], to: eni) == "InvalidIPAddress.InUse")
        #expect(try await assign([:], to: eni) == "MissingParameter")
        #expect(try await assign(["SecondaryPrivateIpAddressCount": "0"], to: eni) == "MissingParameter")
        #expect(
            try await assign(["SecondaryPrivateIpAddressCount": "1", "Ipv4PrefixCount": "1"], to: eni)
                == "InvalidParameterCombination")
        #expect(
            try await assign(["SecondaryPrivateIpAddressCount": "1", "AllowReassignment": "true"], to: eni)
                == "InvalidParameterValue")
        #expect(try await unassign([:]) == "MissingParameter")
        #expect(try await unassign(["PrivateIpAddress.1": "10.0.1.4"]) == "InvalidParameterValue")
        #expect(try await unassign(["Ipv4Prefix.1": "10.0.1.64/28"]) == "InvalidParameterValue")
    }
}
