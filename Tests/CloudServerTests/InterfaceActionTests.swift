import Testing

@testable import CloudServer

@Suite("EC2: the life of an interface") struct InterfaceActionTests {
    @Test("From creation to deletion") func life() async throws {
        let cloud = try await TestCloud()
        let created = try await cloud.call(
            "CreateNetworkInterface",
            [
                "SubnetId": TestCloud.subnet, "SecondaryPrivateIpAddressCount": "2", "Ipv4PrefixCount": "1",
                "Description": "for <pods> & \"more\"", "SecurityGroupId.1": "sg-1", "SecurityGroupId.2": "sg-2",
                "TagSpecification.1.ResourceType": "network-interface", "TagSpecification.1.Tag.1.Key": "a",
                "TagSpecification.1.Tag.1.Value": "1", "ClientToken": "token-1",
            ])
        #expect(created.status == 200 && created.headers[.contentType] == "text/xml;charset=UTF-8")
        #expect(
            created.body.contains(#"<CreateNetworkInterfaceResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">"#)
        )
        #expect(created.values("requestId").count == 1 && created.values("clientToken") == ["token-1"])
        #expect(created.values("status") == ["available"])
        #expect(created.values("primary") == ["true", "false", "false"])
        #expect(created.values("ipv4Prefix") == ["10.0.1.16/28"])
        #expect(created.values("groupId") == ["sg-1", "sg-2"])
        #expect(created.body.contains("for &lt;pods&gt; &amp;"))
        #expect(created.values("key") == ["a"] && created.values("value") == ["1"])
        let eni = try #require(created.values("networkInterfaceId").first)

        let attached = try await cloud.call(
            "AttachNetworkInterface",
            ["NetworkInterfaceId": eni, "InstanceId": TestCloud.node, "DeviceIndex": "1"])
        let attachment = try #require(attached.values("attachmentId").first)
        let modified = try await cloud.call(
            "ModifyNetworkInterfaceAttribute",
            [
                "NetworkInterfaceId": eni, "Attachment.AttachmentId": attachment,
                "Attachment.DeleteOnTermination": "true",
            ])
        #expect(modified.values("return") == ["true"])
        let described = try await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": eni])
        #expect(described.values("status") == ["in-use", "attached"])
        #expect(described.values("attachmentId") == [attachment] && described.values("deviceIndex") == ["1"])
        #expect(described.values("deleteOnTermination") == ["true"])

        #expect(
            try await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": eni]).code
                == "InvalidNetworkInterface.InUse")
        let detached = try await cloud.call("DetachNetworkInterface", ["AttachmentId": attachment, "Force": "true"])
        #expect(detached.values("return") == ["true"])
        #expect(try await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": eni]).status == 200)
        #expect(
            try await cloud.call("DescribeNetworkInterfaces", ["NetworkInterfaceId.1": eni]).code
                == "InvalidNetworkInterfaceID.NotFound")
    }

    @Test("A client token makes one interface, and belongs to one request") func token() async throws {
        let cloud = try await TestCloud()
        let parameters = ["SubnetId": TestCloud.subnet, "ClientToken": "t"]
        let first = try await cloud.call("CreateNetworkInterface", parameters)
        let second = try await cloud.call("CreateNetworkInterface", parameters)
        #expect(first.values("networkInterfaceId") == second.values("networkInterfaceId"))
        let other = try await cloud.call("CreateNetworkInterface", ["SubnetId": TestCloud.tiny, "ClientToken": "t"])
        #expect(other.code == "IdempotentParameterMismatch")
    }

    @Test("Addresses are given as EC2 lets them be given") func given() async throws {
        let cloud = try await TestCloud()
        let listed = try await cloud.call(
            "CreateNetworkInterface",
            [
                "SubnetId": TestCloud.subnet, "PrivateIpAddresses.1.PrivateIpAddress": "10.0.1.50",
                "PrivateIpAddresses.2.PrivateIpAddress": "10.0.1.51", "PrivateIpAddresses.2.Primary": "true",
                "Ipv4Prefix.1.Ipv4Prefix": "10.0.1.64/28",
            ])
        #expect(listed.values("privateIpAddress") == ["10.0.1.51", "10.0.1.51", "10.0.1.50"])
        #expect(listed.values("ipv4Prefix") == ["10.0.1.64/28"])
        let single = try await cloud.call(
            "CreateNetworkInterface", ["SubnetId": TestCloud.subnet, "PrivateIpAddress": "10.0.1.60"])
        #expect(single.values("privateIpAddress").first == "10.0.1.60")
        let taken = try await cloud.call(
            "CreateNetworkInterface", ["SubnetId": TestCloud.subnet, "PrivateIpAddress": "10.0.1.60"])
        #expect(taken.code == "InvalidIPAddress.InUse")
    }

    @Test("Tags are set, and found") func tags() async throws {
        let cloud = try await TestCloud()
        let eni = try await cloud.primary()
        let tagged = try await cloud.call(
            "CreateTags",
            ["ResourceId.1": eni, "Tag.1.Key": "owner", "Tag.1.Value": "me", "Tag.2.Key": "empty", "Tag.2.Value": ""])
        #expect(tagged.values("return") == ["true"])
        let found = try await cloud.call(
            "DescribeNetworkInterfaces", ["Filter.1.Name": "tag:owner", "Filter.1.Value.1": "me"])
        #expect(found.values("networkInterfaceId") == [eni])
        #expect(found.values("key") == ["empty", "owner"])
    }

    static let refusals: [(action: String, parameters: [String: String], code: String)] = [
        ("CreateNetworkInterface", [:], "MissingParameter"),
        ("CreateNetworkInterface", ["SubnetId": "subnet-none"], "InvalidSubnetID.NotFound"),
        ("CreateNetworkInterface", ["SubnetId": "subnet-a", "PrivateIpAddress": "10.0.1"], "InvalidParameterValue"),
        ("CreateNetworkInterface", ["SubnetId": "subnet-a", "Ipv4PrefixCount": "x"], "InvalidParameterValue"),
        ("CreateNetworkInterface", ["SubnetId": "subnet-a", "Ipv4PrefixCount": "-1"], "InvalidParameterValue"),
        ("CreateNetworkInterface", ["SubnetId": "subnet-a", "Ipv6AddressCount": "1"], "UnknownParameter"),
        (
            "CreateNetworkInterface",
            [
                "SubnetId": "subnet-a", "SecondaryPrivateIpAddressCount": "1",
                "PrivateIpAddresses.1.PrivateIpAddress": "10.0.1.9",
            ], "InvalidParameterCombination"
        ),
        (
            "CreateNetworkInterface",
            ["SubnetId": "subnet-tiny", "SecondaryPrivateIpAddressCount": "11"], "InsufficientFreeAddressesInSubnet"
        ),
        ("CreateNetworkInterface", ["SubnetId": "subnet-tiny", "Ipv4PrefixCount": "1"], "InsufficientCidrBlocks"),
        (
            "CreateNetworkInterface",
            ["SubnetId": "subnet-a", "TagSpecification.1.ResourceType": "vpc"], "InvalidParameterValue"
        ),
        ("AttachNetworkInterface", ["NetworkInterfaceId": "eni-1"], "InvalidNetworkInterfaceID.Malformed"),
        (
            "AttachNetworkInterface", ["NetworkInterfaceId": "eni-fffffffffffffffff"],
            "InvalidNetworkInterfaceID.NotFound"
        ),
        ("DetachNetworkInterface", [:], "MissingParameter"),
        ("DetachNetworkInterface", ["AttachmentId": "eni-attach-00000000000000099"], "InvalidAttachmentID.NotFound"),
        ("DetachNetworkInterface", ["AttachmentId": "eni-attach-fffffffffffffffff"], "InvalidAttachmentID.NotFound"),
        ("DetachNetworkInterface", ["AttachmentId": "nonsense"], "InvalidParameterValue"),
        ("DetachNetworkInterface", ["AttachmentId": "eni-attach-00000000000000001"], "OperationNotPermitted"),
        (
            "DeleteNetworkInterface", ["NetworkInterfaceId": "eni-00000000000000099"],
            "InvalidNetworkInterfaceID.NotFound"
        ),
        ("CreateTags", ["ResourceId.1": "i-0000000000000000a"], "InvalidID"),
        ("CreateTags", ["ResourceId.1": "eni-00000000000000001"], "MissingParameter"),
        ("CreateTags", ["Tag.1.Key": "a"], "MissingParameter"),
        (
            "CreateTags", ["ResourceId.1": "eni-00000000000000001", "Tag.1.Key": "aws:a", "Tag.1.Value": "1"],
            "InvalidParameterValue"
        ),
        (
            "CreateNetworkInterface", ["SubnetId": "subnet-a", "Description": String(repeating: "d", count: 256)],
            "InvalidParameterValue"
        ),
        (
            "CreateNetworkInterface", ["SubnetId": "subnet-a", "ClientToken": String(repeating: "t", count: 65)],
            "InvalidParameterValue"
        ),
        ("CreateTags", numbered("ResourceId", 1001) { "eni-\($0)" }, "InvalidParameterValue"),
        (
            "CreateTags",
            numbered("Tag", 51, ".Key") { "key\($0)" }.merging(["ResourceId.1": "eni-00000000000000001"]) { $1 },
            "TagLimitExceeded"
        ),
    ]

    /// A list of parameters `NAME.1`, `NAME.2`, …
    private static func numbered(
        _ name: String, _ count: Int, _ suffix: String = "", _ value: (Int) -> String
    ) -> [String: String] {
        Dictionary(uniqueKeysWithValues: (1...count).map { ("\(name).\($0)\(suffix)", value($0)) })
    }

    @Test("What is just within the limits is done") func withinLimits() async throws {
        let cloud = try await TestCloud()
        let made = try await cloud.call(
            "CreateNetworkInterface",
            [
                "SubnetId": "subnet-a", "Description": String(repeating: "d", count: 255),
                "ClientToken": String(repeating: "t", count: 64),
            ])
        #expect(made.status == 200)
        let ids = InterfaceActionTests.numbered("ResourceId", 1000) { _ in TestCloud.firstInterface }
        let tags = InterfaceActionTests.numbered("Tag", 50, ".Key") { "key\($0)" }
        #expect(try await cloud.call("CreateTags", ids.merging(tags) { $1 }).status == 200)
    }

    @Test("What is refused", arguments: refusals)
    func refused(action: String, parameters: [String: String], code: String) async throws {
        let answer = try await TestCloud().call(action, parameters)
        #expect(answer.code == code && answer.status == 400)
        #expect(answer.values("RequestID").count == 1 && answer.values("Message").first?.isEmpty == false)
    }

    @Test("More interfaces, and attachments of another kind, than the instance can have") func limits() async throws {
        let cloud = try await TestCloud()
        var ids: [String] = []
        for _ in 0..<3 {
            let created = try await cloud.call("CreateNetworkInterface", ["SubnetId": TestCloud.subnet])
            ids += created.values("networkInterfaceId")
        }
        func attach(_ id: String, _ index: Int, to instance: String = TestCloud.node) async throws -> Answer {
            try await cloud.call(
                "AttachNetworkInterface",
                ["NetworkInterfaceId": id, "InstanceId": instance, "DeviceIndex": "\(index)"])
        }
        #expect(try await attach(ids[0], 0).code == "InvalidParameterValue")
        #expect(try await attach(ids[0], 1, to: "i-none").code == "InvalidInstanceID.NotFound")
        #expect(try await attach(ids[0], 1).status == 200)
        #expect(try await attach(ids[0], 2).code == "InvalidNetworkInterface.InUse")
        #expect(try await attach(ids[1], 2).status == 200)
        #expect(try await attach(ids[2], 3).code == "AttachmentLimitExceeded")
    }
}
