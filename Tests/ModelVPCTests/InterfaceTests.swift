import Addressing
import Testing
import Timekeeping

@testable import ModelVPC

@Suite("Interfaces and their addresses") struct InterfaceTests {
    @Test("A launched instance has its primary interface at once") func launch() throws {
        let cloud = try TestCloud()
        let interfaces = try cloud.interfaces()
        #expect(interfaces.count == 1)
        #expect(interfaces.first?.attachment?.deviceIndex == 0)
        #expect(interfaces.first?.attachment?.state == .attached)
        #expect(interfaces.first?.primaryAddress == IPv4Address("10.0.1.4"))
        #expect(interfaces.first?.subnetCIDR == IPv4Network("10.0.1.0/24"))
        #expect(cloud.vpc.interfacesInSight(of: TestCloud.node).map(\.id) == interfaces.map(\.id))
        #expect(try cloud.freeAddresses() == 250)
    }

    @Test("Addresses are assigned by number, and given back") func assign() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let assigned = try cloud.assign(eni, .count(3))
        #expect(assigned == ["10.0.1.5", "10.0.1.6", "10.0.1.7"].compactMap { IPv4Address($0) })
        #expect(try cloud.describe(eni)[0].secondaryAddresses == assigned)
        #expect(try cloud.freeAddresses() == 247)
        try cloud.ask(.unassign(eni, [assigned[1]]))
        #expect(try cloud.describe(eni)[0].secondaryAddresses == [assigned[0], assigned[2]])
        #expect(try cloud.freeAddresses() == 248)
        try cloud.ask(.unassign(eni, assigned))
        #expect(try cloud.describe(eni)[0].secondaryAddresses == [])
        #expect(try cloud.freeAddresses() == 250)
    }

    @Test("Given addresses are assigned; those that are there already stay") func assignGiven() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let wanted = try [#require(IPv4Address("10.0.1.77")), #require(IPv4Address("10.0.1.9"))]
        #expect(try cloud.assign(eni, .these(wanted)) == wanted)
        #expect(try cloud.assign(eni, .these(wanted)) == wanted)
        #expect(try cloud.describe(eni)[0].secondaryAddresses == wanted)
        #expect(try cloud.freeAddresses() == 248)
    }

    @Test("An interface goes from creation to deletion, and nothing of it remains") func life() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create(in: TestCloud.tiny, .count(2), tags: ["owner": "me"])
        #expect(eni.attachment == nil && eni.secondaryAddresses.count == 2)
        #expect(try cloud.freeAddresses(in: TestCloud.tiny) == 8)
        try cloud.ask(.attach(eni.id, to: TestCloud.node, deviceIndex: 1))
        #expect(try cloud.interfaces().map(\.attachment?.deviceIndex) == [0, 1])
        try cloud.ask(.detach(eni.id))
        #expect(try cloud.interfaces().count == 1)
        try cloud.ask(.delete(eni.id))
        #expect(try cloud.freeAddresses(in: TestCloud.tiny) == 11)
        #expect(throws: Failure.interfaceNotFound(eni.id)) { try cloud.describe(eni.id) }
        #expect(cloud.vpc.tagged.isEmpty && cloud.vpc.changes.isEmpty)
    }

    @Test("A detached interface is found by its tag until it belongs to another instance") func byTag() throws {
        let cloud = try TestCloud()
        let other = ModelVPC.InstanceID(rawValue: "i-2")
        try cloud.vpc.launch(
            other, type: "t3.small", limits: .init(interfaces: 3, ipv4PerInterface: 4), in: TestCloud.subnet,
            at: .origin)
        let tag = ModelVPC.Tag(key: "node", value: "i-1")
        let eni = try cloud.create(tags: ["node": "i-1"]).id
        #expect(try cloud.interfaces(orTagged: tag).map(\.id) == [cloud.primary, eni])
        #expect(try cloud.interfaces().map(\.id) == [cloud.primary])
        try cloud.ask(.attach(eni, to: other, deviceIndex: 1))
        #expect(try cloud.interfaces(orTagged: tag).map(\.id) == [cloud.primary])
        try cloud.ask(.detach(eni))
        try cloud.ask(.tag([eni], ["node": "i-2", "more": "yes"]))
        #expect(try cloud.interfaces(orTagged: tag).map(\.id) == [cloud.primary])
        #expect(try cloud.describe(eni)[0].tags == ["node": "i-2", "more": "yes"])
    }

    @Test("Terminating deletes the interfaces that were told so, and detaches the others") func terminate() throws {
        let cloud = try TestCloud()
        let primary = try cloud.primary
        let (stays, goes) = (try cloud.create().id, try cloud.create().id)
        try cloud.ask(.attach(stays, to: TestCloud.node, deviceIndex: 1))
        try cloud.ask(.attach(goes, to: TestCloud.node, deviceIndex: 2))
        try cloud.ask(.setDeleteOnTermination(goes, true))
        try cloud.vpc.terminate(TestCloud.node, at: .origin)
        #expect(try cloud.describe(stays)[0].attachment == nil)
        #expect(throws: Failure.interfaceNotFound(goes)) { try cloud.describe(goes) }
        #expect(throws: Failure.interfaceNotFound(primary)) { try cloud.describe(primary) }
        #expect(throws: Failure.instanceNotFound(TestCloud.node)) { try cloud.interfaces() }
        #expect(try cloud.freeAddresses() == 250)
    }

    @Test("Hardware addresses are unicast, local and unique; ids read back") func identity() throws {
        let cloud = try TestCloud()
        let interfaces = try (0..<100).map { _ in try cloud.create() }
        #expect(Set(interfaces.map(\.mac)).count == 100)
        #expect(interfaces.allSatisfy { $0.mac.bytes[0] == 0x02 })
        #expect(interfaces[98].id.description == "eni-00000000000000064")
        #expect(ModelVPC.InterfaceID("eni-00000000000000064") == interfaces[98].id)
        for text in ["eni-64", "eni-0000000000000006G", "64", "", "eni-", "eni--0000000000000064"] {
            #expect(ModelVPC.InterfaceID(text) == nil)
        }
    }

    @Test("No address is given twice, whatever happens", arguments: [UInt64(1), 2, 3]) func noAddressTwice(
        seed: UInt64
    ) throws {
        let cloud = try TestCloud(seed: seed)
        var random = Random(seed: seed)
        var ids = [try cloud.primary]
        for _ in 0..<2000 {
            let id = ids[Int(random.next() % UInt64(ids.count))]
            let held = cloud.vpc.interfaces[id]?.secondary.map(\.item) ?? []
            let request: ModelVPC.Request =
                switch random.next() % 6 {
                case 0: .createInterface(.init(in: TestCloud.tiny, secondary: .count(1)), token: nil)
                case 1: .assign(id, .count(Int(random.next() % 4)), token: nil)
                case 2: .unassign(id, Array(held.prefix(Int(random.next() % 3))))
                case 3: .delete(id)
                case 4: .attach(id, to: TestCloud.node, deviceIndex: Int(random.next() % 3))
                default: .detach(id)
                }
            if case .success(.interface(let interface)) = cloud.respond(request).result { ids.append(interface.id) }
            let owned = cloud.vpc.interfaces.values.flatMap { [$0.primaryAddress] + $0.secondary.map(\.item) }
            #expect(Set(owned).count == owned.count)
            for subnet in cloud.vpc.subnets.values {
                let inside = owned.filter(subnet.cidr.contains)
                #expect(subnet.addresses.freeCount == subnet.cidr.count - 5 - inside.count)
                #expect(inside.allSatisfy { !AddressMap.isReserved($0, in: subnet.cidr) })
            }
            #expect(try cloud.vpc.instance(TestCloud.node).interfaces.count <= 3)
        }
    }
}
