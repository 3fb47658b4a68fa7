import Addressing
import Netlink
import Nftables
import PodNetwork
import Pool

/// The node's own part of the data plane, kept as the present ENIs need it: interfaces, routing tables, rules and the
/// packet filter.
actor HostNetwork {
    private let layout: NetworkLayout
    private let mtu: Int
    private let vpcNetworks: [IPv4Network]
    private let nftables = Nftables()
    /// The packet filter as the kernel listed it right after it was applied, and what was applied.
    private var applied: (script: String, listing: String?)?
    /// The last convergence, which the next one waits for: two at once would undo each other's work.
    private var converging: Task<[String], any Error>?
    private var appearing: [MACAddress: [CheckedContinuation<Bool, Never>]] = [:]

    init(_ configuration: Configuration) {
        layout = configuration.layout
        mtu = configuration.eniMTU
        vpcNetworks = configuration.provider.networks
    }

    /// The pods that the kernel routes to.
    nonisolated func pods() throws -> [ConnectedPod] {
        try PodNetwork(layout: layout).pods(host: NetlinkSocket())
    }

    /// Makes the node's network as the ENIs need it.
    ///
    /// - Returns: what was not so before, a sentence each.
    func converge(to enis: [NodeENI], traffic: Configuration.Traffic) async throws -> [String] {
        let task = Task { [converging] in
            _ = try? await converging?.value
            return try await convergeAlone(to: enis, traffic: traffic)
        }
        converging = task
        return try await task.value
    }

    private func convergeAlone(to enis: [NodeENI], traffic: Configuration.Traffic) async throws -> [String] {
        let settled = try NodeNetwork(layout: layout).converge(to: enis, mtu: mtu, host: NetlinkSocket())
        guard let ruleset = try ruleset(enis, traffic) else { return settled.map(\.description) }
        guard let difference = try await filterDifference(from: ruleset) else { return settled.map(\.description) }
        try await nftables.apply(ruleset.script)
        applied = (ruleset.script, try await listing())
        return settled.map(\.description) + [difference]
    }

    /// What is not as these ENIs need it, a sentence each; nothing is changed.
    func differences(from enis: [NodeENI]) async throws -> [String] {
        let found = try NodeNetwork(layout: layout).differences(from: enis, mtu: mtu, host: NetlinkSocket())
        return (found.map(\.description) + (try await isFilterIntact ? [] : [HostNetwork.filterWasChanged]))
            .map { "kernel: " + $0 }
    }

    // MARK: Packet filter

    private func ruleset(_ enis: [NodeENI], _ traffic: Configuration.Traffic) throws -> Ruleset? {
        guard let primary = enis.first(where: \.isPrimary),
            let link = try NetlinkSocket().links().first(where: { $0.mac == primary.mac })
        else { return nil }
        return Ruleset(
            layout: layout, enis: enis, primaryInterface: link.name,
            localNetworks: (traffic.vpcCIDRs ?? vpcNetworks) + traffic.snatExclusions,
            externalSNAT: traffic.externalSNAT,
            nodePort: traffic.nodePort, antiSpoofing: traffic.antiSpoofing)
    }

    private static let filterWasChanged = "the packet filter was changed or flushed by somebody else"

    private func filterDifference(from ruleset: Ruleset) async throws -> String? {
        guard let applied else { return "the packet filter is made anew" }
        guard applied.script == ruleset.script else { return "the packet filter follows the ENIs" }
        return try await isFilterIntact ? nil : HostNetwork.filterWasChanged
    }

    private var isFilterIntact: Bool {
        get async throws { try await listing() == applied?.listing }
    }

    private func listing() async throws -> String? {
        try await nftables.list(family: Ruleset.family, table: layout.nftablesTable)
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

    /// The node has an interface with this hardware address.
    func interfaceAppeared(_ mac: MACAddress) {
        answer(mac, true)
    }

    private func answer(_ mac: MACAddress, _ appeared: Bool) {
        for waiter in appearing.removeValue(forKey: mac) ?? [] { waiter.resume(returning: appeared) }
    }
}
