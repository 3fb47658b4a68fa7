import Addressing
import Foundation
import InstanceLimits
import Testing
import Timekeeping

@testable import ModelVPC

@Suite("Prefixes, attachments' names, and searching") struct PrefixTests {
    private func network(_ text: String) throws -> IPv4Network { try #require(IPv4Network(text)) }

    @Test("A prefix takes sixteen addresses, and gives all of them back") func assign() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let free = try #require(try cloud.freeAddresses())
        let assigned = try cloud.assignPrefixes(eni, .count(2))
        #expect(assigned == [try network("10.0.1.16/28"), try network("10.0.1.32/28")])
        #expect(try cloud.describe(eni)[0].prefixes == assigned)
        #expect(try cloud.describe(eni)[0].secondaryAddresses == [])
        #expect(try cloud.freeAddresses() == free - 32)
        #expect(throws: Failure.addressInUse(assigned[0][3])) { try cloud.assign(eni, .these([assigned[0][3]])) }
        try cloud.ask(.unassign(eni, prefixes: [assigned[0]]))
        #expect(try cloud.describe(eni)[0].prefixes == [assigned[1]])
        #expect(try cloud.freeAddresses() == free - 16)
        #expect(try cloud.assign(eni, .these([assigned[0][3]])) == [assigned[0][3]])
    }

