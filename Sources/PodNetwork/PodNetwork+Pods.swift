import Addressing
import Netlink

/// A pod as the kernel knows it.
public struct ConnectedPod: Hashable, Sendable {
    /// The address that is routed to it.
    public let address: IPv4Address
    /// The host end's name.
    public let hostInterface: String
    /// Whose it is; `nil` where the host end has no alias of ours.
    public let attachment: AttachmentName?
    /// The host end's interface group, which tells the ENI.
    public let group: UInt32
}

extension PodNetwork {
    /// All pods that the kernel routes to, by their routes in the pod table; with this the daemon finds the pods again
    /// when its database is lost.
    ///
    /// - Returns: one value per route, sorted by address.
    /// - Throws: a ``PodNetworkError``.
    public func pods(host: NetlinkSocket) throws(PodNetworkError) -> [ConnectedPod] {
        let (routes, links) = try kernel { () throws(NetlinkError) in
            (try host.routes(table: layout.podTable), try host.links())
        }
        let linkOfIndex = Dictionary(links.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        return
            routes.compactMap { route in
                guard route.destination.prefixLength == 32, let link = linkOfIndex[route.interface] else { return nil }
                return ConnectedPod(
                    address: route.destination.base, hostInterface: link.name,
                    attachment: link.alias.flatMap(AttachmentName.init(alias:)), group: link.group)
            }
            .sorted { $0.address < $1.address }
    }

    /// Disconnects many pods at once: their host ends are moved to the layout's trash group, which is then deleted with
    /// one request, so that all share the kernel's grace periods. Links that are gone already are passed over.
    ///
    /// - Throws: the first error, after everything was tried.
    public func tearDown(hostInterfaces: [String], host: NetlinkSocket) throws(PodNetworkError) {
        try kernel { () throws(NetlinkError) in try host.deleteLinks(hostInterfaces, trashGroup: layout.trashGroup) }
    }
}
