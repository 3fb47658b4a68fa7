import ControlProtocol
import Netlink
import PodNetwork

extension SimulatedNode {
    /// What pods have left behind on a node that has none any more, in the kernel, in the daemon's record and in the cloud, a
    /// sentence each.
    ///
    /// - Throws: `NetlinkError` and `ControlError` where it cannot be looked at.
    func leftovers() async throws -> [String] {
        let socket = try NetlinkSocket(in: NetworkNamespace(named: netns))
        let links = try socket.links().map(\.name).filter { $0 != "lo" && !$0.hasPrefix("eth") }
        let routes = try socket.routes(table: NetworkLayout().podTable)
        let pods: [PodRow] = try await call(.pods)
        return links.map { "the interface \($0)" } + routes.map { "the route \($0)" }
            + pods.map { "the attachment of \($0.name)" } + (try await differences())
    }

    /// Every disagreement of kernel, record and cloud, a sentence each.
    ///
    /// - Throws: `ControlError` where no answer came.
    public func differences() async throws -> [String] {
        let report: VerifyReport = try await call(.verify)
        return report.differences
    }

    /// Whether nothing is under way between the daemon and its cloud, and no pod waits.
    ///
    /// - Throws: `ControlError` where no answer came.
    func isAtRest() async throws -> Bool {
        // In this order: what is asked for after the first answer shows in the second.
        let interfaces: [InterfaceRow] = try await call(.interfaces)
        let overview: Overview = try await call(.overview)
        return overview.isReady && overview.addresses.incoming == 0 && overview.waiting == 0
            && interfaces.allSatisfy { $0.phase == "ready" }
    }
}
