import Addressing
import Timekeeping

/// The pool's addresses, counted.
struct Census: Hashable, Sendable {
    /// On ENIs that serve pods: free, cooling and in use.
    var total = 0
    var free = 0
    var cooling = 0
    /// Asked for, or on ENIs that are not ready yet.
    var incoming = 0
    /// Every address that occupies a slot or will, those on the way out included.
    var held = 0
    /// On the way out: their slots can be filled again soon.
    var leaving = 0
}

extension Pool {
    var census: Census {
        var census = Census()
        for eni in enis.values {
            switch eni.phase {
            case .ready:
                census.total += eni.total
                census.free += eni.free.count
                census.cooling += eni.cooling.count
                census.incoming += eni.incoming
                census.held += eni.heldCount + eni.incoming
                census.leaving += eni.releasingCount
            case .created, .attaching:
                // Restored ENIs have pods and cooling addresses before they are ready.
                census.total += eni.assignedCount + eni.cooling.count
                census.cooling += eni.cooling.count
                census.incoming += eni.free.count + eni.incoming
                census.held += eni.heldCount + eni.incoming
                census.leaving += eni.releasingCount
            case .detaching, .detached, .deleting, .lost:
                census.held += eni.heldCount
                census.leaving += eni.heldCount
            }
        }
        let created = creations.reduce(0) { $0 + $1.addressCount }
        census.incoming += created
        census.held += created
        return census
    }

    /// The ENIs that occupy an attachment of the instance, or will, or did and are not deleted yet.
    var eniCount: Int { enis.values.count { $0.phase != .lost } + creations.count }

    /// The most ENIs that serve pods: those of others leave less room.
    public func eniLimit(_ limits: NodeLimits) -> Int {
        configuration.eniLimit(limits, foreign: foreignDevices.count)
    }

    /// The most addresses for pods, and the most pods with an address.
    public func addressLimit(_ limits: NodeLimits) -> Int {
        configuration.addressLimit(limits, foreign: foreignDevices.count)
    }

    /// The number for kubelet's `--max-pods`, as ``PoolConfiguration/kubeletMaxPods(_:foreign:)``.
    public func kubeletMaxPods(_ limits: NodeLimits) -> Int {
        configuration.kubeletMaxPods(limits, foreign: foreignDevices.count)
    }

    /// Whether the provider may be asked for more addresses now.
    func mayGrow(_ now: Instant) -> Bool {
        (trouble?.until ?? now) <= now && (subnetTrouble?.until ?? now) <= now
    }

    /// Takes the next step in the life of every ENI that rests between two.
    mutating func advanceENIs(_ now: Instant) {
        guard (trouble?.until ?? now) <= now else { return }
        for eni in enis.values where (eni.retryAt ?? now) <= now {
            switch eni.phase {
            case .created:
                enis[eni.id]?.phase = .attaching(since: now)
                if eni.deviceIndex != nil {
                    outcome.actions.append(.configureENI(eni.id))
                } else {
                    let index = freeDeviceIndex()
                    enis[eni.id]?.deviceIndex = index
                    outcome.actions.append(.attachENI(eni.id, deviceIndex: index))
                }
            case .detached:
                enis[eni.id]?.phase = .deleting
                outcome.actions.append(.deleteENI(eni.id))
            case .ready where eni.releasingCount > 0 && eni.operation == nil:
                // What a crash or a failure left half given back: giving back twice changes nothing.
                let leaving = addresses.values.filter { $0.eni == eni.id && $0.state == .releasing }
                giveBack(leaving.map(\.address).sorted(), of: eni.id)
            case .ready, .attaching, .detaching, .deleting, .lost: break
            }
        }
    }

