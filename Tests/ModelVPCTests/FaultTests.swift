import Addressing
import Testing
import Timekeeping

@testable import ModelVPC

@Suite("Faults by rule") struct FaultTests {
    /// For each of ten calls, a second apart: whether it was answered well.
    private func answers(_ rule: ModelVPC.FaultRule, seed: UInt64 = 1) throws -> [Bool] {
        let cloud = try TestCloud(faults: [rule], seed: seed)
        return try (0..<10).map { second in
            cloud.now = .origin + .seconds(second)
            switch cloud.respond(.describeSubnets).result {
            case .success: return true
            case .failure(let failure):
                try #require(failure == .unavailable)
                return false
            }
        }
    }

    @Test("A rule without conditions holds always") func always() throws {
        #expect(try answers(.init(.fail(.unavailable))) == Array(repeating: false, count: 10))
    }

    @Test("In a window of time") func window() throws {
        let rule = ModelVPC.FaultRule(.fail(.unavailable), from: .origin + .seconds(3), until: .origin + .seconds(5))
        #expect(try answers(rule) == [true, true, true, false, false, true, true, true, true, true])
    }

    @Test("From the n-th call on, so many times") func nth() throws {
        let rule = ModelVPC.FaultRule(.fail(.unavailable), skipping: 2, count: 3)
        #expect(try answers(rule) == [true, true, false, false, false, true, true, true, true, true])
    }

    @Test("With a probability, by seed") func probability() throws {
        let rule = ModelVPC.FaultRule(.fail(.unavailable), probability: 0.5)
        let outcomes = try (UInt64(0)..<100).map { try answers(rule, seed: $0) }
        #expect(try answers(rule, seed: 7) == outcomes[7])
        #expect((400...600).contains(outcomes.joined().count { $0 }))
        #expect(try answers(.init(.fail(.unavailable), probability: 0)).allSatisfy { $0 })
    }

    @Test("For some actions, and for one caller") func matching() throws {
        let cloud = try TestCloud(faults: [
            .init(.fail(.internalError), of: [.describeSubnets], by: TestCloud.node),
            .init(.fail(.unauthorized(.createTags)), of: [.createTags]),
        ])
        let other = ModelVPC.InstanceID(rawValue: "i-2")
        #expect(cloud.respond(.describeSubnets).result == .failure(.internalError))
        #expect(throws: Never.self) { try cloud.respond(.describeSubnets, from: other).result.get() }
        #expect(throws: Never.self) { try cloud.ask(.describeInstance(TestCloud.node)) }
        #expect(
            cloud.respond(.tag([try cloud.primary], [:]), from: other).result == .failure(.unauthorized(.createTags)))
    }

    @Test("Of several actions that are not allowed, the failure names the one that was tried") func unauthorized()
        throws
    {
        let actions: Set<ModelVPC.Action> = [.describeInstances, .describeSubnets, .createNetworkInterface]
        let cloud = try TestCloud(faults: [.init(.fail(.unauthorized(.describeInstances)), of: actions)])
        #expect(throws: Failure.unauthorized(.describeSubnets)) { try cloud.ask(.describeSubnets) }
        #expect(throws: Failure.unauthorized(.createNetworkInterface)) { try cloud.create() }
    }

    @Test("Every failure can be made to happen, and then nothing is done") func everyFailure() throws {
        for failure: Failure in [
            .insufficientCIDRBlocks(TestCloud.subnet), .requestLimitExceeded(retryAfter: .seconds(1)),
            .unauthorized(.createNetworkInterface), .internalError, .unavailable, .noAnswer,
        ] {
            let cloud = try TestCloud(faults: [.init(.fail(failure), count: 1)])
            #expect(throws: failure) { try cloud.create() }
            #expect(cloud.vpc.interfaces.count == 1)
            #expect(throws: Never.self) { try cloud.create() }
        }
    }

    @Test("A lost reply is carried out once; asking again with its token gives the reply") func lostReply() throws {
        let cloud = try TestCloud(faults: [.init(.loseReply, of: [.assignPrivateIpAddresses], count: 1)])
        let eni = try cloud.primary
        let lost = cloud.respond(.assign(eni, .count(2), token: "t"))
        #expect(lost.result == .failure(.noAnswer))
        #expect(lost.at == .distantFuture)
        let applied = try cloud.describe(eni)[0].secondaryAddresses
        #expect(applied.count == 2)
        #expect(try cloud.assign(eni, .count(2), token: "t") == applied)
        #expect(try cloud.describe(eni)[0].secondaryAddresses == applied)
    }

    @Test("A stuck attachment stays attaching until it is detached") func stuck() throws {
        let cloud = try TestCloud(faults: [.init(.attachStuck, count: 1)])
        let eni = try cloud.create().id
        try cloud.ask(.attach(eni, to: TestCloud.node, deviceIndex: 1))
        cloud.now = .origin + .seconds(86_400)
        #expect(try cloud.describe(eni)[0].attachment?.state == .attaching)
        #expect(cloud.vpc.nextChange(after: cloud.now) == nil)
        try cloud.ask(.detach(eni))
        try cloud.ask(.attach(eni, to: TestCloud.node, deviceIndex: 1))
        #expect(try cloud.describe(eni)[0].attachment?.state == .attached)
    }

    @Test("The first rule that matches decides") func order() throws {
        let cloud = try TestCloud(faults: [.init(.fail(.internalError), count: 1), .init(.fail(.unavailable))])
        #expect(throws: Failure.internalError) { try cloud.ask(.describeSubnets) }
        #expect(throws: Failure.unavailable) { try cloud.ask(.describeSubnets) }
    }
}
