import Addressing
import Collections

/// Addresses of one origin, counted by state: an ENI's single addresses, or those of one of its prefixes.
public struct Tally: Sendable {
    /// Free addresses, the one that rests longest first.
    public internal(set) var free: Deque<IPv4Address> = []
    /// Addresses that rest after their pods ended.
    public internal(set) var cooling = 0
    /// Addresses that pods use.
    public internal(set) var assigned = 0
    /// Addresses that pods use though the provider took them away.
    public internal(set) var orphaned = 0
    /// Addresses that are on their way out.
    public internal(set) var releasing = 0

    /// All addresses that the provider has on the ENI.
    public var held: Int { free.count + cooling + assigned + releasing }

    /// Whether no pod uses any of its addresses or did so lately, and none is on its way out.
    public var isWhollyFree: Bool { held > 0 && isIdle }

    var isEmpty: Bool { held == 0 && orphaned == 0 }

    /// Whether no pod uses any of its addresses or did so lately, and none is on its way out; none at all will do.
    var isIdle: Bool { held == free.count && orphaned == 0 }

    mutating func remove(_ address: IPAddress, _ state: AddressState) {
        switch state {
        case .free:
            guard case .v4(let address) = address else { return }
            if free.first == address { free.removeFirst() } else { free.removeAll { $0 == address } }
        case .cooling: cooling -= 1
        case .assigned: assigned -= 1
        case .orphaned: orphaned -= 1
        case .releasing: releasing -= 1
        }
    }

    mutating func add(_ address: IPAddress, _ state: AddressState) {
        switch state {
        case .free:
            if case .v4(let address) = address { free.append(address) }
        case .cooling: cooling += 1
        case .assigned: assigned += 1
        case .orphaned: orphaned += 1
        case .releasing: releasing += 1
        }
    }

    static func + (left: Tally, right: Tally) -> Tally {
        var sum = left
        sum.free += right.free
        sum.cooling += right.cooling
        sum.assigned += right.assigned
        sum.orphaned += right.orphaned
        sum.releasing += right.releasing
        return sum
    }
}