    /// Growing: first the attached ENIs are filled, then another one is attached; never beyond what max-pods can use.
    mutating func grow(_ now: Instant) {
        guard let limits, mayGrow(now) else { return }
        let perENI = limits.podAddressesPerENI
        while true {
            let census = census
            let lacking = target.shortage(
                total: census.total + census.incoming,
                available: census.free + census.incoming + coolingSoon(now) - waiters.count, perENI: perENI)
            let short = min(lacking, addressLimit(limits) - census.held)
            guard short > 0 else { return }
            let fillable = enis.values.lazy.filter { $0.isServingOrComing && $0.room(perENI, now) > 0 }
            if let eni = fillable.max(by: { $0.isLessFull(than: $1) }) {
                guard eni.isReady, eni.operation == nil, (eni.retryAt ?? now) <= now else { return }
                ask(for: min(short, eni.room(perENI, now)), on: eni.id, now)
            } else if mayCreate(limits, now) {
                create(addressCount: min(short, perENI), now)
            } else {
                return
            }
        }
    }

    /// Whether one more ENI fits beside those of the pool and those of others.
    func mayCreate(_ limits: NodeLimits, _ now: Instant) -> Bool {
        eniCount < eniLimit(limits) && (eniTrouble?.until ?? now) <= now
            && !creations.contains { $0.inDoubtSince != nil }
    }

    mutating func create(addressCount: Int, _ now: Instant) {
        let creation = Creation(token: newToken(), addressCount: addressCount, inDoubtSince: nil)
        creations.append(creation)
        demand?.asksENI(now)
        outcome.actions.append(.createENI(creation.token, addressCount: addressCount))
    }

    private mutating func ask(for count: Int, on eni: ENIID, _ now: Instant) {
        let token = newToken()
        demand?.asks(token, now)
        enis[eni]?.operation = ENI.Operation(kind: .assign(count: count, token), inDoubtSince: nil)
        outcome.actions.append(.assign(eni, count: count, token))
    }

    /// The lowest device index that no ENI has. An index is never shared, not even with an ENI on its way out.
    private func freeDeviceIndex() -> Int {
        let used = foreignDevices.union(enis.values.compactMap(\.deviceIndex))
        return (1...).first { !used.contains($0) } ?? used.count
    }
}

/// How many of those who wait can be served by when.
struct Supply {
    /// Addresses that are on their way.
    private var incoming = 0
    /// How many more the limits allow.
    private var limitRoom = 0
    /// Addresses that can still be asked for on the ENIs that are there, and from when.
    private var roomOnENIs = 0
    private var growsFrom = Instant.origin
    /// Addresses that ENIs yet to be created can hold, and from when.
    private var roomOnMore = 0
    private var createsFrom = Instant.origin
    private var coolingUntil: [Instant] = []
    /// How many more pods may have an address.
    private var podRoom = 0
    private let isStarting: Bool

    init(_ pool: Pool, _ now: Instant) {
        isStarting = pool.limits == nil
        guard let limits = pool.limits else { return }
        let census = pool.census
        let limit = pool.addressLimit(limits)
        let perENI = limits.podAddressesPerENI
        let serving = pool.enis.values.filter(\.isServingOrComing)
        incoming = census.incoming
        limitRoom = max(0, limit - census.held + census.leaving)
        roomOnENIs = serving.reduce(0) { $0 + $1.room(perENI, now) + $1.releasingCount }
        roomOnMore =
            max(0, pool.eniLimit(limits) - serving.count - pool.creations.count) * perENI
            + pool.creations.reduce(0) { $0 + perENI - $1.addressCount }
        growsFrom = max(pool.trouble?.until ?? .origin, pool.subnetTrouble?.until ?? .origin)
        createsFrom = max(growsFrom, pool.eniTrouble?.until ?? .origin)
        coolingUntil = serving.flatMap { $0.cooling.map(\.until) }
        podRoom = max(0, limit - pool.attachments.count)
    }

    /// How many waiting pods can have an address at `deadline`.
    func addresses(by deadline: Instant) -> Int {
        if isStarting { return .max }
        let cooled = coolingUntil.count { $0 < deadline }
        let growable = (growsFrom < deadline ? roomOnENIs : 0) + (createsFrom < deadline ? roomOnMore : 0)
        return min(podRoom, incoming + min(limitRoom, growable) + cooled)
    }
}
