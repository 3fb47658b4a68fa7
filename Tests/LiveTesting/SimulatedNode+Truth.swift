import Addressing
import ControlProtocol
import Netlink
import PodNetwork
import Simulator
import Testing

/// What is so on a node, from those who must agree about it.
extension SimulatedNode {
    /// A netlink socket in the node's namespace.
    public func socket() throws -> NetlinkSocket {
        try NetlinkSocket(in: NetworkNamespace(named: netns))
    }

    /// The pods that the kernel routes to, by address.
    public func kernelPods() throws -> [ConnectedPod] {
        try PodNetwork().pods(host: socket())
    }

    /// The pods in the daemon's record.
    public func recordedPods() async throws -> [PodRow] {
        try await call(.pods)
    }

    /// Compares the kernel now with the provider and the record, and repairs.
    @discardableResult
    public func reconcile() async throws -> [String] {
        let report: ReconcileReport = try await call(.reconcile)
        return report.repairs
    }

    /// The state of an address, such as `free`; `nil` for one that the daemon does not hold.
    public func state(of address: String) async throws -> String? {
        let interfaces: [InterfaceRow] = try await call(.interfaces)
        return interfaces.flatMap(\.addresses).first { $0.address.description == address }?.state
    }

    /// The first address in a state, such as `free`.
    public func address(_ state: String) async throws -> String {
        let interfaces: [InterfaceRow] = try await call(.interfaces)
        let found = interfaces.flatMap(\.addresses).first { $0.state == state }
        return try #require(found, "no address is \(state)").address.description
    }

    /// Waits until these container ids, and no others, have an address, in the kernel and in the record, and nothing
    /// disagrees.
    ///
    /// - Throws: ``NotInTime`` with what still disagrees.
    public func settles(on containers: Set<String>, within limit: Duration = .seconds(40)) async throws {
        try await eventually("\(name) has \(containers.count) pods and nothing disagrees", within: limit) {
            () -> Bool? in
            try await waitUntilWarm()
            try await reconcile()
            let left = try leftovers(containers, recorded: await recordedPods()) + (await differences())
            guard left.isEmpty else { throw NotInTime(description: left.joined(separator: "; ")) }
            return true
        }
    }

    private func leftovers(_ containers: Set<String>, recorded: [PodRow]) throws -> [String] {
        func compare(_ what: String, _ found: [String]) -> [String] {
            let twice = Dictionary(grouping: found, by: \.self).filter { $0.value.count > 1 }.keys
            return twice.map { "\(what) has \($0) twice" }
                + Set(found).subtracting(containers).sorted().map { "\(what) still has \($0)" }
                + containers.subtracting(found).sorted().map { "\(what) lacks \($0)" }
        }
        let links = try socket().links().filter { $0.name.hasPrefix("wp") }
        return compare("the record", recorded.map(\.containerID))
            + compare("the pod table", try kernelPods().map { $0.attachment?.id.containerID ?? $0.hostInterface })
            + compare(
                "the host", links.map { $0.alias.flatMap(AttachmentName.init(alias:))?.id.containerID ?? $0.name })
    }
}