    @Test("Given prefixes are assigned; those that are there already stay") func assignGiven() throws {
        let cloud = try TestCloud()
        let wanted = [try network("10.0.1.64/28")]
        #expect(try cloud.assignPrefixes(try cloud.primary, .these(wanted)) == wanted)
        #expect(try cloud.assignPrefixes(try cloud.primary, .these(wanted)) == wanted)
        #expect(try cloud.freeAddresses() == 250 - 16)
        let other = try cloud.create(.these([try network("10.0.1.0/24")[85]])).secondaryAddresses[0]
        #expect(throws: Failure.addressInUse(other)) {
            try cloud.assignPrefixes(
                try cloud.create().id, .these([IPv4Network(containing: other, prefixLength: 28)]))
        }
    }

    @Test(
        "Networks that are no prefixes of the subnet",
        arguments: ["10.0.1.0/28", "10.0.1.240/28", "10.0.1.64/27", "10.0.1.64/29", "10.0.3.16/28", "10.0.1.64/32"])
    func impossible(text: String) throws {
        let cloud = try TestCloud()
        let (eni, asked, before) = (try cloud.primary, try network(text), cloud.vpc)
        // The first and the last block of a subnet hold addresses that the VPC keeps for itself.
        let error = #expect(throws: Failure.self) { try cloud.assignPrefixes(eni, .these([asked])) }
        #expect(error?.code == "InvalidParameterValue")
        #expect(cloud.vpc == before)
    }

    @Test("A prefix needs one slot, as a secondary address does") func slots() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        try cloud.assign(eni, .count(1))
        try cloud.assignPrefixes(eni, .count(1))
        let full = Failure.addressLimitExceeded(eni, limit: 4)
        #expect(throws: full) { try cloud.assignPrefixes(eni, .count(2)) }
        #expect(throws: full) { try cloud.assignPrefixes(eni, .count(.max)) }
        try cloud.assignPrefixes(eni, .count(1))
        #expect(throws: full) { try cloud.assign(eni, .count(1)) }
        let wide = try cloud.create(.count(2), prefixes: .count(2))
        #expect(wide.secondaryAddresses.count == 2 && wide.prefixes.count == 2)
        #expect(throws: Failure.addressLimitExceeded(wide.id, limit: 4)) { try cloud.attach(wide.id, deviceIndex: 1) }
        try cloud.ask(.unassign(wide.id, wide.secondaryAddresses))
        try cloud.attach(wide.id, deviceIndex: 1)
    }

    @Test("A subnet has free addresses, and no free prefix") func fragmented() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create()
        for block in 1..<15 {
            let address = try network("10.0.1.0/24")[block * 16 + 5]
            try cloud.assign(eni.id, .these([address]))
        }
        let exhausted = Failure.insufficientCIDRBlocks(TestCloud.subnet)
        #expect(exhausted.code == "InsufficientCidrBlocks")
        #expect(throws: exhausted) { try cloud.assignPrefixes(eni.id, .count(1)) }
        #expect(throws: exhausted) { try cloud.create(prefixes: .count(1)) }
        // A /28 has no block that it could give as a whole.
        #expect(throws: Failure.insufficientCIDRBlocks(TestCloud.tiny)) {
            try cloud.create(in: TestCloud.tiny, prefixes: .count(1))
        }
        try cloud.ask(.unassign(eni.id, [try network("10.0.1.0/24")[5 * 16 + 5]]))
        #expect(try cloud.assignPrefixes(eni.id, .count(1)) == [try network("10.0.1.80/28")])
    }

    @Test("A call gets all that it asks for, or nothing is taken") func allOrNothing() throws {
        let cloud = try TestCloud()
        let before = cloud.vpc
        let refused: [ModelVPC.NewInterface] = [
            .init(in: TestCloud.subnet, prefixes: .count(15)), .init(in: TestCloud.subnet, prefixes: .count(-1)),
            .init(in: TestCloud.subnet, secondary: .count(.max)), .init(in: TestCloud.subnet, prefixes: .count(.max)),
            .init(in: TestCloud.subnet, secondary: .count(26), prefixes: .count(14)),
            .init(
                in: TestCloud.subnet, secondary: .these([IPv4Address("10.0.1.21")!]),
                prefixes: .these([try network("10.0.1.16/28")])),
            .init(
                in: TestCloud.subnet, primaryAddress: IPv4Address("10.0.1.21")!,
                secondary: .these([IPv4Address("10.0.1.21")!])),
        ]
        for new in refused { #expect(throws: Failure.self) { try cloud.ask(.createInterface(new, token: nil)) } }
        #expect(cloud.vpc == before)
        // 250 are free: one is the primary address, 14 blocks have 224.
        let all = try cloud.create(.count(25), prefixes: .count(14))
        #expect(all.prefixes.count == 14 && all.secondaryAddresses.count == 25)
        #expect(try cloud.freeAddresses() == 0)
        try cloud.ask(.delete(all.id))
        #expect(try cloud.freeAddresses() == 250)
    }

    @Test("A given address breaks a block, so there is one fewer") func brokenBlock() throws {
        let cloud = try TestCloud()
        let address = try #require(IPv4Address("10.0.1.21"))
        let new = ModelVPC.NewInterface(in: TestCloud.subnet, primaryAddress: address, prefixes: .count(14))
        #expect(throws: Failure.insufficientCIDRBlocks(TestCloud.subnet)) {
            try cloud.ask(.createInterface(new, token: nil))
        }
        let fits = ModelVPC.NewInterface(in: TestCloud.subnet, primaryAddress: address, prefixes: .count(13))
        guard case .interface(let eni) = try cloud.ask(.createInterface(fits, token: nil)) else {
            throw TestCloud.OtherReply()
        }
        #expect(eni.primaryAddress == address && eni.prefixes.count == 13)
        #expect(eni.prefixes.allSatisfy { !$0.contains(address) })
    }

    @Test("Xen instances have no prefixes; Nitro and bare metal have") func hypervisors() throws {
        #expect(!ModelVPC.Limits(try InstanceType(named: "t2.small")).supportsPrefixes)
        #expect(ModelVPC.Limits(try InstanceType(named: "m5.large")).supportsPrefixes)
        #expect(ModelVPC.Limits(try InstanceType(named: "m5.metal")).supportsPrefixes)
        let cloud = try TestCloud()
        let old = try cloud.vpc.launch(
            .init(rawValue: "i-old"), type: "t2.small", limits: .init(try InstanceType(named: "t2.small")),
            in: TestCloud.subnet, at: .origin)
        let refusal = Failure.prefixesUnsupported(by: old)
        #expect(refusal.code == "InvalidParameterValue")
        #expect(throws: refusal) { try cloud.assignPrefixes(old.primaryInterface, .count(1)) }
        let eni = try cloud.create(prefixes: .count(1)).id
        #expect(throws: refusal) { try cloud.ask(.attach(eni, to: old.id, deviceIndex: 1)) }
    }

    @Test("Prefixes show late, as addresses do; a token assigns them once") func late() throws {
        var settings = ModelVPC.Settings()
        settings.consistencyDelay = .init(.seconds(2))
        let cloud = try TestCloud(settings)
        let eni = try cloud.primary
        let assigned = try cloud.assignPrefixes(eni, .count(1), token: "p")
        #expect(try cloud.assignPrefixes(eni, .count(1), token: "p") == assigned)
        #expect(try cloud.describe(eni)[0].prefixes == [])
        #expect(cloud.vpc.interfacesInSight(of: TestCloud.node)[0].prefixes == assigned)
        cloud.now = .origin + .seconds(2)
        #expect(try cloud.describe(eni)[0].prefixes == assigned)
        #expect(try JSONDecoder().decode(ModelVPC.self, from: JSONEncoder().encode(cloud.vpc)) == cloud.vpc)
    }

    @Test("Taking away what is not assigned is an error only where it is asked to be") func strictly() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let address = try cloud.assign(eni, .count(1))[0]
        let prefix = try cloud.assignPrefixes(eni, .count(1))[0]
        let before = cloud.vpc
        // An address of a prefix is none of the interface's secondary addresses.
        for request: ModelVPC.Request in [
            .unassign(eni, [address, prefix[1]], strictly: true),
            .unassign(eni, [address], prefixes: [try network("10.0.1.96/28")], strictly: true),
        ] {
            guard case .failure(.invalidParameter) = cloud.respond(request).result else {
                Issue.record("\(request) is not refused")
                continue
            }
        }
        #expect(cloud.vpc == before)
        try cloud.ask(.unassign(eni, [prefix[1]]))
        #expect(cloud.vpc == before)
        try cloud.ask(.unassign(eni, [address], prefixes: [prefix], strictly: true))
        #expect(try cloud.freeAddresses() == 250)
    }

    @Test("Every attachment has a name of its own, which ends with it") func attachments() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create().id
        let first = try cloud.attach(eni, deviceIndex: 1)
        #expect(first.description == "eni-attach-00000000000000002")
        #expect(ModelVPC.AttachmentID(first.description) == first && ModelVPC.AttachmentID("\(eni)") == nil)
        #expect(try cloud.describe(eni)[0].attachment?.id == first)
        let other = ModelVPC.AttachmentID(rawValue: 1)
        #expect(throws: Failure.attachmentNotFound(other)) {
            try cloud.ask(.setDeleteOnTermination(eni, true, attachment: other))
        }
        try cloud.ask(.setDeleteOnTermination(eni, true, attachment: first))
        try cloud.ask(.endAttachment(first))
        #expect(throws: Failure.attachmentNotFound(first)) { try cloud.ask(.endAttachment(first)) }
        #expect(try cloud.attach(eni, deviceIndex: 1) != first)
    }

    @Test("An address tells its instance") func owner() throws {
        let cloud = try TestCloud()
        let own = try cloud.describe(cloud.primary)[0].primaryAddress
        let secondary = try cloud.assign(cloud.primary, .count(1))[0]
        let prefix = try cloud.assignPrefixes(cloud.primary, .count(1))[0]
        let loose = try cloud.create().primaryAddress
        for address in [own, secondary, prefix[9]] { #expect(cloud.vpc.instance(owning: address) == TestCloud.node) }
        #expect(cloud.vpc.instance(owning: loose) == nil)
    }

    @Test("Interfaces are searched by instance and by tag") func search() throws {
        let cloud = try TestCloud()
        let (loose, attached) = (try cloud.create(tags: ["a": "1"]).id, try cloud.create(tags: ["a": "2"]).id)
        try cloud.attach(attached, deviceIndex: 1)
        func found(_ candidates: ModelVPC.Candidates) throws -> [ModelVPC.InterfaceID] {
            guard case .interfaces(let found) = try cloud.ask(.searchInterfaces(candidates)) else { return [] }
            return found.map(\.id)
        }
        let primary = try cloud.primary
        #expect(try found(.all) == [primary, loose, attached])
        #expect(try found(.attached(to: [TestCloud.node, .init(rawValue: "i-none")])) == [primary, attached])
        #expect(try found(.tagged([.init(key: "a", value: "1"), .init(key: "a", value: "2")])) == [loose, attached])
        guard case .instances(let instances) = try cloud.ask(.describeInstances(nil)) else { return }
        #expect(instances.map(\.instance.id) == [TestCloud.node])
        #expect(instances[0].interfaces.map(\.id) == [primary, attached])
        #expect(throws: Failure.instanceNotFound(.init(rawValue: "i-none"))) {
            try cloud.ask(.describeInstances([.init(rawValue: "i-none")]))
        }
        #expect(
            try cloud.ask(.describeInstanceTypes)
                == .instanceTypes(["t3.small": .init(interfaces: 3, ipv4PerInterface: 4, ipv6PerInterface: 3)]))
    }
}
