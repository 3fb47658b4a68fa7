import Pool
import Testing

@testable import CloudServer

@Suite("EC2: describing") struct DescribeActionTests {
    /// Three detached interfaces: `one` and `two` in the large subnet, `three` in the tiny one.
    private func filled() async throws -> (cloud: TestCloud, ids: [String]) {
        let cloud = try await TestCloud()
        var ids: [String] = []
        for (name, subnet) in [("one", TestCloud.subnet), ("two", TestCloud.subnet), ("three", TestCloud.tiny)] {
            let created = try await cloud.call(
                "CreateNetworkInterface",
                [
                    "SubnetId": subnet, "Description": name, "TagSpecification.1.ResourceType": "network-interface",
                    "TagSpecification.1.Tag.1.Key": "name", "TagSpecification.1.Tag.1.Value": name,
                    "SecondaryPrivateIpAddressCount": "1",
                ])
            ids += created.values("networkInterfaceId")
        }
        return (cloud, ids)
    }

    private func filters(_ filters: [(String, [String])]) -> [String: String] {
        var parameters: [String: String] = [:]
        for (index, filter) in filters.enumerated() {
            parameters["Filter.\(index + 1).Name"] = filter.0
            for (number, value) in filter.1.enumerated() {
                parameters["Filter.\(index + 1).Value.\(number + 1)"] = value
            }
        }
        return parameters
    }

    @Test("Interfaces by every filter, and by several") func interfaceFilters() async throws {
        let (cloud, ids) = try await filled()
        func found(_ list: (String, [String])...) async throws -> [Int] {
            let answer = try await cloud.call("DescribeNetworkInterfaces", filters(list))
            #expect(answer.status == 200)
            return answer.values("networkInterfaceId").compactMap { ids.firstIndex(of: $0) }
        }
        let third = try await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": ids[2]])
        let (mac, addresses) = (third.values("macAddress"), third.values("privateIpAddress"))
        #expect(try await found(("network-interface-id", [ids[1], ids[0]])) == [0, 1])
        #expect(try await found(("subnet-id", [TestCloud.tiny])) == [2])
        #expect(try await found(("vpc-id", ["vpc-*"])) == [0, 1, 2])
        #expect(try await found(("vpc-id", ["vpc-other"])) == [])
        #expect(try await found(("status", ["available"])) == [0, 1, 2])
        #expect(try await found(("status", ["in-use"])) == [])
        #expect(try await found(("availability-zone", ["us-east-1a"])) == [0, 1, 2])
        #expect(try await found(("mac-address", mac)) == [2])
        #expect(try await found(("addresses.private-ip-address", [addresses[2]])) == [2])
        #expect(try await found(("private-ip-address", [addresses[2]])) == [])
        #expect(try await found(("description", ["t*"])) == [1, 2])
        #expect(try await found(("description", ["t?o"])) == [1])
        #expect(try await found(("description", ["t\\*"])) == [])
        #expect(try await found(("tag:name", ["two", "three"])) == [1, 2])
        #expect(try await found(("tag:name", ["*e"])) == [0, 2])
        #expect(try await found(("tag-key", ["name"])) == [0, 1, 2])
        #expect(try await found(("tag-value", ["one"])) == [0])
        #expect(try await found(("tag:name", ["two", "three"]), ("subnet-id", [TestCloud.tiny])) == [2])
        #expect(try await found(("attachment.instance-id", [TestCloud.node])) == [])
    }

    @Test("Attached interfaces by their attachment") func attachmentFilters() async throws {
        let (cloud, ids) = try await filled()
        let attached = try await cloud.call(
            "AttachNetworkInterface",
            ["NetworkInterfaceId": ids[0], "InstanceId": TestCloud.node, "DeviceIndex": "1"])
        let attachment = attached.values("attachmentId")
        for filter in [
            ("attachment.attachment-id", attachment), ("attachment.device-index", ["1"]),
        ] {
            let found = try await cloud.call("DescribeNetworkInterfaces", filters([filter]))
            #expect(found.values("networkInterfaceId") == [ids[0]])
        }
        let primary = try await cloud.primary()
        let ofNode = try await cloud.call(
            "DescribeNetworkInterfaces",
            filters([("attachment.instance-id", [TestCloud.node]), ("attachment.status", ["attached"])]))
        #expect(ofNode.values("networkInterfaceId") == [primary, ids[0]])
    }

    @Test("A long list comes in pages, each once, in the order of ids") func pages() async throws {
        let cloud = try await TestCloud()
        for _ in 0..<11 { _ = try await cloud.call("CreateNetworkInterface", ["SubnetId": TestCloud.subnet]) }
        var (seen, sizes, token): ([String], [Int], String?) = ([], [], nil)
        repeat {
            var parameters = ["MaxResults": "5"]
            parameters["NextToken"] = token
            let page = try await cloud.call("DescribeNetworkInterfaces", parameters)
            seen += page.values("networkInterfaceId")
            sizes.append(page.values("networkInterfaceId").count)
            token = page.values("nextToken").first
        } while token != nil
        #expect(sizes == [5, 5, 3])
        #expect(seen == seen.sorted() && Set(seen).count == 13)
    }

