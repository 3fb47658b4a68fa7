import Addressing
import Netlink
import Nftables
import PodNetwork
import Pool

/// An ENI as the node's network needs to know it.
struct HostENI: Hashable, Sendable {
    var mac: MACAddress
    var deviceIndex: Int
    var networkCard: Int
    var isPrimary: Bool
    var primaryAddress: IPv4Address
    var gateway: IPv4Address
}

/// The node's own part of the data plane: per-ENI routing tables, rules and the packet filter.
actor HostNetwork {
    private let network: PodNetwork
    private var appearing: [MACAddress: [CheckedContinuation<Bool, Never>]] = [:]

    init(_ configuration: Configuration) throws {
        network = PodNetwork(layout: configuration.layout)
    }

    /// The pods that the kernel routes to.
    nonisolated func pods() throws -> [ConnectedPod] {
        try network.pods(host: NetlinkSocket())
    }

    func converge(to enis: [HostENI], traffic: Configuration.Traffic) async throws -> [String] { [] }

    func differences(from enis: [HostENI], traffic: Configuration.Traffic) async throws -> [String] { [] }

    /// Waits until the node has an interface with a hardware address.
    ///
    /// - Returns: whether it has one in time.
    func interfaceAppears(_ mac: MACAddress, within limit: Duration) async -> Bool {
        if let links = try? NetlinkSocket().links(), links.contains(where: { $0.mac == mac }) { return true }
        let timer = Task {
            try await Task.sleep(for: limit)
            settle(mac, true: false)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { appearing[mac, default: []].append($0) }
    }

    /// The node has an interface with this hardware address.
    func interfaceAppeared(_ mac: MACAddress) {
        settle(mac, true: true)
    }

    private func settle(_ mac: MACAddress, true appeared: Bool) {
        for waiter in appearing.removeValue(forKey: mac) ?? [] { waiter.resume(returning: appeared) }
    }
}
