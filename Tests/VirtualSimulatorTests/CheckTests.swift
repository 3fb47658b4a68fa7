import Addressing
import ModelVPC
import ModelViews
import Pool
import RateLimiting
import Testing
import Timekeeping

@testable import VirtualSimulator

/// Every rule that must hold is broken once on purpose, in the pool or in the cloud, and each time it is seen.
@Suite struct CheckTests {
    /// Pods that come and go on one node, with a quiesce.
    private func scenario() throws -> Scenario {
        var scenario = try Scenario(
            .churn(perMinute: 12, lifetime: .seconds(40)), target: .addresses(warm: 1, minimum: 0), nodes: 1,
            duration: .seconds(600), seed: 21)
        scenario.groups[0].pool.cooldown = .seconds(30)
        scenario.quiesce = .seconds(600)
        return scenario
    }

    /// The rule that is seen to be broken.
    private func broken(
        _ scenario: Scenario, after duration: Duration = .zero, by change: (inout Simulation) throws -> Void
    ) throws -> Violation.Rule? {
        do {
            var simulation = try Simulation(scenario)
            try simulation.advance(to: .origin + duration)
            try change(&simulation)
            _ = try simulation.run()
            return nil
        } catch let violation as Violation {
            return violation.rule
        }
    }

    /// A pool that the operator has configured otherwise than the scenario says.
    private func broken(_ change: (inout PoolConfiguration) -> Void) throws -> Violation.Rule? {
        try broken(scenario()) { simulation in
            var configuration = simulation.nodes[0].group.pool
            change(&configuration)
            simulation.nodes[0].pool = Pool(configuration: configuration, nonce: "broken", now: .origin)
        }
    }

    @Test func nothingIsBrokenWhereNobodyBreaksIt() throws {
        #expect(try broken(scenario()) { _ in } == nil)
    }

    @Test func aShorterCooldownIsSeen() throws {
        #expect(try broken { $0.cooldown = .seconds(5) } == .cooldown)
    }

    @Test func aPoolThatForgetsAPodIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { simulation in
            let past = simulation.nodes[0].pool
            try simulation.advance(to: simulation.now + .seconds(60))
            simulation.nodes[0].pool = past
        }
        #expect(rule == .oneOwner || rule == .cooldown)
    }

    @Test func anAddressThatTwoPodsHaveIsSeen() throws {
        var ledger = Ledger()
        let (vpc, instance, grant) = try grantInCloud()
        try ledger.note(grant, to: 1, on: instance, vpc, .origin)
        let violation = #expect(throws: Violation.self) { try ledger.note(grant, to: 2, on: instance, vpc, .origin) }
        #expect(violation?.rule == .oneOwner)
    }

    @Test func anAddressThatTheCloudTookAwayIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { simulation in
            let instance = simulation.nodes[0].instance
            for id in try simulation.vpc.instance(instance).interfaces {
                let addresses = simulation.vpc.present(id)?.secondaryAddresses ?? []
                _ = simulation.vpc.handle(
                    .unassign(id, addresses), from: instance, at: simulation.now)
                try simulation.book.note([id], simulation.vpc, simulation.now)
            }
        }
        #expect(rule == .possession)
    }

    @Test func morePodsThanMayBeAreSeen() throws {
        var scenario = try scenario()
        scenario.groups[0].pool.maxPods = 2
        let rule = try broken(scenario) { simulation in
            simulation.nodes[0].pool = Pool(configuration: PoolConfiguration(), nonce: "broken", now: .origin)
        }
        #expect(rule == .limits)
    }

    @Test func moreENIsThanMayBeAreSeen() throws {
        var scenario = try scenario()
        scenario.groups[0].pool.maxENI = 1
        let rule = try broken(scenario) { simulation in
            simulation.nodes[0].pool = Pool(configuration: PoolConfiguration(), nonce: "broken", now: .origin)
        }
        #expect(rule == .limits)
    }

    @Test func aCloudThatPermitsTooManyAddressesIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(10)) { simulation in
            simulation.nodes[0].group.instanceType = try .init(named: "t3.nano")
        }
        #expect(rule == .limits)
    }

    @Test func callsBeyondThePolicyAreSeen() throws {
        var scenario = try scenario()
        scenario.calls.mutating = CallLimit(burst: 1, perSecond: 0.05)
        let rule = try broken(scenario) { $0.nodes[0].governor = CallGovernor(CallPolicy()) }
        #expect(rule == .callPolicy)
    }

    @Test func callsToAProviderThatIsToBeLeftAloneAreSeen() throws {
        var scenario = try scenario()
        scenario.faults = [.init(.fail(.unavailable), from: .origin + .seconds(100))]
        let rule = try broken(scenario) { simulation in
            var policy = CallPolicy()
            policy.failureThreshold = .max
            simulation.nodes[0].governor = CallGovernor(policy)
        }
        #expect(rule == .callPolicy)
    }

    @Test func aCloudThatLosesAddressesIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { simulation in
            try simulation.vpc.occupy(.init(Scenario.usualSubnet.id), addresses: 1)
        }
        #expect(rule == .conservation)
    }

    @Test func aStoreThatLagsBehindIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { $0.nodes[0].store = VirtualStore() }
        #expect(rule == .agreement)
    }

    @Test func anENIThatNobodyKnowsIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { simulation in
            let id = try simulation.vpc.leaveInterface(.init(in: .init(Scenario.usualSubnet.id)), at: simulation.now)
            try simulation.book.note([id], simulation.vpc, simulation.now)
        }
        #expect(rule == .leak)
    }

    @Test func aNodeThatDoesNotComeToRestIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { $0.nodes[0].callsUnderWay = 1 }
        #expect(rule == .rest)
    }

    @Test func aPodThatIsForgottenWhileAnAddressIsFreeIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { simulation in
            // Pod 0 has ended long ago: nobody will try again to start it.
            simulation.nodes[0].waiting.insert(0)
        }
        #expect(rule == .rest)
    }

    @Test func anAddressThatTwoENIsHaveIsSeen() throws {
        let rule = try broken(scenario(), after: .seconds(300)) { simulation in
            let subnet = ModelVPC.SubnetID(Scenario.usualSubnet.id)
            let instance = simulation.nodes[0].instance
            let primary = try simulation.vpc.instance(instance).primaryInterface
            let address = try #require(simulation.vpc.present(primary)?.primaryAddress)
            simulation.vpc.vacate(subnet, addresses: [address])
            let id = try simulation.vpc.leaveInterface(
                .init(in: subnet, primaryAddress: address, tags: [CloudTag.instance: "another's"]), at: simulation.now)
            try simulation.book.note([id], simulation.vpc, simulation.now)
        }
        #expect(rule == .conservation)
    }

    /// An address of an instance's second ENI, granted.
    private func grantInCloud() throws -> (ModelVPC, ModelVPC.InstanceID, Grant) {
        var vpc = ModelVPC(cidr: Scenario.usualSubnet.cidr, seed: 1)
        let subnet = ModelVPC.SubnetID(Scenario.usualSubnet.id)
        try vpc.addSubnet(subnet, cidr: Scenario.usualSubnet.cidr, zone: "zone-a")
        let limits = ModelVPC.Limits(interfaces: 2, ipv4PerInterface: 4)
        let instance = try vpc.launch(.init(rawValue: "i-0"), type: "any", limits: limits, in: subnet, at: .origin)
        let reply = vpc.handle(
            .assign(instance.primaryInterface, .count(1), token: nil), from: instance.id, at: .origin)
        guard case .success(.addresses(let addresses)) = reply.result, let address = addresses.first else {
            throw Violation(at: .origin, .understanding, "no address")
        }
        let attachment = Attachment(
            id: .init(network: "pods", containerID: "p", ifname: "eth0"), pod: .init(), netns: "",
            addresses: .ipv4(address), eni: ENIID(instance.primaryInterface), since: .origin)
        return (vpc, instance.id, Grant(attachment: attachment, isRepeat: false))
    }
}
