import Addressing
import Glibc
import Netlink

/// A pod as the kernel knows it.
public struct ConnectedPod: Hashable, Sendable {
    /// All addresses that are routed to it, those of IPv4 first; fewer than it has where somebody deleted a route.
    public let routed: [IPAddress]
    /// The host end's name.
    public let hostInterface: String
    /// Whose it is; `nil` where the host end has no alias of ours.
    public let attachment: AttachmentName?
    /// The host end's interface group, which tells the ENI.
    public let group: UInt32

    /// The addresses that are routed to it, one of each family; `nil` where none is.
    public var addresses: PodAddresses? {
        PodAddresses(ipv4: routed.compactMap(\.v4).first, ipv6: routed.compactMap(\.v6).first)
    }

    /// Those of a pod's addresses that are not routed to it: ``PodNetwork/restoreRoute(to:hostInterface:host:)`` is for
    /// them.
    public func unrouted(of addresses: PodAddresses) -> [IPAddress] {
        addresses.all.filter { !routed.contains($0) }
    }
}

extension PodNetwork {
    /// All pods that the kernel knows, by their routes in the pod table and by the aliases of their host ends; with
    /// this the daemon finds the pods again when its database is lost.
    ///
    /// - Returns: one value per host end, sorted by the first address; then those without a route, by the host end's
    ///   name.
    /// - Throws: a ``PodNetworkError``.
    public func pods(host: NetlinkSocket) throws(PodNetworkError) -> [ConnectedPod] {
        let (routes, links) = try kernel { () throws(NetlinkError) in
            (try host.routes(table: layout.podTable), try host.links())
        }
        let routesOfIndex = Dictionary(grouping: routes.filter(\.destination.isHost), by: \.interface)
        let pods = links.map { ConnectedPod($0, routes: routesOfIndex[$0.index] ?? []) }
        let routed = pods.filter { !$0.routed.isEmpty }
        let others = pods.filter { $0.routed.isEmpty && $0.attachment?.hostInterface == $0.hostInterface }
        return routed.sorted { $0.routed.lexicographicallyPrecedes($1.routed) }
            + others.sorted { $0.hostInterface < $1.hostInterface }
    }

    /// Disconnects pods; the kernel takes addresses, routes and neighbours with the links. The host ends of several are
    /// moved to the layout's trash group, which is then deleted with one request, so that all share the kernel's grace
    /// periods. What is gone already is passed over, and so is a host end that is another attachment's with a name of
    /// equal hash.
    ///
    /// Returns when the kernel has freed the links, which takes it some 20 ms; the interfaces disappear long before.
    ///
    /// - Returns: why host ends are still there, by their names; empty when all are gone.
    /// - Throws: a ``PodNetworkError`` where the kernel could not be asked.
    public func tearDown(
        _ attachments: [AttachmentName], host: NetlinkSocket
    ) throws(PodNetworkError) -> [String: PodNetworkError] {
        let failures = try kernel { () throws(NetlinkError) in
            var failures: [String: NetlinkError] = [:]
            var own: [String] = []
            let present = try host.send(attachments.map { .getLink(.name($0.hostInterface)) })
            for (attachment, outcome) in zip(attachments, present) {
                switch outcome {
                case .success(let link?) where attachment.otherHolder(of: link) == nil: own.append(link.name)
                case .failure(let error) where error.code != ENODEV: failures[attachment.hostInterface] = error
                case .success, .failure: break
                }
            }
            let left = try delete(own, host: host)
            return failures.merging(left) { first, _ in first }
        }
        return failures.mapValues(PodNetworkError.kernel)
    }

    private func delete(_ names: [String], host: NetlinkSocket) throws(NetlinkError) -> [String: NetlinkError] {
        guard names.count == 1, let name = names.first else {
            return names.isEmpty ? [:] : try host.deleteLinks(names, trashGroup: layout.trashGroup)
        }
        if case .failure(let error)? = try host.send([.deleteLink(.name(name))]).first, error.code != ENODEV {
            return [name: error]
        }
        return [:]
    }

    /// Makes the route to one of a pod's addresses anew after somebody deleted it.
    ///
    /// - Throws: a ``PodNetworkError``, also where the host end is gone.
    public func restoreRoute(
        to address: IPAddress, hostInterface: String, host: NetlinkSocket
    ) throws(PodNetworkError) {
        try kernel { () throws(NetlinkError) in
            guard let link = try host.link(.name(hostInterface)) else {
                throw NetlinkError(operation: "ip link show \(hostInterface)", code: ENODEV)
            }
            try host.perform(.replaceRoute(route(to: address, interface: link.index)))
        }
    }
}

extension AttachmentName {
    /// The other attachment that a link with this one's name belongs to; `nil` where it is this one's, whatever
    /// somebody made of its alias.
    func otherHolder(of link: Link) -> AttachmentName? {
        link.alias.flatMap(AttachmentName.init(alias:)).flatMap { $0 == self ? nil : $0 }
    }
}

extension ConnectedPod {
    fileprivate init(_ link: Link, routes: [Route]) {
        routed = routes.map(\.destination.base).sorted()
        hostInterface = link.name
        attachment = link.alias.flatMap(AttachmentName.init(alias:))
        group = link.group
    }
}
