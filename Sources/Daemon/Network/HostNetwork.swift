import Addressing
import Netlink
import Nftables
import PodNetwork
import Pool

/// The node's own part of the data plane, kept as the present ENIs need it: interfaces, routing tables, rules and the
/// packet filter.
actor HostNetwork {
    private let layout: NetworkLayout
    private let eniMTU: Int
    private let nftables = Nftables()
    /// The inode of the namespace in which all this happens.
    nonisolated let namespace: UInt64
    /// The packet filter as it was right after it was applied.
    private var filter: Nftables.Applied?
    /// The last convergence, which the next one waits for: two at once would undo each other's work.
    private var converging: Task<[String], any Error>?
    private var appearing: [MACAddress: [CheckedContinuation<Bool, Never>]] = [:]

    init(_ configuration: Configuration) throws {
        namespace = try NetworkNamespace.currentInode()
        layout = configuration.layout
        eniMTU = configuration.eniMTU
    }

    /// The pods that the kernel routes to.
    nonisolated func pods() throws -> [ConnectedPod] {
        try PodNetwork(layout: layout).pods(host: NetlinkSocket())
    }

    /// Makes the route to a pod anew.
    nonisolated func restoreRoute(to address: IPAddress, hostInterface: String) throws {
        try PodNetwork(layout: layout).restoreRoute(
            to: address, hostInterface: hostInterface, host: NetlinkSocket())
    }

    /// What the node's network is to serve.
    struct Purpose: Sendable {
        /// The ENIs that serve pods, or will, each with the gateway of its subnet in IPv6.
        var enis: [(eni: ENI, ipv6Gateway: IPv6Address?)]
        /// The families in which pods get addresses.
        var families: IPFamilies
        /// The VPC's networks; the packet filter stays as it is while they are not known.
        var vpc: (ipv4: [IPv4Network], ipv6: [IPv6Network])?
        var traffic: Configuration.Traffic

        /// The families that the network must have: what ENIs have a /80 for may still be in use.
        fileprivate var neededFamilies: IPFamilies {
            families.hasIPv6 || enis.contains { $0.eni.ipv6Prefix != nil } ? .dualStack : .ipv4
        }
    }

    /// Makes the node's network as its purpose needs it.
    ///
    /// - Returns: what was changed, as the commands that would do the same.
    func converge(to purpose: Purpose) async throws -> [String] {
        let task = Task { [converging] in
            _ = try? await converging?.value
            return try await convergeAlone(to: purpose)
        }
        converging = task
        return try await task.value
    }

    private func convergeAlone(to purpose: Purpose) async throws -> [String] {
        let report = try network(for: purpose).reconcile(
            purpose.enis.compactMap { nodeInterface($0.eni, $0.ipv6Gateway) }, host: NetlinkSocket())
        let repairs = report.repairs.map(\.description)
        guard let ruleset = ruleset(for: purpose, report.interfaces) else { return repairs }
        if let filter, filter.script == ruleset.script, try await nftables.isIntact(filter) { return repairs }
        filter = try await nftables.apply(ruleset.script, table: table)
        return repairs + ["nft -f - (table \(table))"]
    }

    private func network(for purpose: Purpose) -> NodeNetwork {
        NodeNetwork(layout: layout, families: purpose.neededFamilies)
    }

    /// What is not as its purpose needs it, a sentence each; nothing is changed.
    func differences(from purpose: Purpose) async throws -> [String] {
        _ = try? await converging?.value
        let report = try network(for: purpose).compare(
            purpose.enis.compactMap { nodeInterface($0.eni, $0.ipv6Gateway) }, host: NetlinkSocket())
        var differences = report.repairs.map { "kernel: the node's network needs: \($0)" }
        let ready = Set(purpose.enis.map(\.eni).filter(\.isReady).map(\.mac))
        differences += report.missing.filter(ready.contains).map { "kernel: no interface has the MAC \($0) of an ENI" }
        if let filter, try await !nftables.isIntact(filter) {
            differences.append("kernel: the packet filter (table \(table)) was changed or flushed by somebody else")
        }
        return differences
    }

    // MARK: From ENIs to the kernel's terms

    private var table: Nftables.Table {
        Nftables.Table(family: Ruleset.family, name: layout.nftablesTable)
    }

    private func mark(_ eni: ENI) -> UInt32? {
        eni.deviceIndex.flatMap { layout.mark(eni: $0 + 1) }
    }

    /// `nil` for an ENI that the layout has no table or no mark for.
    private func nodeInterface(_ eni: ENI, _ ipv6Gateway: IPv6Address?) -> NodeInterface? {
        guard let table = layout.table(of: eni), let mark = mark(eni) else { return nil }
        return NodeInterface(
            mac: eni.mac, table: table,
            role: eni.isPrimary
                ? .primary
                : .secondary(
                    mark: mark, address: eni.primaryAddress, gateway: eni.gateway,
                    ipv6: ipv6Gateway.map { NodeInterface.IPv6Uplink(gateway: $0, address: eni.ipv6Address) }),
            mtu: eniMTU)
    }

    private func ruleset(for purpose: Purpose, _ interfaces: [MACAddress: String]) -> Ruleset? {
        guard let vpc = purpose.vpc, let primary = purpose.enis.map(\.eni).first(where: \.isPrimary),
            let name = interfaces[primary.mac]
        else { return nil }
        let traffic = purpose.traffic
        let secondary = purpose.enis.map(\.eni).filter { !$0.isPrimary }.compactMap { eni -> Ruleset.ENI? in
            guard let table = layout.table(of: eni), let mark = mark(eni) else { return nil }
            return Ruleset.ENI(group: layout.group(table: table), mark: mark)
        }
        return Ruleset(
            families: purpose.neededFamilies, layout: layout, primaryInterface: name,
            primaryAddress: primary.primaryAddress, secondaryENIs: secondary, vpcNetworks: vpc.ipv4,
            excludedNetworks: traffic.snatExclusions.compactMap(\.v4), vpcIPv6Networks: vpc.ipv6,
            excludedIPv6Networks: traffic.snatExclusions.compactMap(\.v6), externalSNAT: traffic.externalSNAT,
            snatIPv6: traffic.snatIPv6, nodePort: traffic.nodePort, antiSpoofing: traffic.antiSpoofing)
    }

    // MARK: Interfaces that appear

    /// Waits until the node has an interface with a hardware address.
    ///
    /// - Returns: whether it has one in time.
    func interfaceAppears(_ mac: MACAddress, within limit: Duration) async -> Bool {
        if isPresent(mac) { return true }
        let timer = Task {
            try await Task.sleep(for: limit)
            // Its event may be one of those that the kernel dropped.
            answer(mac, isPresent(mac))
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { appearing[mac, default: []].append($0) }
    }

    private func isPresent(_ mac: MACAddress) -> Bool {
        (try? NetlinkSocket().links().contains { $0.mac == mac }) ?? false
    }

    /// Answers those whose interface is there though nobody said so.
    func lookAgain() {
        guard let links = try? NetlinkSocket().links() else { return }
        for mac in links.compactMap(\.mac) { answer(mac, true) }
    }

    /// The node has an interface with this hardware address.
    func interfaceAppeared(_ mac: MACAddress) {
        answer(mac, true)
    }

    /// Nobody waits for an interface any more.
    func stop() {
        for mac in Array(appearing.keys) { answer(mac, false) }
    }

    private func answer(_ mac: MACAddress, _ appeared: Bool) {
        for waiter in appearing.removeValue(forKey: mac) ?? [] { waiter.resume(returning: appeared) }
    }
}

extension NetworkLayout {
    /// The routing table of an ENI; `nil` for one that is attached to nothing or that the layout has no table for.
    func table(of eni: ENI) -> UInt32? {
        eni.deviceIndex.flatMap { table(deviceIndex: $0, networkCard: eni.networkCard) }
    }
}
