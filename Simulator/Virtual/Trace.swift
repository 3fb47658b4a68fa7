import Addressing
import ModelVPC
import Timekeeping

/// A fingerprint of everything that happened, in order (source: FNV-1a, 64 bits, IETF draft-eastlake-fnv).
struct Trace {
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ kind: UInt8, _ now: Instant, _ subject: Int) {
        mix(UInt64(kind))
        mix(UInt64(bitPattern: now.nanoseconds))
        mix(UInt64(bitPattern: Int64(subject)))
    }

    private mutating func mix(_ word: UInt64) {
        hash = (hash ^ word) &* 0x0000_0100_0000_01b3
    }
}

extension ModelVPC.Action {
    /// The action's place in the declaration.
    var hashPart: Int { ModelVPC.Action.allCases.firstIndex(of: self) ?? 0 }
}

extension IPAddress {
    /// The last 64 bits.
    var hashPart: Int {
        switch self {
        case .v4(let address): Int(address.bits)
        case .v6(let address): Int(truncatingIfNeeded: address.bits)
        }
    }
}
