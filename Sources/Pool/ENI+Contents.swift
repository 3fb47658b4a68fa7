import Addressing
import Collections
import Timekeeping

extension ENI {
    /// An address that rests.
    struct Cooling: Hashable, Sendable {
        let address: IPAddress
        let until: Instant
    }

    /// What an ENI consists of; each part is described at the ENI's property of the same name.
    struct Contents: Sendable {
        var record: ENIRecord
        var phase: Phase
        var operation: Operation?
        var changedAt: Instant?
        /// What came or went by our doing, the latest last, for as long as the view may lag behind.
        private(set) var recent: Deque<(block: Block, at: Instant)> = []
        var detachInDoubtSince: Instant?
        var retryAt: Instant?
        var failsSince: Instant?
        var giveBackAt: Instant?
        var refusal: ProviderError?
        var fullUntil: Instant?
        private(set) var singles = Tally()
        private(set) var prefixes: OrderedDictionary<IPv4Network, Tally> = [:]
        private(set) var ipv6Addresses = Tally()
        private(set) var cooling: Deque<Cooling> = []

        init(record: ENIRecord, phase: Phase) {
            self.record = record
            self.phase = phase
        }

        mutating func noteChange(of block: Block, window: Duration, _ now: Instant) {
            while let oldest = recent.first, oldest.at + window <= now { recent.removeFirst() }
            recent.append((block, now))
        }

        mutating func move(_ address: IPAddress, of block: Block, from old: AddressState?, to new: AddressState?) {
            if case .cooling? = old {
                if cooling.first?.address == address {
                    cooling.removeFirst()
                } else {
                    cooling.removeAll { $0.address == address }
                }
            }
            if let until = new?.coolingUntil {
                let earlier = cooling.lastIndex { $0.until <= until }
                cooling.insert(Cooling(address: address, until: until), at: earlier.map { $0 + 1 } ?? 0)
            }
            func move(in tally: inout Tally) {
                if let old { tally.remove(address, old) }
                if let new { tally.add(address, new) }
            }
            switch block {
            case .address: move(in: &singles)
            case .ipv6Prefix: move(in: &ipv6Addresses)
            case .prefix(let network):
                move(in: &prefixes[network, default: Tally()])
                if prefixes[network]?.isEmpty == true { prefixes[network] = nil }
            }
        }
    }
}
