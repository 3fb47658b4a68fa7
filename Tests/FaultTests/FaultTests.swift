import FoundationEssentials
import Testing

/// What must hold when a part of the whole fails. One suite after the other: each has a fabric of its own, and two cores
/// must do.
@Suite(.serialized) enum FaultTests {}

/// How often, and in what order of random numbers, a test does at random what could go wrong at any moment.
///
/// `WARMPOOL_FAULT_ROUNDS` multiplies the rounds, `WARMPOOL_FAULT_SEED` repeats the random numbers of a failure, though
/// not the moments of the machine.
struct Rounds: Sequence, CustomStringConvertible {
    let count: Int
    let seed: UInt64

    init(_ count: Int) {
        let environment = ProcessInfo.processInfo.environment
        self.count = count * (environment["WARMPOOL_FAULT_ROUNDS"].flatMap(Int.init) ?? 1)
        seed = environment["WARMPOOL_FAULT_SEED"].flatMap(UInt64.init) ?? .random(in: 0...999_999)
    }

    var random: SplitMix { SplitMix(state: seed) }

    func makeIterator() -> Range<Int>.Iterator { (0..<count).makeIterator() }

    var description: String { "WARMPOOL_FAULT_SEED=\(seed)" }
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// A random duration of at most so many milliseconds.
    mutating func milliseconds(upTo most: Double) -> Duration {
        .microseconds(Int64(Double.random(in: 0...most, using: &self) * 1000))
    }
}

/// Who holds which address, kept by the pods' side: an address that two hold at once was handed out twice.
actor Ledger {
    private var holders: [String: String] = [:]

    /// - Returns: who else holds the address.
    func take(_ address: String, by pod: String) -> String? {
        defer { holders[address] = pod }
        return holders[address]
    }

    /// The pod is about to give the address up.
    func give(_ address: String) {
        holders[address] = nil
    }
}
