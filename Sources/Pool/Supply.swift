import Timekeeping

/// How many of those who wait can be served by when.
struct Supply {
    /// Addresses that are on their way.
    private var incoming = 0
    /// How many more the limits allow.
    private var limitRoom = 0
    /// Addresses that can still be asked for on the ENIs that are there, each with the time from when.
    private var growable: [(count: Int, from: Instant)] = []
    /// When addresses have rested, in rising order.
    private var coolingUntil: [Instant] = []
    /// How many more pods may have an address.
    private var podRoom = 0
    private let isStarting: Bool

    init(_ pool: Pool, _ now: Instant) {
        isStarting = pool.limits == nil
        guard let limits = pool.limits, pool.impossibility == nil else { return }
        podRoom = max(0, pool.addressLimit(limits) - pool.attachments.count)
        let coming = pool.enis.values.filter(\.isServingOrComing)
        let serving = coming.filter { pool.takesPods($0) }
        let attachable = max(0, pool.eniLimit(limits) - coming.count - pool.creations.count)
        // Those who wait make it urgent.
        let callsFrom = pool.trouble?.until ?? .origin
        guard pool.configuration.families.hasIPv4 else {
            // One /80 serves all.
            limitRoom = podRoom
            for eni in serving {
                let from = pool.serves(eni) ? Instant.origin : max(callsFrom, eni.retryAt ?? .origin)
                growable.append((podRoom, from))
            }
            if !pool.creations.isEmpty || (attachable > 0 && pool.podSubnets != nil) {
                growable.append((podRoom, max(callsFrom, pool.eniTrouble?.until ?? .origin)))
            }
            return
        }
        let census = pool.census(now)
        incoming = census.incoming + census.spare
        limitRoom = max(0, pool.addressLimit(limits) - census.held + census.leaving)
        coolingUntil = serving.flatMap { $0.cooling.map(\.until) }.sorted()
        for eni in serving {
            let room = eni.room(limits.podAddressesPerENI, now) * pool.kind(in: eni.subnet, limits, now).size
            growable.append((room + eni.releasingCount, max(callsFrom, pool.asksFrom(eni.subnet))))
        }
        for creation in pool.creations {
            let room = limits.podAddressesPerENI - creation.eni.count
            growable.append((room * creation.eni.kind.size, max(callsFrom, pool.asksFrom(creation.eni.subnet))))
        }
        let subnets = pool.podSubnets?.subnets ?? []
        if let subnet = subnets.min(by: { pool.asksFrom($0) < pool.asksFrom($1) }) {
            let room = attachable * limits.podAddressesPerENI * pool.kind(in: subnet, limits, now).size
            growable.append((room, max(callsFrom, pool.asksFrom(subnet), pool.eniTrouble?.until ?? .origin)))
        }
    }

    /// How many waiting pods can have an address at `deadline`.
    func addresses(by deadline: Instant) -> Int {
        if isStarting { return .max }
        let growth = growable.reduce(0) { $0 + ($1.from < deadline ? $1.count : 0) }
        return min(podRoom, incoming + min(limitRoom, growth) + cooled(by: deadline))
    }

    /// How many addresses have rested then.
    private func cooled(by deadline: Instant) -> Int {
        var (low, high) = (0, coolingUntil.count)
        while low < high {
            let middle = (low + high) / 2
            if coolingUntil[middle] < deadline { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
