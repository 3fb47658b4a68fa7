import ModelVPC
import Pool
import RateLimiting
import Timekeeping

/// How bad a random cloud is, and what goes wrong in it.
extension Dice {
    mutating func cloud() -> ModelVPC.Settings {
        guard happens(0.5) else { return Scenario.usualCloud }
        var cloud = ModelVPC.Settings()
        cloud.latency = delay([0, 200, 1500, 7000])
        cloud.attachDelay = delay([0, 3000, 12_000])
        cloud.appearDelay = delay([0, 1000, 8000])
        cloud.detachDelay = delay([0, 3000, 70_000])
        cloud.consistencyDelay = delay([0, 2000, 20_000])
        return cloud
    }

    /// From nothing up to one of these numbers of milliseconds.
    private mutating func delay(_ milliseconds: [Int]) -> ModelVPC.Delay {
        .init(.zero ... .milliseconds(pick(milliseconds)))
    }

    mutating func throttling() -> ModelVPC.Throttling {
        guard happens(0.3) else { return Scenario.usualThrottling }
        return ModelVPC.Throttling(
            mutating: TokenBucket(capacity: number(2...20), refillPerSecond: pick([0.5, 1, 3])),
            nonMutating: TokenBucket(capacity: number(10...50), refillPerSecond: pick([2, 5])))
    }

    mutating func calls() -> CallPolicy {
        var calls = CallPolicy()
        guard happens(0.3) else { return calls }
        calls.mutating = CallLimit(burst: number(1...5), perSecond: pick([0.2, 1, 3]))
        calls.failureThreshold = pick([1, 2, 5])
        return calls
    }

    mutating func fault(_ scenario: Scenario) -> ModelVPC.FaultRule {
        let effects: [ModelVPC.FaultRule.Effect] = [
            .loseReply, .loseReply, .attachStuck, .fail(.unavailable), .fail(.internalError), .fail(.noAnswer),
            .fail(.requestLimitExceeded(retryAfter: happens(0.5) ? .seconds(number(1...20)) : nil)),
            .fail(.unauthorized(.assignPrivateIpAddresses)), .fail(.incorrectState("busy")),
        ]
        let actions = (0..<number(0...2)).map { _ in pick(ModelVPC.Action.allCases) }
        let from = moment(scenario.duration)
        return ModelVPC.FaultRule(
            pick(effects), of: Set(actions),
            by: maybe(0.3) { VirtualNode.instance($0.index(below: scenario.plan.nodes.count)) },
            from: from, until: from + duration(.seconds(1) ... .seconds(400)),
            skipping: pick([0, 0, 1, 5]), probability: pick([0.05, 0.3, 1]), count: maybe(0.4) { $0.number(1...5) })
    }

    mutating func incident(_ scenario: Scenario) -> Incident {
        let first = index(below: scenario.plan.nodes.count)
        let nodes = first..<first + number(1...3)
        let at = moment(scenario.duration)
        return switch index(below: 6) {
        case 0, 1: .daemonsDie(nodes: nodes, at: at, downFor: .seconds(pick([0, 1, 30, 200])))
        case 2: .nodesReboot(nodes: nodes, at: at, downFor: .seconds(pick([10, 60, 200])))
        case 3, 4:
            .strangerTakes(
                subnet: pick(scenario.subnets).id, addresses: number(1...400), at: at,
                until: maybe(0.6) { at + $0.duration(.seconds(1) ... .seconds(300)) })
        default: .enisLeak(nodes: nodes, at: at)
        }
    }
}
