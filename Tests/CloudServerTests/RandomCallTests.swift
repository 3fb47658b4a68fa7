import Foundation
import Testing

@testable import CloudServer

/// Random calls: most are refused, none is the server's fault. `WARMPOOL_SEED` repeats one history.
@Suite("EC2: random calls") struct RandomCallTests {
    private static let names = [
        "Action", "Version", "DryRun", "NetworkInterfaceId", "NetworkInterfaceId.1", "NetworkInterfaceId.2", "SubnetId",
        "SubnetId.1", "InstanceId", "InstanceId.1", "DeviceIndex", "AttachmentId", "Force", "Attachment.AttachmentId",
        "Attachment.DeleteOnTermination", "PrivateIpAddress", "PrivateIpAddress.1", "PrivateIpAddress.99",
        "SecondaryPrivateIpAddressCount", "Ipv6PrefixCount", "Ipv6Prefix.1", "Ipv6Addresses.1", "Ipv4PrefixCount",
        "Ipv4Prefix.1", "Ipv4Prefix.1.Ipv4Prefix",
        "PrivateIpAddresses.1.PrivateIpAddress", "PrivateIpAddresses.1.Primary", "SecurityGroupId.1", "Description",
        "TagSpecification.1.ResourceType", "TagSpecification.1.Tag.1.Key", "TagSpecification.1.Tag.1.Value",
        "ClientToken", "MaxResults", "NextToken", "Filter.1.Name", "Filter.1.Value.1", "Filter.2.Name",
        "Filter.2.Value.1", "InstanceType.1", "ResourceId.1", "Tag.1.Key", "Tag.1.Value", "Nonsense", "a.b.c", "..",
    ]
    private static let values = [
        "", "0", "1", "5", "-1", "2147483647", "9223372036854775807", "99999999999999999999", "true", "false", "*", "?",
        "\\", "eni-00000000000000001", "eni-00000000000000003", "eni-fffffffffffffffff", "eni-", "subnet-a",
        "subnet-tiny", "i-0000000000000000a", "i-none", "eni-attach-00000000000000001", "eni-attach-00000000000000003",
        "10.0.1.50", "10.0.1.4", "10.0.1.0", "255.255.255.255", "10.0.1.16/28", "10.0.1.0/28", "0.0.0.0/0",
        "2001:db8:0:1:1::/80", "::/0",
        "network-interface", "status", "in-use", "tag:a", "tag:", "tag-key", "vpc-id", "m5.large", "t", "ä€😀", "<&>\"'",
        "]]>", "\t\n", "MQ==", "!", String(repeating: "*a", count: 200),
    ]
    private static let actions = [
        "DescribeInstances", "DescribeInstanceTypes", "DescribeNetworkInterfaces", "DescribeSubnets",
        "CreateNetworkInterface", "AttachNetworkInterface", "DetachNetworkInterface", "DeleteNetworkInterface",
        "ModifyNetworkInterfaceAttribute", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses",
        "AssignIpv6Addresses",
        "UnassignIpv6Addresses", "CreateTags",
    ]

    @Test("Each of them gets an answer in XML with a request id") func random() async throws {
        let seed =
            ProcessInfo.processInfo.environment["WARMPOOL_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        print("random calls: seed \(seed)")
        var generator = Generator(state: seed)
        let cloud = try await TestCloud()
        var succeeded = 0
        for number in 0..<2000 {
            var parameters: [String: String] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                parameters[Self.names.randomElement(using: &generator)!] =
                    Self.values.randomElement(using: &generator)!
            }
            let action = Self.actions.randomElement(using: &generator)!
            let answer = try await cloud.call(action, parameters)
            let isFine =
                answer.status == 200
                ? answer.values("requestId").count == 1
                : answer.status < 500 && answer.code != nil && answer.values("RequestID").count == 1
            #expect(isFine, "seed \(seed), call \(number): \(action) \(parameters): \(answer)")
            if answer.status == 200 { succeeded += 1 }
        }
        #expect(succeeded > 0, "seed \(seed)")
    }

    @Test("Bytes that are no form get one too") func bytes() async throws {
        let seed =
            ProcessInfo.processInfo.environment["WARMPOOL_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        print("random bytes: seed \(seed)")
        var generator = Generator(state: seed)
        let cloud = try await TestCloud()
        let alphabet = Array("Action=DescribeSubnets&Version=2016-11-15.%+\u{0}\u{ff}".utf8) + [0xff, 0xc0, 0x80]
        for _ in 0..<1000 {
            let count = Int.random(in: 0...60, using: &generator)
            let body = (0..<count).map { _ in alphabet.randomElement(using: &generator)! }
            let answer = try await cloud.send(.post, "/", body: body)
            #expect(answer.status < 500 && answer.values("RequestID").count == 1, "seed \(seed): \(body)")
        }
    }
}

/// SplitMix64. Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
