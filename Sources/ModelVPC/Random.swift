/// SplitMix64: a generator whose whole state is one number, so that it can be part of a value and of a file.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
package struct Random: Hashable, Codable, Sendable {
    private var state: UInt64

    /// A generator whose numbers follow from the seed.
    package init(seed: UInt64) {
        state = seed
    }

    /// Any number.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// From 0 up to, but not including, 1.
    package mutating func nextFraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
