import Addressing
import Testing
import Timekeeping

@testable import ModelVPC

@Suite("What the cloud refuses, and why") struct FailureTests {
    @Test("More addresses than an interface may have") func addressLimit() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let full = Failure.addressLimitExceeded(eni, limit: 4)
        #expect(throws: full) { try cloud.assign(eni, .count(4)) }
        try cloud.assign(eni, .count(3))
        #expect(throws: full) { try cloud.assign(eni, .count(1)) }
        #expect(full.code == "PrivateIpAddressLimitExceeded")
        let wide = try cloud.create(.count(4)).id
        #expect(throws: Failure.addressLimitExceeded(wide, limit: 4)) {
            try cloud.ask(.attach(wide, to: TestCloud.node, deviceIndex: 1))
        }
    }

    @Test("More addresses than the subnet has: then none is assigned") func subnetExhausted() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create(in: TestCloud.tiny, .count(8)).id
        #expect(throws: Failure.insufficientFreeAddresses(TestCloud.tiny, free: 2)) { try cloud.assign(eni, .count(3)) }
        #expect(throws: Failure.insufficientFreeAddresses(TestCloud.tiny, free: 2)) {
            try cloud.create(in: TestCloud.tiny, .count(2))
        }
        #expect(try cloud.freeAddresses(in: TestCloud.tiny) == 2)
        try cloud.assign(eni, .count(2))
        #expect(throws: Failure.insufficientFreeAddresses(TestCloud.tiny, free: 0)) { try cloud.assign(eni, .count(1)) }
    }

    @Test("More interfaces than the instance may have") func attachmentLimit() throws {
        let cloud = try TestCloud()
        for index in 1...2 { try cloud.ask(.attach(try cloud.create().id, to: TestCloud.node, deviceIndex: index)) }
        let third = try cloud.create().id
        #expect(throws: Failure.attachmentLimitExceeded(TestCloud.node, limit: 3)) {
            try cloud.ask(.attach(third, to: TestCloud.node, deviceIndex: 3))
        }
    }

    @Test("More tags than an interface may have: then none is set") func tagLimit() throws {
        let cloud = try TestCloud()
        let tags = Dictionary(uniqueKeysWithValues: (1...51).map { ("key\($0)", "value") })
        #expect(throws: Failure.tagLimitExceeded(limit: 50)) { try cloud.create(tags: tags) }
        #expect(cloud.vpc.interfaces.count == 1)
        let eni = try cloud.create(tags: tags.filter { $0.key != "key51" }).id
        #expect(throws: Failure.tagLimitExceeded(limit: 50)) { try cloud.ask(.tag([try cloud.primary, eni], tags)) }
        try cloud.ask(.tag([eni], ["key50": "other"]))
        #expect(try cloud.describe(eni)[0].tags["key50"] == "other")
        #expect(try cloud.describe(cloud.primary)[0].tags.isEmpty)
    }

    @Test("What does not exist") func notFound() throws {
        let cloud = try TestCloud()
        let nothing = ModelVPC.InterfaceID(rawValue: 999)
        let requests: [ModelVPC.Request] = [
            .describeInterfaces([nothing]), .attach(nothing, to: TestCloud.node, deviceIndex: 1), .detach(nothing),
            .delete(nothing), .setDeleteOnTermination(nothing, true), .assign(nothing, .count(1), token: nil),
            .unassign(nothing, []), .tag([nothing], ["a": "b"]),
        ]
        for request in requests {
            #expect(throws: Failure.interfaceNotFound(nothing)) { try cloud.ask(request) }
        }
        let noSubnet = ModelVPC.SubnetID(rawValue: "subnet-x")
        #expect(throws: Failure.subnetNotFound(noSubnet)) { try cloud.create(in: noSubnet) }
        let noInstance = ModelVPC.InstanceID(rawValue: "i-x")
        #expect(throws: Failure.instanceNotFound(noInstance)) { try cloud.ask(.describeInstance(noInstance)) }
        #expect(throws: Failure.instanceNotFound(noInstance)) {
            try cloud.ask(.attach(try cloud.create().id, to: noInstance, deviceIndex: 1))
        }
    }

    @Test("An address of another interface") func addressInUse() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create(.count(1))
        let taken = eni.secondaryAddresses[0]
        let free = try #require(IPv4Address("10.0.1.99"))
        #expect(throws: Failure.addressInUse(taken)) { try cloud.assign(try cloud.primary, .these([free, taken])) }
        #expect(throws: Failure.addressInUse(eni.primaryAddress)) { try cloud.create(.these([eni.primaryAddress])) }
        #expect(try cloud.create(.these([free])).secondaryAddresses == [free])
    }

    @Test("Parameters that cannot be") func invalidParameters() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let own = try cloud.describe(eni)[0].primaryAddress
        let detached = try cloud.create().id
        let abroad = try cloud.create(in: TestCloud.elsewhere).id
        let outside = try ["10.0.1.0", "10.0.1.3", "10.0.1.255", "10.0.2.7", "192.0.2.1"].map {
            try #require(IPv4Address($0))
        }
        let requests: [ModelVPC.Request] =
            [
                .assign(eni, .count(0), token: nil), .assign(eni, .count(-1), token: nil),
                .assign(eni, .these([own]), token: nil), .unassign(eni, [own]),
                .createInterface(.init(in: TestCloud.subnet, secondary: .count(-2)), token: nil),
                .attach(detached, to: TestCloud.node, deviceIndex: 0),
                .attach(detached, to: TestCloud.node, deviceIndex: -1),
                .attach(abroad, to: TestCloud.node, deviceIndex: 1),
            ] + outside.map { .assign(eni, .these([$0]), token: nil) }
        let before = cloud.vpc
        for request in requests {
            guard case .failure(.invalidParameter) = cloud.respond(request).result else {
                Issue.record("\(request) is not refused")
                continue
            }
        }
        #expect(cloud.vpc == before)
    }

    @Test("Not in this state") func states() throws {
        var settings = ModelVPC.Settings()
        settings.detachDelay = .init(.seconds(2))
        let cloud = try TestCloud(settings)
        let eni = try cloud.create().id
        let primary = try cloud.primary
        func code(_ request: ModelVPC.Request) -> String? {
            guard case .failure(let failure) = cloud.respond(request).result else { return nil }
            return failure.code
        }
        #expect(code(.detach(eni)) == "IncorrectState")
        #expect(code(.setDeleteOnTermination(eni, true)) == "IncorrectState")
        #expect(code(.detach(primary)) == "OperationNotPermitted")
        #expect(code(.delete(primary)) == "InvalidNetworkInterface.InUse")
        #expect(code(.attach(primary, to: TestCloud.node, deviceIndex: 1)) == "InvalidNetworkInterface.InUse")
        #expect(code(.attach(eni, to: TestCloud.node, deviceIndex: 1)) == nil)
        #expect(code(.detach(eni)) == nil)
        #expect(code(.detach(eni)) == "IncorrectState")
        #expect(code(.delete(eni)) == "InvalidNetworkInterface.InUse")
    }

    @Test("Worlds that cannot be") func world() throws {
        let cloud = try TestCloud()
        let before = cloud.vpc
        for (id, network) in [
            ("subnet-a", "10.0.9.0/24"), ("x", "10.1.0.0/24"), ("x", "10.0.9.0/29"), ("x", "10.0.1.128/25"),
            ("x", "10.0.0.0/16"),
        ] {
            guard let network = IPv4Network(network) else { throw TestCloud.OtherReply() }
            #expect(throws: Failure.self) {
                try cloud.vpc.addSubnet(.init(rawValue: id), cidr: network, zone: "a")
            }
        }
        for (id, interfaces, addresses, subnet) in [
            ("i-1", 3, 4, "subnet-a"), ("i-2", 0, 4, "subnet-a"), ("i-2", 3, 0, "subnet-a"), ("i-2", 3, 4, "subnet-x"),
        ] {
            #expect(throws: Failure.self) {
                try cloud.vpc.launch(
                    .init(rawValue: id), type: "t",
                    limits: .init(interfaces: interfaces, ipv4PerInterface: addresses), in: .init(rawValue: subnet),
                    at: .origin)
            }
        }
        #expect(throws: Failure.instanceNotFound(.init(rawValue: "i-2"))) {
            try cloud.vpc.terminate(.init(rawValue: "i-2"), at: .origin)
        }
        #expect(cloud.vpc == before)
    }

    @Test("Every failure has a sentence, and all but silence a code")
    func texts() {
        let eni = ModelVPC.InterfaceID(rawValue: 7)
        let all: [Failure] = [
            .addressLimitExceeded(eni, limit: 4), .insufficientFreeAddresses(TestCloud.tiny, free: 0),
            .insufficientCIDRBlocks(TestCloud.tiny), .attachmentLimitExceeded(TestCloud.node, limit: 3),
            .tagLimitExceeded(limit: 50), .requestLimitExceeded(retryAfter: .seconds(2)),
            .requestLimitExceeded(retryAfter: nil),
            .interfaceNotFound(eni), .subnetNotFound(TestCloud.tiny), .instanceNotFound(TestCloud.node),
            .unauthorized(.attachNetworkInterface), .interfaceInUse(eni), .addressInUse(IPv4Address(bits: 1)),
            .incorrectState("a"), .operationNotPermitted("b"), .invalidParameter("c"),
            .idempotentParameterMismatch(token: "t"), .internalError, .unavailable,
        ]
        #expect(all.allSatisfy { $0.code != nil && !$0.description.isEmpty })
        #expect(Failure.noAnswer.code == nil)
        #expect(Failure.addressLimitExceeded(eni, limit: 4).description.contains("eni-00000000000000007"))
    }
}