    @Test(
        "What is refused",
        arguments: [
            ("DescribeNetworkInterfaces", ["MaxResults": "4"], "InvalidParameterValue"),
            ("DescribeNetworkInterfaces", ["MaxResults": "1001"], "InvalidParameterValue"),
            ("DescribeNetworkInterfaces", ["NextToken": "!"], "InvalidNextToken"),
            (
                "DescribeNetworkInterfaces",
                ["MaxResults": "5", "NetworkInterfaceId.1": "eni-00000000000000001"], "InvalidParameterCombination"
            ),
            ("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": "eni-x"], "InvalidNetworkInterfaceID.Malformed"),
            (
                "DescribeNetworkInterfaces",
                ["Filter.1.Name": "colour", "Filter.1.Value.1": "red"], "InvalidParameterValue"
            ),
            ("DescribeNetworkInterfaces", ["Filter.1.Name": "status"], "InvalidParameterValue"),
            ("DescribeNetworkInterfaces", ["Filter.1.Value.1": "status"], "MissingParameter"),
            ("DescribeSubnets", ["SubnetId.1": "subnet-none"], "InvalidSubnetID.NotFound"),
            ("DescribeInstances", ["InstanceId.1": "i-none"], "InvalidInstanceID.NotFound"),
            ("DescribeInstanceTypes", ["InstanceType.1": "m5.tiny"], "InvalidInstanceType"),
        ])
    func refused(action: String, parameters: [String: String], code: String) async throws {
        #expect(try await TestCloud().call(action, parameters).code == code)
    }

    @Test("Filters have limits: 50 of them, 200 values each, of 255 characters") func filterLimits() async throws {
        let cloud = try await TestCloud()
        func find(filters count: Int = 1, values: Int = 1, length: Int = 1) async throws -> Answer {
            var parameters: [String: String] = [:]
            for filter in 1...count {
                parameters["Filter.\(filter).Name"] = "status"
                for value in 1...values {
                    parameters["Filter.\(filter).Value.\(value)"] = String(repeating: "v", count: length)
                }
            }
            return try await cloud.call("DescribeNetworkInterfaces", parameters)
        }
        #expect(try await find(filters: 50, values: 2).status == 200)
        #expect(try await find(values: 200, length: 255).status == 200)
        #expect(try await find(filters: 51).code == "FilterLimitExceeded")
        #expect(try await find(values: 201).code == "FilterLimitExceeded")
        #expect(try await find(length: 256).code == "InvalidParameterValue")
    }

    @Test("Subnets with their free addresses and tags") func subnets() async throws {
        let cloud = try await TestCloud()
        let all = try await cloud.call("DescribeSubnets")
        #expect(all.values("subnetId") == [TestCloud.subnet, TestCloud.tiny])
        #expect(all.values("availableIpAddressCount") == ["249", "11"])
        #expect(all.values("cidrBlock") == ["10.0.1.0/24", "10.0.2.0/28"])
        let tagged = try await cloud.call(
            "DescribeSubnets", filters([("tag:tier", ["pods"]), ("state", ["available"])]))
        #expect(tagged.values("subnetId") == [TestCloud.subnet])
        let byRange = try await cloud.call("DescribeSubnets", filters([("cidr-block", ["10.0.2.0/28"])]))
        #expect(byRange.values("subnetId") == [TestCloud.tiny])
    }

    @Test("Instances with their interfaces") func instances() async throws {
        let cloud = try await TestCloud()
        let all = try await cloud.call("DescribeInstances")
        #expect(all.values("reservationId").count == 2)
        let one = try await cloud.call("DescribeInstances", filters([("instance-type", ["m5.*"])]))
        #expect(Set(one.values("instanceId")) == [TestCloud.node])
        #expect(one.values("name") == ["running"] && one.values("deviceIndex") == ["0"])
        #expect(one.values("privateIpAddress").first == "10.0.1.4")
        let none = try await cloud.call("DescribeInstances", filters([("instance-state-name", ["stopped"])]))
        #expect(none.values("instanceId").isEmpty && none.status == 200)
    }

    @Test("Types of the table, and of instances with limits of their own") func types() async throws {
        let cloud = try await TestCloud {
            $0.instances.append(
                .init(
                    id: .init(rawValue: "i-own"), type: "lab.small",
                    limits: .init(interfaces: 2, ipv4PerInterface: 4, supportsPrefixes: false),
                    subnet: .init(rawValue: TestCloud.subnet)))
        }
        let two = try await cloud.call(
            "DescribeInstanceTypes", ["InstanceType.1": "m5.4xlarge", "InstanceType.2": "lab.small"])
        #expect(two.values("instanceType") == ["lab.small", "m5.4xlarge"])
        #expect(two.values("hypervisor") == ["xen", "nitro"])
        #expect(two.values("ipv4AddressesPerInterface") == ["4", "30"])
        #expect(two.values("defaultVCpus") == ["16"])
        let metal = try await cloud.call("DescribeInstanceTypes", ["InstanceType.1": "m5.metal"])
        #expect(metal.values("bareMetal") == ["true"] && metal.values("hypervisor").isEmpty)
        let page = try await cloud.call(
            "DescribeInstanceTypes", filters([("hypervisor", ["xen"])]).merging(["MaxResults": "5"]) { $1 })
        #expect(page.values("hypervisor") == Array(repeating: "xen", count: 5) && page.values("nextToken").count == 1)
    }
}
