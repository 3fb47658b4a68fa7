import Timekeeping

/// The pool's addresses of IPv4, counted.
struct Census: Hashable, Sendable {
    /// On ENIs that serve pods: free, cooling and in use. Free and cooling ones only where they count for the targets.
    var total = 0
    var free = 0
    var cooling = 0
    /// In use by pods.
    var assigned = 0
    /// Asked for, or on ENIs that do not serve yet.
    var incoming = 0
    /// Every address that occupies a slot or will, those on the way out included; without those that do not count.
    var held = 0
    /// On the way out: their slots can be filled again soon.
    var leaving = 0
    /// Free and not counted, on ENIs that serve pods.
    var spare = 0
    /// Single addresses on ENIs that are ready.
    var singles = Blocks()
    /// Prefixes on ENIs that are ready.
    var prefixes = Blocks()

    /// Blocks of one kind.
    struct Blocks: Hashable, Sendable {
        /// Those that count for the targets.
        var all = 0
        /// Of these, the ones that nobody uses.
        var free = 0
        /// Those that nobody uses and that do not count.
        var spare = 0

        mutating func add(_ kind: BlockKind, of eni: ENI, counts: Bool) {
            let free = eni.wholeFreeCount(kind)
            if counts {
                self.free += free
                all += eni.blockCount(kind)
            } else {
                spare += free
            }
        }
    }

    /// The blocks of a kind; none of the /80s.
    func blocks(_ kind: BlockKind) -> Blocks {
        switch kind {
        case .address: singles
        case .prefix: prefixes
        case .ipv6Prefix: Blocks()
        }
    }

    /// What the targets look at, while so many pods wait.
    func stock(waiting: Int = 0, perENI: Int) -> Stock {
        Stock(
            total: total + incoming, available: free + incoming - waiting, assigned: assigned, perENI: perENI)
    }
}

extension Pool {
    func census(_ now: Instant) -> Census {
        var census = Census()
        guard let limits else { return census }
        for eni in enis.values {
            var (free, cooling) = (0, 0)
            let singlesCount = counts(.address, on: eni, limits, now)
            if singlesCount {
                free += eni.singles.free.count
                cooling += eni.singles.cooling
            }
            let prefixesCount = counts(.prefix, on: eni, limits, now)
            if prefixesCount {
                free += eni.prefixes.values.reduce(0) { $0 + $1.free.count }
                cooling += eni.prefixes.values.reduce(0) { $0 + $1.cooling }
            }
            if eni.isReady {
                census.singles.add(.address, of: eni, counts: singlesCount)
                census.prefixes.add(.prefix, of: eni, counts: prefixesCount)
            }
            switch eni.phase {
            case .ready, .created, .attaching:
                // Restored ENIs have pods and cooling addresses before they are ready.
                let assigned = eni.assignedCount - eni.ipv6Addresses.assigned
                census.assigned += assigned
                census.total += assigned + cooling
                census.cooling += cooling
                if let kind = eni.incoming?.kind, counts(kind, on: eni, limits, now) {
                    census.incoming += eni.incomingAddresses
                }
                census.held += eni.heldCount - (eni.freeCount - free) + eni.incomingAddresses
                census.leaving += eni.releasingCount
                if serves(eni) {
                    census.total += free
                    census.free += free
                    census.spare += eni.freeCount - free
                } else if !eni.isReady || eni.refusal == nil || eni.operation != nil {
                    // One that is refused its /80 serves nobody soon.
                    census.incoming += free
                }
            case .detaching, .detached, .deleting, .lost:
                census.held += eni.heldCount
                census.leaving += eni.heldCount
            }
        }
        let created = creations.reduce(0) { $0 + $1.eni.kind.size * $1.eni.count }
        census.incoming += created
        census.held += created
        return census
    }

    /// How many addresses the targets lack, whether or not they can be had.
    ///
    /// - Parameter soon: cooling addresses that are as good as free.
    func shortage(_ census: Census, _ limits: NodeLimits, soon: Int = 0) -> Int {
        guard configuration.families.hasIPv4 else { return 0 }
        let lacking = target.shortage(
            of: census.stock(waiting: waiters.count - soon, perENI: configuration.addressesPerENI(limits)))
        return max(0, min(lacking, addressLimit(limits) - census.held))
    }

    /// The ENIs that occupy an attachment of the instance, or will, or did and are not deleted yet.
    var eniCount: Int { enis.values.count { $0.phase != .lost } + creations.count }

    /// The most ENIs that the pool attaches: those of others leave less room.
    public func eniLimit(_ limits: NodeLimits) -> Int {
        configuration.eniLimit(limits, foreign: foreignDevices.count)
    }

    /// The most ENIs that serve pods.
    public func podENILimit(_ limits: NodeLimits) -> Int {
        configuration.podENILimit(limits, foreign: foreignDevices.count)
    }

    /// The most addresses for pods, and the most pods with an address.
    public func addressLimit(_ limits: NodeLimits) -> Int {
        configuration.addressLimit(limits, foreign: foreignDevices.count)
    }

    /// The number for kubelet's `--max-pods`, as ``PoolConfiguration/kubeletMaxPods(_:foreign:)``.
    public func kubeletMaxPods(_ limits: NodeLimits) -> Int {
        configuration.kubeletMaxPods(limits, foreign: foreignDevices.count)
    }
}
