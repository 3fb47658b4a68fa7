import Addressing
import Identity
import Timekeeping

@testable import Pool

/// One step of a random history. Numbers choose among what there is at that moment, so that any part of a history is
/// a history too.
indirect enum RandomEvent: CustomStringConvertible {
    /// What becomes of a call under way.
    enum Reply {
        case truth
        case lost
        case error(ProviderError)
    }

    /// What others do in the cloud.
    enum ForeignChange: CaseIterable {
        case takesAddress, addsAddress, detachesENI, deletesENI, tagsENI, attachesENI, removesENI
    }

    case add(pod: Int, milliseconds: Int, requested: Int?)
    case delete(pod: Int)
    case vanish(pod: Int)
    case cancel(Int)
    case collectGarbage(keep: UInt64)
    case pass(milliseconds: Int)
    /// The provider carries a call out; its answer is still on its way.
    case carryOut(Int)
    case answer(Int, Reply)
    case observe
    case foreign(ForeignChange, Int)
    case reconfigure(UInt64)
    /// The daemon dies after it has stored what another event changed, and before anybody saw it.
    case crash(during: RandomEvent?, sameBoot: Bool, losingStore: Bool, carriedOut: UInt64)

    var description: String {
        switch self {
        case .add(let pod, let patience, let requested):
            ".add(pod: \(pod), milliseconds: \(patience), requested: \(requested.map(String.init) ?? "nil"))"
        case .delete(let pod): ".delete(pod: \(pod))"
        case .vanish(let pod): ".vanish(pod: \(pod))"
        case .cancel(let index): ".cancel(\(index))"
        case .collectGarbage(let keep): ".collectGarbage(keep: \(keep))"
        case .pass(let milliseconds): ".pass(milliseconds: \(milliseconds))"
        case .carryOut(let index): ".carryOut(\(index))"
        case .answer(let index, .truth): ".answer(\(index), .truth)"
        case .answer(let index, .lost): ".answer(\(index), .lost)"
        case .answer(let index, .error(let error)): ".answer(\(index), .error(\(error.code)))"
        case .observe: ".observe"
        case .foreign(let change, let index): ".foreign(.\(change), \(index))"
        case .reconfigure(let number): ".reconfigure(\(number))"
        case .crash(let event, let sameBoot, let losingStore, let carriedOut):
            ".crash(during: \(event.map(\.description) ?? "nil"), sameBoot: \(sameBoot), losingStore: \(losingStore), "
                + "carriedOut: \(carriedOut))"
        }
    }
}

extension ProviderError {
    /// As a test writes it.
    fileprivate var code: String {
        switch self {
        case .throttled: ".throttled(retryAfter: .seconds(2))"
        case .transient: ".transient(status: 500, \"broken\")"
        case .permissionDenied: ".permissionDenied(\"no\")"
        case .incorrectState: ".incorrectState(\"busy\")"
        default: ".subnetExhausted(NaiveCloud.subnet)"
        }
    }
}

extension RandomEvent {
    /// A history of `count` events, in which faults are as frequent as the seed has it.
    static func history(of count: Int, _ random: inout SplitMix64) -> [RandomEvent] {
        let faults = Double.random(in: 0...0.4, using: &random)
        let foreigners = Bool.random(using: &random) ? 0 : 3
        let crashes = Int.random(in: 0...2, using: &random)
        let pods = Int.random(in: 3...24, using: &random)
        return (0..<count).map { _ in event(pods, faults, foreigners, crashes, &random) }
    }

    private static func event(
        _ pods: Int, _ faults: Double, _ foreigners: Int, _ crashes: Int, _ random: inout SplitMix64
    ) -> RandomEvent {
        func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        let weights = [20, 12, 1, 2, 1, 24, 10, 24, 3, foreigners, 1, crashes]
        var pick = number(weights.reduce(0, +))
        var kind = 0
        while pick >= weights[kind] {
            pick -= weights[kind]
            kind += 1
        }
        switch kind {
        case 0:
            let patience = [0, 500, 5_000, 20_000, 100_000][number(5)]
            return .add(pod: number(pods), milliseconds: patience, requested: number(8) == 0 ? number(40) : nil)
        case 1: return .delete(pod: number(pods))
        case 2: return .vanish(pod: number(pods))
        case 3: return .cancel(number(4))
        case 4: return .collectGarbage(keep: random.next() | random.next())
        case 5: return .pass(milliseconds: [1, 100, 1_000, 5_000, 20_000, 90_000][number(6)])
        case 6: return .carryOut(number(6))
        case 7: return .answer(number(6), reply(faults, &random))
        case 8: return .observe
        case 9: return .foreign(ForeignChange.allCases[number(ForeignChange.allCases.count)], number(12))
        case 10: return .reconfigure(random.next())
        default:
            let during: RandomEvent? =
                switch number(4) {
                case 0: .add(pod: number(pods), milliseconds: 5_000, requested: nil)
                case 1: .delete(pod: number(pods))
                case 2: .answer(number(6), .truth)
                default: nil
                }
            return .crash(
                during: during, sameBoot: number(4) > 0, losingStore: number(5) == 0, carriedOut: random.next())
        }
    }

    private static func reply(_ faults: Double, _ random: inout SplitMix64) -> Reply {
        guard Double.random(in: 0..<1, using: &random) < faults else { return .truth }
        return switch Int.random(in: 0..<8, using: &random) {
        case 0: .error(.throttled(retryAfter: .seconds(2)))
        case 1: .error(.permissionDenied("no"))
        case 2: .error(.incorrectState("busy"))
        case 3: .error(.subnetExhausted(NaiveCloud.subnet))
        case 4: .error(.transient(status: 500, "broken"))
        default: .lost
        }
    }
}
