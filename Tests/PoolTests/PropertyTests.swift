import Glibc
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Anything in any order")
struct PropertyTests {
    private static let eventsPerHistory = 400

    /// 250 seeds, from 0 or from the number in `WARMPOOL_POOL_SEED`: other histories than those of every run.
    private static let seeds = {
        let first = getenv("WARMPOOL_POOL_SEED").flatMap { Int(String(cString: $0)) } ?? 0
        return first..<first + 250
    }()

    @Test("100,000 random events break no rule, and the world comes to rest after them", arguments: seeds)
    func anything(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed) &* 7_919)
        let history = RandomEvent.history(of: PropertyTests.eventsPerHistory, &random)
        guard let failure = PropertyTests.failure(of: history, seed) else { return }
        let shortest = shortestFailing(history) { PropertyTests.failure(of: $0, seed) != nil }
        let again = PropertyTests.failure(of: shortest, seed) ?? failure
        Issue.record(
            """
            seed \(seed): \(again)
            let history: [RandomEvent] = [
            \(shortest.map { "    \($0),\n" }.joined())]
            """)
    }

    /// What breaks in a history; `nil` where nothing does.
    static func failure(of history: [RandomEvent], _ seed: Int) -> String? {
        do {
            var world = try RandomWorld(seed: UInt64(seed))
            for (index, event) in history.enumerated() {
                do {
                    try world.happen(event)
                } catch {
                    return "event \(index) \(event) at \((world.now - .origin).text): \(error)"
                }
            }
            try world.comeToRest()
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// The shortest part of a failing sequence that delta debugging finds to fail as well: one from which no element can be
/// left out (source: Zeller, Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
func shortestFailing<Element>(_ sequence: [Element], _ fails: ([Element]) -> Bool) -> [Element] {
    var sequence = sequence
    var size = max(1, sequence.count / 2)
    while true {
        var start = 0
        var hasShrunk = false
        while start < sequence.count {
            var candidate = sequence
            candidate.removeSubrange(start..<min(start + size, sequence.count))
            if fails(candidate) {
                sequence = candidate
                hasShrunk = true
            } else {
                start += size
            }
        }
        if size == 1 && !hasShrunk { return sequence }
        if !hasShrunk || size > sequence.count { size = max(1, size / 2) }
    }
}
