import Addressing
import Pool
import Testing

@testable import Providers

@Suite("What EC2 shows", .timeLimit(.minutes(2))) struct EC2ProviderTests {
    @Test("The node's limits are those of network card 0") func limits() async throws {
        let cards = """
            <item><networkCardIndex>1</networkCardIndex><maximumNetworkInterfaces>9</maximumNetworkInterfaces></item>
            <item><networkCardIndex>0</networkCardIndex><maximumNetworkInterfaces>2</maximumNetworkInterfaces></item>
            """
        let cloud = try ScriptedEC2 { call in
            call.action == "DescribeInstanceTypes" ? .reply(Canned.instanceTypes(cards: cards)) : nil
        }
        let node = try await cloud.provider().describeNode()
        #expect(node.instanceID == Canned.instance && node.instanceType == "m5.large" && node.zone == "eu-test-1a")
        #expect(node.primaryENI == ENIID(Canned.primary))
        #expect(node.networks.map(\.description) == ["10.0.1.0/24"])
        #expect(node.limits == NodeLimits(enis: 2, ipv4PerENI: 10, ipv6PerENI: 10, supportsPrefixes: true, vCPUs: 2))
    }

    @Test(
        "Prefixes are for Nitro and bare metal",
        arguments: [
            ("<hypervisor>nitro</hypervisor>", true), ("<bareMetal>true</bareMetal>", true),
            ("<hypervisor>xen</hypervisor><bareMetal>false</bareMetal>", false), ("", false),
        ])
    func prefixSupport(platform: String, supported: Bool) async throws {
        let cloud = try ScriptedEC2 { call in
            call.action == "DescribeInstanceTypes" ? .reply(Canned.instanceTypes(platform, cards: "")) : nil
        }
        let limits = try await cloud.provider().describeNode().limits
        #expect(limits.supportsPrefixes == supported && limits.enis == 3)
    }

    @Test("An instance that is not there, or in no VPC, is named") func instance() async throws {
        let none = try ScriptedEC2 { _ in .reply(Canned.instances(id: "i-other")) }
        await #expect(throws: ProviderError.notFound("instance \(Canned.instance)")) {
            try await none.provider().describeNode()
        }
        let terminated = try ScriptedEC2 { _ in .reply(Canned.instances(vpc: nil)) }
        await #expect(
            throws: ProviderError.incorrectState("the instance \(Canned.instance) is in no VPC: is it terminated?")
        ) { try await terminated.provider().interfaces() }
    }

    @Test("Interfaces come with all that they have") func interfaces() async throws {
        let tagged = [
            Canned.interface("eni-b", address: "10.0.1.20", attachment: nil),
            Canned.interface("eni-other", address: "10.0.1.21", attachment: Canned.attachment(to: "i-other", index: 1)),
            Canned.interface(
                "eni-c", address: "10.0.1.22", attachment: Canned.attachment(index: 2, "attaching")),
            Canned.interface(),
        ]
        let attached = [
            Canned.interface(
                secondary: ["10.0.1.11", "10.0.1.12"], prefixes: ["10.0.1.32/28", "10.0.1.64/28"],
                tags: ["a": "&lt;b&gt;"]),
            Canned.interface("eni-efa", address: nil, attachment: Canned.attachment(index: 3)),
            Canned.interface("eni-d", address: "10.0.1.23", attachment: Canned.attachment(index: 4, "detaching")),
        ]
        let cloud = try ScriptedEC2 { call in
            guard call.action == "DescribeNetworkInterfaces" else { return nil }
            let byTag = call.parameters["Filter.1.Name"]?.hasPrefix("tag:") == true
            return .reply(Canned.interfaces(byTag ? tagged : attached))
        }
        let views = try await cloud.provider().interfaces()
        #expect(views.map(\.id.description) == [Canned.primary, "eni-d", "eni-b", "eni-c"])
        #expect(
            views.map(\.attachment) == [
                .attached(deviceIndex: 0), .detaching, .detached, .attaching(deviceIndex: 2),
            ])
        let primary = views[0]
        #expect(primary.isPrimary && primary.mac == MACAddress("02:00:00:00:00:0a"))
        #expect(primary.primaryAddress == IPv4Address("10.0.1.10"))
        #expect(primary.secondaryAddresses.map(\.description) == ["10.0.1.11", "10.0.1.12"])
        #expect(primary.prefixes.map(\.description) == ["10.0.1.32/28", "10.0.1.64/28"])
        #expect(primary.subnet == SubnetID("subnet-1") && primary.subnetCIDR == IPv4Network("10.0.1.0/24"))
        #expect(primary.tags == ["a": "<b>"])
    }

    @Test("An attachment in a state that EC2 does not have is not taken for none, lest the interface be deleted")
    func unknownAttachment() async throws {
        let attached = Canned.attachment(index: 1)
        for (attachment, words) in [
            (Canned.attachment(index: 1, "busy"), "the attachment status 'busy'"),
            (attached.replacing("<status>attached</status>", with: ""), "the attachment status ''"),
            (attached.replacing("<deviceIndex>1</deviceIndex>", with: ""), "'attached' and no device index"),
        ] {
            let cloud = try ScriptedEC2 { call in
                call.action == "DescribeNetworkInterfaces"
                    ? .reply(Canned.interfaces([Canned.interface("eni-b", attachment: attachment)])) : nil
            }
            let error = await #expect(throws: ProviderError.self) { try await cloud.provider().interfaces() }
            guard case .malformedReply(let text) = error else {
                Issue.record("\(String(describing: error)) instead of a malformed reply")
                continue
            }
            #expect(text.contains("eni-b") && text.contains(words))
        }
    }

    @Test("A subnet's network and the node's VPC are asked once") func once() async throws {
        let cloud = try ScriptedEC2 { _ in nil }
        let provider = cloud.provider()
        for _ in 0..<3 { _ = try await provider.interfaces() }
        #expect(cloud.calls.count { $0.action == "DescribeSubnets" } == 1)
        #expect(cloud.calls.count { $0.action == "DescribeInstances" } == 1)
    }

    @Test("All pages are read") func pages() async throws {
        let cloud = try ScriptedEC2 { call in
            guard call.action == "DescribeSubnets" else { return nil }
            let page = Int(call.parameters["NextToken"] ?? "0") ?? 0
            return .reply(Canned.subnets((0..<5).map { "subnet-\(page)-\($0)" }, next: page < 3 ? "\(page + 1)" : nil))
        }
        let subnets = try await cloud.provider(pageSize: 5).subnets()
        #expect(Set(subnets.map(\.id)).count == 20)
        #expect(subnets.allSatisfy { $0.freeAddresses == 251 && $0.tags == ["Name": "pods & nodes"] })
        #expect(cloud.calls.dropFirst().map { $0.parameters["NextToken"] } == [nil, "1", "2", "3"])
        #expect(cloud.calls.dropFirst().allSatisfy { $0.parameters["MaxResults"] == "5" })
    }

    @Test("Pages that go in circles have an end") func circles() async throws {
        let cloud = try ScriptedEC2 { call in
            call.action == "DescribeSubnets" ? .reply(Canned.subnets(["subnet-1"], next: "again")) : nil
        }
        await #expect(
            throws: ProviderError.malformedReply("the pages of DescribeSubnets have no end: page 2 of them")
        ) { try await cloud.provider().subnets() }
    }

    @Test(
        "Values that are none are named",
        arguments: [
            (Canned.interface(mac: "none"), "the MAC 'none'"), (Canned.interface(address: "10.0.1"), "'10.0.1'"),
            (Canned.interface(secondary: ["10.0.1.256"]), "the address '10.0.1.256'"),
            (Canned.interface(prefixes: ["10.0.1.1/28"]), "the prefix '10.0.1.1/28'"),
        ])
    func nonsense(interface: String, words: String) async throws {
        let cloud = try ScriptedEC2 { call in
            call.action == "DescribeNetworkInterfaces" ? .reply(Canned.interfaces([interface])) : nil
        }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().interfaces() }
        guard case .malformedReply(let text) = error else {
            Issue.record("\(String(describing: error)) instead of a malformed reply")
            return
        }
        #expect(text.contains(words))
    }

    @Test("Every call is logged with what it came to, and no secret") func log() async throws {
        let cloud = try ScriptedEC2 { call in
            switch (call.action, call.number) {
            case ("DescribeInstances", 1): .error("InternalError", status: 500)
            case ("AssignPrivateIpAddresses", _): .error("PrivateIpAddressLimitExceeded")
            default: nil
            }
        }
        let provider = cloud.provider()
        _ = try await provider.describeNode()
        _ = try? await provider.assign(ENIID("eni-1"), count: 1, token: MutationToken("t"))
        let records = cloud.records
        #expect(
            records.map(\.action) == [
                "DescribeInstances", "DescribeInstanceTypes", "DescribeSubnets", "AssignPrivateIpAddresses",
            ])
        #expect(records.map(\.attempts) == [2, 1, 1, 1])
        #expect(records.map(\.status) == [200, 200, 200, 400])
        #expect(records.map(\.errorCode) == [nil, nil, nil, "PrivateIpAddressLimitExceeded"])
        #expect(records.map(\.requestID) == ["req-1", "req-1", "req-1", "req-e"])
        #expect(records.map(\.error) == [nil, nil, nil, .limitReached(.addressesPerInterface)])
        let text = "\(records) \(AWSCredentials(accessKeyID: "a", secretAccessKey: FixedCredentials.secret))"
        #expect(!text.contains(FixedCredentials.secret) && !text.contains(FixedCredentials.session))
    }
}
