import Addressing
import Foundation
import InstanceLimits
import Testing
import Timekeeping

@testable import ModelVPC

@Suite("The cloud as a value") struct ValueTests {
    @Test("A token makes a mutation happen once") func token() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create(.count(1), token: "one")
        #expect(try cloud.create(.count(1), token: "one") == eni)
        #expect(cloud.vpc.interfaces.count == 2)
        let assigned = try cloud.assign(eni.id, .count(2), token: "two")
        #expect(try cloud.assign(eni.id, .count(2), token: "two") == assigned)
        #expect(try cloud.describe(eni.id)[0].secondaryAddresses.count == 3)
        #expect(throws: Failure.idempotentParameterMismatch(token: "two")) {
            try cloud.assign(eni.id, .count(1), token: "two")
        }
        #expect(throws: Failure.idempotentParameterMismatch(token: "one")) {
            try cloud.assign(eni.id, .count(1), token: "one")
        }
    }

    @Test("A token is free again after a failure, and after its time") func tokenLifetime() throws {
        var settings = ModelVPC.Settings()
        settings.tokenLifetime = .seconds(60)
        let cloud = try TestCloud(settings)
        let eni = try cloud.primary
        #expect(throws: Failure.self) { try cloud.assign(eni, .count(9), token: "t") }
        try cloud.assign(eni, .count(1), token: "t")
        cloud.now = .origin + .seconds(60)
        try cloud.assign(eni, .count(2), token: "t")
        #expect(try cloud.describe(eni)[0].secondaryAddresses.count == 3)
    }

    /// Many calls with everything in them that is drawn by lot.
    private func story(seed: UInt64, calls: Int) throws -> (responses: [ModelVPC.Response], vpc: ModelVPC) {
        var settings = ModelVPC.Settings()
        settings.latency = .init(.milliseconds(1) ... .milliseconds(80))
        settings.attachDelay = .init(.seconds(1) ... .seconds(4))
        settings.consistencyDelay = .init(.zero ... .seconds(1))
        let cloud = try TestCloud(
            settings, throttling: .init(mutating: .init(capacity: 20, refillPerSecond: 5)),
            faults: [.init(.loseReply, probability: 0.05), .init(.attachStuck, probability: 0.1)], seed: seed)
        let responses = try (0..<calls).map { call in
            cloud.now = cloud.now + .milliseconds(100)
            let newest = ModelVPC.InterfaceID(rawValue: cloud.vpc.interfacesMade)
            switch call % 6 {
            case 0:
                return cloud.respond(
                    .createInterface(
                        .init(in: TestCloud.subnet, secondary: .count(1), tags: ["n": "\(call)"]), token: "\(call)"))
            case 1: return cloud.respond(.attach(newest, to: TestCloud.node, deviceIndex: call % 5))
            case 2: return cloud.respond(.assign(try cloud.primary, .count(1), token: nil))
            case 3: return cloud.respond(.describeInterfacesOf(TestCloud.node, orTagged: nil))
            case 4: return cloud.respond(.detach(newest))
            default: return cloud.respond(.delete(newest))
            }
        }
        return (responses, cloud.vpc)
    }

    @Test("The same seed tells the same story, another seed another") func determinism() throws {
        let first = try story(seed: 42, calls: 600)
        let second = try story(seed: 42, calls: 600)
        #expect(first.responses == second.responses)
        #expect(first.vpc == second.vpc)
        #expect(try story(seed: 43, calls: 600).responses != first.responses)
    }

    @Test("Written and read back, it is the same and goes on the same", arguments: [UInt64(42), .max])
    func roundTrip(seed: UInt64) throws {
        var original = try story(seed: seed, calls: 301).vpc
        var copy = try JSONDecoder().decode(ModelVPC.self, from: JSONEncoder().encode(original))
        #expect(copy == original)
        for second in 0..<20 {
            let request = ModelVPC.Request.createInterface(
                .init(in: TestCloud.subnet, secondary: .count(1)), token: nil)
            let now = original.clock + .seconds(second)
            #expect(
                copy.handle(request, from: TestCloud.node, at: now)
                    == original.handle(request, from: TestCloud.node, at: now))
        }
    }

    @Test("The limits of an instance type are those of its table") func limits() throws {
        #expect(
            ModelVPC.Limits(try InstanceType(named: "m5.large"))
                == .init(interfaces: 3, ipv4PerInterface: 10, ipv6PerInterface: 10, vCPUs: 2))
    }

    /// Work that any scan over all interfaces or all addresses would make endless.
    @Test("Two thousand nodes with sixty thousand addresses", .timeLimit(.minutes(5))) func many() throws {
        var vpc = ModelVPC(cidr: try #require(IPv4Network("10.0.0.0/8")), seed: 1)
        let subnet = ModelVPC.SubnetID(rawValue: "big")
        try vpc.addSubnet(subnet, cidr: try #require(IPv4Network("10.0.0.0/12")), zone: "a")
        var settled = 0
        for number in 0..<2000 {
            let id = ModelVPC.InstanceID(rawValue: "i-\(number)")
            let node = try vpc.launch(
                id, type: "m5.xlarge", limits: .init(interfaces: 4, ipv4PerInterface: 15), in: subnet, at: .origin)
            let now = Instant.origin + .milliseconds(number)
            _ = vpc.handle(.assign(node.primaryInterface, .count(14), token: "\(number)"), from: id, at: now)
            let made = vpc.handle(
                .createInterface(.init(in: subnet, secondary: .count(14), tags: ["cluster": "c"]), token: nil),
                from: id, at: now)
            guard case .success(.interface(let eni)) = made.result else { throw TestCloud.OtherReply() }
            _ = vpc.handle(.attach(eni.id, to: id, deviceIndex: 1), from: id, at: now)
            let described = vpc.handle(.describeInterfacesOf(id, orTagged: nil), from: id, at: now)
            guard case .success(.interfaces(let interfaces)) = described.result else { throw TestCloud.OtherReply() }
            settled += interfaces.map(\.secondaryAddresses.count).reduce(0, +)
        }
        #expect(settled == 2000 * 28)
    }
}
