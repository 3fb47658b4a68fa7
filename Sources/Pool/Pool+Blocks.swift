import Addressing
import Timekeeping

/// Which ENIs serve pods, and which of their blocks count for the targets.
extension Pool {
    /// Finds out where pods are, with what is known of node, subnets and configuration.
    mutating func findPlace() {
        place = node.map { configuration.placement.place(of: $0, subnets: subnets) }
    }

    /// Whether pods may be on an ENI: by its subnet, and never on the primary one with custom networking. Those that
    /// are there stay.
    public func takesPods(_ eni: ENI) -> Bool {
        switch place {
        case .anywhere: hasFamilies(eni.subnet)
        case .inside(let network): !eni.isPrimary && network.subnets.contains(eni.subnet) && hasFamilies(eni.subnet)
        case .nowhere, nil: false
        }
    }

    /// Whether a subnet has the families that pods are to have, as far as is known.
    private func hasFamilies(_ subnet: SubnetID) -> Bool {
        guard configuration.families.hasIPv6, let view = subnets.first(where: { $0.id == subnet }) else { return true }
        return view.ipv6CIDR != nil
    }

    /// Whether pods get addresses of IPv4 from an ENI.
    func givesIPv4(_ eni: ENI) -> Bool { configuration.families.hasIPv4 && takesPods(eni) }

    /// Whether pods get addresses of IPv6 from an ENI, as soon as it has a /80.
    func givesIPv6(_ eni: ENI) -> Bool { configuration.families.hasIPv6 && takesPods(eni) }

    /// Whether new pods can get addresses of an ENI now.
    func serves(_ eni: ENI) -> Bool {
        eni.isReady && takesPods(eni) && (!configuration.families.hasIPv6 || eni.ipv6Prefix != nil)
    }

    /// The gateway of an ENI's subnet in IPv6: by convention its first host address. Before the subnets are known, that
    /// of the /64 which the ENI's /80 is of (source: Amazon VPC user guide, a subnet's IPv6 CIDR is a /64).
    ///
    /// - Returns: `nil` where pods have no use for it.
    public func ipv6Gateway(of eni: ENI) -> IPv6Address? {
        guard configuration.families.hasIPv6 || eni.ipv6Prefix != nil else { return nil }
        let known = subnets.first { $0.id == eni.subnet }?.ipv6CIDR
        let network = known ?? eni.ipv6Prefix.map { IPv6Network(containing: $0.base, prefixLength: 64) }
        return network?.base.advanced(by: 1)
    }

    /// Whether an ENI is to have a /80, and has none.
    func lacksIPv6Prefix(_ eni: ENI, _ limits: NodeLimits) -> Bool {
        givesIPv6(eni) && limits.supportsIPv6 && eni.ipv6Prefix == nil
    }

    /// The kind of blocks that the slots of an ENI in a subnet are filled with.
    func kind(in subnet: SubnetID, _ limits: NodeLimits, _ now: Instant) -> BlockKind {
        configuration.usesPrefixes(limits) && !fallsBack(in: subnet, now) ? .prefix : .address
    }

    /// Whether single addresses are used in a subnet because it has no /28.
    func fallsBack(in subnet: SubnetID, _ now: Instant) -> Bool {
        configuration.prefixFallback && isTroubled(fragmented[subnet], now)
    }

    /// Whether blocks of a kind on an ENI count for the targets. The others serve pods as long as they are there, and
    /// are given back when the target is met without them.
    func counts(_ kind: BlockKind, on eni: ENI, _ limits: NodeLimits, _ now: Instant) -> Bool {
        guard givesIPv4(eni) else { return false }
        return switch kind {
        case .address: self.kind(in: eni.subnet, limits, now) == .address
        case .prefix: configuration.usesPrefixes(limits)
        case .ipv6Prefix: false
        }
    }

    /// From when on a subnet may be asked for blocks of the kind that it is used for.
    func asksFrom(_ subnet: SubnetID) -> Instant {
        let fragmented = configuration.prefixFallback ? nil : fragmented[subnet]?.until
        return max(exhausted[subnet]?.until ?? .origin, fragmented ?? .origin)
    }

    private func isTroubled(_ trouble: SubnetTrouble?, _ now: Instant) -> Bool {
        (trouble?.until ?? now) > now
    }

    /// The subnets for further ENIs: those that have the pods' families.
    var podSubnets: PodSubnets? {
        var network: PodSubnets
        switch place {
        case .anywhere(let subnet, let securityGroups):
            let primary = enis.values.first(where: \.isPrimary)?.subnet
            network = PodSubnets(subnets: [subnet ?? primary].compactMap(\.self), securityGroups: securityGroups)
        case .inside(let inside): network = inside
        case .nowhere, nil: return nil
        }
        network.subnets.removeAll { !hasFamilies($0) }
        return network.subnets.isEmpty ? nil : network
    }

    /// Where a further ENI can be made now: in a subnet with prefixes rather than in one without, and of those in the
    /// one with most free addresses.
    func subnetForENI(_ now: Instant) -> SubnetID? {
        let free = Dictionary(subnets.map { ($0.id, $0.freeAddresses) }) { first, _ in first }
        return podSubnets?.subnets.filter { asksFrom($0) <= now }.min { left, right in
            let (leftFallsBack, rightFallsBack) = (fallsBack(in: left, now), fallsBack(in: right, now))
            let (leftFree, rightFree) = (free[left] ?? 0, free[right] ?? 0)
            if leftFallsBack != rightFallsBack { return rightFallsBack }
            return leftFree == rightFree ? left < right : leftFree > rightFree
        }
    }
}
