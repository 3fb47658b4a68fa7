import Addressing
import Pool
import Testing

@testable import Providers

/// What goes over the wire. Names and order of lists as botocore 1.43 serialises them from EC2's service model.
@Suite("Requests to EC2", .timeLimit(.minutes(2))) struct EC2RequestTests {
    let eni = ENIID(Canned.primary)

    /// The forms that a call sends, without what all have in common.
    private func forms(
        _ call: (EC2Provider) async throws -> Void
    ) async throws -> [String] {
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "DescribeNetworkInterfaces": .reply(Canned.interfaces([Canned.interface()]))
            case "AssignPrivateIpAddresses" where call.parameters["Ipv4PrefixCount"] != nil:
                .reply(Canned.assigned(prefixes: ["10.0.1.16/28", "10.0.1.32/28"]))
            default: nil
            }
        }
        try await call(cloud.provider())
        return cloud.calls.map(\.form)
    }

    @Test("A node is described by its id, its type and its VPC's subnets") func node() async throws {
        #expect(
            try await forms { _ = try await $0.describeNode() } == [
                "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-0123456789abcdef0",
                "Action=DescribeInstanceTypes&Version=2016-11-15&InstanceType.1=m5.large",
                "Action=DescribeSubnets&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&MaxResults=100",
            ])
    }

    @Test("Interfaces are found by attachment and by tag, in one VPC") func interfaces() async throws {
        #expect(
            try await forms { _ = try await $0.interfaces() }.dropFirst() == [
                "Action=DescribeNetworkInterfaces&Version=2016-11-15&Filter.1.Name=attachment.instance-id"
                    + "&Filter.1.Value.1=i-0123456789abcdef0&Filter.2.Name=vpc-id&Filter.2.Value.1=vpc-1&MaxResults=100",
                "Action=DescribeNetworkInterfaces&Version=2016-11-15"
                    + "&Filter.1.Name=tag%3Anode.k8s.amazonaws.com%2Finstance_id"
                    + "&Filter.1.Value.1=i-0123456789abcdef0&Filter.2.Name=vpc-id&Filter.2.Value.1=vpc-1&MaxResults=100",
                "Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=subnet-1",
            ])
    }

    @Test("Subnets are those of the node's VPC and zone") func subnets() async throws {
        #expect(
            try await forms { _ = try await $0.subnets() }.last
                == "Action=DescribeSubnets&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1"
                + "&Filter.2.Name=availability-zone&Filter.2.Value.1=eu-test-1a&MaxResults=100")
    }

    @Test("An interface is created with tags, a token and the primary interface's security groups")
    func create() async throws {
        let request = InterfaceRequest(
            subnet: SubnetID("subnet-1"), secondary: .addresses(3), tags: ["a b": "ü&=+", "Z": ""])
        #expect(
            try await forms { _ = try await $0.createInterface(request, token: MutationToken("n-1")) }.last
                == "Action=CreateNetworkInterface&Version=2016-11-15&SubnetId=subnet-1"
                + "&Description=warmpool%20of%20i-0123456789abcdef0&SecurityGroupId.1=sg-1&SecurityGroupId.2=sg-2"
                + "&SecondaryPrivateIpAddressCount=3&TagSpecification.1.ResourceType=network-interface"
                + "&TagSpecification.1.Tag.1.Key=Z&TagSpecification.1.Tag.1.Value="
                + "&TagSpecification.1.Tag.2.Key=a%20b&TagSpecification.1.Tag.2.Value=%C3%BC%26%3D%2B"
                + "&TagSpecification.1.Tag.3.Key=node.k8s.amazonaws.com%2Finstance_id"
                + "&TagSpecification.1.Tag.3.Value=i-0123456789abcdef0&ClientToken=n-1")
    }

    @Test("An interface is created with prefixes and security groups of its own") func createWithPrefixes() async throws
    {
        let request = InterfaceRequest(
            subnet: SubnetID("subnet-1"), securityGroups: ["sg-9"], secondary: .prefixes(2))
        #expect(
            try await forms { _ = try await $0.createInterface(request, token: MutationToken("n-1")) }.last
                == "Action=CreateNetworkInterface&Version=2016-11-15&SubnetId=subnet-1"
                + "&Description=warmpool%20of%20i-0123456789abcdef0&SecurityGroupId.1=sg-9&Ipv4PrefixCount=2"
                + "&TagSpecification.1.ResourceType=network-interface"
                + "&TagSpecification.1.Tag.1.Key=node.k8s.amazonaws.com%2Finstance_id"
                + "&TagSpecification.1.Tag.1.Value=i-0123456789abcdef0&ClientToken=n-1")
    }

    @Test("An interface's life") func life() async throws {
        #expect(
            try await forms { try await $0.attach(ENIID("eni-1"), deviceIndex: 2) } == [
                "Action=AttachNetworkInterface&Version=2016-11-15&NetworkInterfaceId=eni-1"
                    + "&InstanceId=i-0123456789abcdef0&DeviceIndex=2"
            ])
        #expect(
            try await forms { try await $0.detach(eni) } == [
                "Action=DescribeNetworkInterfaces&Version=2016-11-15&NetworkInterfaceId.1=eni-0000000000000000a",
                "Action=DetachNetworkInterface&Version=2016-11-15&AttachmentId=eni-attach-0",
            ])
        #expect(
            try await forms { try await $0.setDeleteOnTermination(eni, true) }.last
                == "Action=ModifyNetworkInterfaceAttribute&Version=2016-11-15"
                + "&NetworkInterfaceId=eni-0000000000000000a&Attachment.AttachmentId=eni-attach-0"
                + "&Attachment.DeleteOnTermination=true")
        #expect(
            try await forms { try await $0.delete(ENIID("eni-1")) } == [
                "Action=DeleteNetworkInterface&Version=2016-11-15&NetworkInterfaceId=eni-1"
            ])
    }

    @Test("Addresses and prefixes come and go") func addresses() async throws {
        let two = [IPv4Address("10.0.1.7")!, IPv4Address("10.0.1.8")!]
        let common = "&Version=2016-11-15&NetworkInterfaceId=eni-0000000000000000a"
        #expect(
            try await forms { _ = try await $0.assign(eni, count: 1, token: MutationToken("t")) } == [
                "Action=AssignPrivateIpAddresses\(common)&SecondaryPrivateIpAddressCount=1"
            ])
        #expect(
            try await forms { try await $0.assign(eni, addresses: two) } == [
                "Action=AssignPrivateIpAddresses\(common)&PrivateIpAddress.1=10.0.1.7&PrivateIpAddress.2=10.0.1.8"
                    + "&AllowReassignment=false"
            ])
        #expect(
            try await forms { _ = try await $0.assignPrefixes(eni, count: 2, token: MutationToken("t")) } == [
                "Action=AssignPrivateIpAddresses\(common)&Ipv4PrefixCount=2"
            ])
        #expect(
            try await forms { try await $0.unassign(eni, addresses: two) } == [
                "Action=UnassignPrivateIpAddresses\(common)&PrivateIpAddress.1=10.0.1.7&PrivateIpAddress.2=10.0.1.8"
            ])
        #expect(
            try await forms { try await $0.unassign(eni, prefixes: [IPv4Network("10.0.1.16/28")!]) } == [
                "Action=UnassignPrivateIpAddresses\(common)&Ipv4Prefix.1=10.0.1.16%2F28"
            ])
    }

    @Test("Requests are signed for EC2 in the region, and typed as a form") func signed() async throws {
        let cloud = try ScriptedEC2 { _ in nil }
        _ = try await cloud.provider().describeNode()
        let headers = try #require(cloud.calls.first).headers
        #expect(headers["content-type"] == "application/x-www-form-urlencoded; charset=utf-8")
        #expect(headers["x-amz-security-token"] == FixedCredentials.session)
        let authorization = try #require(headers["authorization"])
        #expect(authorization.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"))
        #expect(authorization.contains("/eu-test-1/ec2/aws4_request"))
    }

    @Test("A token that EC2 would refuse is replaced by its hash") func tokens() {
        #expect(clientToken(MutationToken("6c62272e-17")) == "6c62272e-17")
        #expect(clientToken(MutationToken(String(repeating: "x", count: 64))).count == 64)
        let hashed = ["", "a", "ä", "a b", String(repeating: "x", count: 65)].map { clientToken(MutationToken($0)) }
        // The first is FNV-1a's offset basis.
        #expect(hashed[0] == "6c62272e07bb014262b821756295c58d")
        #expect(hashed[1] == "a")
        #expect(hashed.dropFirst(2).allSatisfy { $0.count == 32 })
        #expect(Set(hashed).count == 5)
        #expect(clientToken(MutationToken("a ")) != clientToken(MutationToken(" a")))
    }

    @Test("Amazon's endpoint is that of the region") func endpoint() {
        #expect(EC2Endpoint(url: nil, region: "eu-central-1").url == "https://ec2.eu-central-1.amazonaws.com")
        #expect(EC2Endpoint(url: nil, region: "cn-north-1").url == "https://ec2.cn-north-1.amazonaws.com.cn")
        #expect(EC2Endpoint(url: nil, region: "eu-central-1").name == "EC2 at ec2.eu-central-1.amazonaws.com")
        #expect(EC2Endpoint(url: "http://127.0.0.1:5000/", region: "x").name == "EC2 at 127.0.0.1:5000")
    }
}
