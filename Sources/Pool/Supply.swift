import Timekeeping

/// How many of those who wait can be served by when.
struct Supply {
    /// Addresses that are on their way.
    private var incoming = 0
    /// How many more the limits allow.
    private var limitRoom = 0
    /// Addresses that can still be asked for on the ENIs that are there, each with the time from when.
    private var growable: [(count: Int, from: Instant)] = []
    private var coolingUntil: [Instant] = []
    /// How many more pods may have an address.
    private var podRoom = 0
    private let isStarting: Bool

    init(_ pool: Pool, _ now: Instant) {
        isStarting = pool.limits == nil
        guard let limits = pool.limits, pool.impossibility == nil else { return }
        podRoom = max(0, pool.addressLimit(limits) - pool.attachments.count)
        let coming = pool.enis.values.filter(\.isServingOrComing)
        let serving = coming.filter(pool.takesPods)
        let attachable = max(0, pool.eniLimit(limits) - coming.count - pool.creations.count)
        guard pool.configuration.families.hasIPv4 else {
            // One /80 serves all.
            let canServe = !serving.isEmpty || !pool.creations.isEmpty || (attachable > 0 && pool.podSubnets != nil)
            incoming = canServe && limits.ipv6PerENI > 0 ? podRoom : 0
            return
        }
        let census = pool.census(now)
        incoming = census.incoming + census.spare
        limitRoom = max(0, pool.addressLimit(limits) - census.held + census.leaving)
        coolingUntil = serving.flatMap { $0.cooling.map(\.until) }
        let callsFrom = pool.trouble?.until ?? .origin
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
        let cooled = coolingUntil.count { $0 < deadline }
        let growth = growable.reduce(0) { $0 + ($1.from < deadline ? $1.count : 0) }
        return min(podRoom, incoming + min(limitRoom, growth) + cooled)
    }
}
