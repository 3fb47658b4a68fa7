import Addressing
import Glibc
import Netlink

/// The recipe of a pod's network: one veth pair and one route on the host, whatever the number of pods.
public struct PodNetwork: Sendable {
    /// The numbers, names and marks in use.
    public let layout: NetworkLayout

    /// - Parameter layout: must be without ``NetworkLayout/problems()``.
    public init(layout: NetworkLayout = NetworkLayout()) {
        self.layout = layout
    }

    /// What ``setUp(_:in:host:pod:)`` found.
    public enum SetUp: Hashable, Sendable {
        /// The interface is new.
        case created
        /// It was there exactly as wanted, and nothing was changed.
        case existing
    }

    /// Connects a pod. If it is connected as wanted already, nothing happens; whatever else is left of an earlier
    /// attempt, or of an earlier pod with the same address, is replaced. A failure leaves nothing behind.
    ///
    /// Must be called on a thread in the host's namespace, because a kernel setting of the host end is written through
    /// `/proc/sys`; the thread stays there.
    ///
    /// - Parameters:
    ///   - namespace: the pod's.
    ///   - host: a socket in the host's namespace.
    ///   - podSocket: a socket in the pod's namespace.
    /// - Throws: the first error, as a ``PodNetworkError``: ``PodNetworkError/interfaceTaken(_:)``,
    ///   ``PodNetworkError/nameCollision(hostInterface:holder:)``, or what the kernel refused.
    public func setUp(
        _ pod: PodSpec, in namespace: NetworkNamespace, host: NetlinkSocket, pod podSocket: NetlinkSocket
    ) throws(PodNetworkError) -> SetUp {
        guard !pod.attachment.isTooLong else { throw .identityTooLong(pod.attachment.alias) }
        if try make(pod, in: namespace, host: host, pod: podSocket) { return .created }
        // Something is in the way: an interface on the host, or else one in the pod.
        let name = pod.attachment.hostInterface
        guard let present = try kernel({ () throws(NetlinkError) in try host.link(.name(name)) }) else {
            throw .interfaceTaken(pod.attachment.id.ifname)
        }
        if let holder = pod.attachment.otherHolder(of: present) {
            throw .nameCollision(hostInterface: name, holder: holder.alias)
        }
        if try difference(pod, host: host, pod: podSocket) == nil {
            return .existing
        }
        try tearDown(hostInterface: name, host: host)
        guard try make(pod, in: namespace, host: host, pod: podSocket) else {
            throw .interfaceTaken(pod.attachment.id.ifname)
        }
        return .created
    }

    /// Creates the pair and configures both ends; a failure removes it.
    ///
    /// - Returns: false where a name is taken, on the host or in the pod.
    private func make(
        _ pod: PodSpec, in namespace: NetworkNamespace, host: NetlinkSocket, pod podSocket: NetlinkSocket
    ) throws(PodNetworkError) -> Bool {
        guard let link = try create(pod, in: namespace, host: host) else { return false }
        do throws(PodNetworkError) {
            try finish(pod, link, host: host, pod: podSocket)
            return true
        } catch .kernel(let error) where error.code == EACCES && pod.addresses.ipv6 != nil {
            // There are runtimes that make namespaces without IPv6.
            guard try allowIPv6(in: namespace), let link = try create(pod, in: namespace, host: host) else {
                throw .kernel(error)
            }
            try finish(pod, link, host: host, pod: podSocket)
            return true
        }
    }

    /// Lets `lo`, and interfaces that are made from now on, have IPv6.
    ///
    /// - Returns: whether they could not before.
    private func allowIPv6(in namespace: NetworkNamespace) throws(PodNetworkError) -> Bool {
        let outcome = try kernel { () throws(NetlinkError) in
            try namespace.run { () -> Result<Bool, NetlinkError> in
                do throws(NetlinkError) {
                    guard try KernelSetting.newInterfacesWithoutIPv6.read() != "0" else { return .success(false) }
                    try KernelSetting.newInterfacesWithoutIPv6.write("0")
                    try KernelSetting.withoutIPv6("lo").write("0")
                    return .success(true)
                } catch {
                    return .failure(error)
                }
            }
        }
        return try kernel { () throws(NetlinkError) in try outcome.get() }
    }

    /// Removes a host end, whosever it is. Succeeds where it is gone.
    private func tearDown(hostInterface: String, host: NetlinkSocket) throws(PodNetworkError) {
        try kernel { () throws(NetlinkError) in
            do throws(NetlinkError) {
                try host.perform(.deleteLink(.name(hostInterface)))
            } catch  where error.code == ENODEV {}
        }
    }

    /// Creates the pair in place.
    ///
    /// - Returns: the host end; `nil` where the name is taken, on the host or in the pod.
    private func create(
        _ pod: PodSpec, in namespace: NetworkNamespace, host: NetlinkSocket
    ) throws(PodNetworkError) -> Link? {
        let name = pod.attachment.hostInterface
        let pair = VethPair(
            near: .init(name: name, mac: pod.attachment.hostMAC, mtu: pod.mtu, group: pod.group),
            peer: .init(name: pod.attachment.id.ifname, mac: pod.mac, mtu: pod.mtu), peerNamespace: namespace)
        return try kernel { () throws(NetlinkError) in
            let outcomes = try host.send([.createVeth(pair), .getLink(.name(name))])
            do throws(NetlinkError) {
                _ = try outcomes[0].get()
            } catch  where error.code == EEXIST {
                return nil
            }
            return try outcomes[1].get()
        }
    }

    /// Configures both ends of a new pair, or removes it.
    private func finish(
        _ pod: PodSpec, _ link: Link, host: NetlinkSocket, pod podSocket: NetlinkSocket
    ) throws(PodNetworkError) {
        do {
            try configureHost(pod, link, host: host)
            try configurePod(pod, link, pod: podSocket)
            try awaitCarrier(link, host: host)
            try awaitAddress(pod, pod: podSocket)
        } catch {
            // The first error is the one to report; what could not be undone now is found stale by the next attempt.
            try? tearDown(hostInterface: link.name, host: host)
            throw error
        }
    }

    private func configureHost(_ pod: PodSpec, _ link: Link, host: NetlinkSocket) throws(PodNetworkError) {
        let end = hostEnd(pod, interface: link.index)
        let preparation =
            end.addresses.map(Request.addAddress)
            + [.changeLink(.index(link.index), LinkChange(isUp: true, alias: pod.attachment.alias))]
        try kernel { () throws(NetlinkError) in
            do throws(NetlinkError) {
                try KernelSetting.acceptRouterAdvertisements(link.name).write("0")
            } catch  where error.code == ENOENT {
                // A kernel without IPv6 has nothing to turn off.
            }
            if pod.addresses.ipv6 != nil {
                // On hardened nodes new interfaces are without.
                try KernelSetting.withoutIPv6(link.name).write("0")
            }
            let outcomes = try host.send(preparation + end.routes.map(Request.addRoute))
            for outcome in outcomes.prefix(preparation.count) { _ = try outcome.get() }
            for (route, outcome) in zip(end.routes, outcomes.dropFirst(preparation.count)) {
                do throws(NetlinkError) {
                    _ = try outcome.get()
                } catch  where error.code == EEXIST {
                    try removeHolder(of: route, host: host)
                    try host.perform(.replaceRoute(route))
                }
            }
        }
    }

    /// Deletes the pod interface to which a route of the pod table leads, if it is one of ours.
    private func removeHolder(of route: Route, host: NetlinkSocket) throws(NetlinkError) {
        guard let stale = try host.routes(table: layout.podTable).first(where: { $0.destination == route.destination }),
            let holder = try host.link(.index(stale.interface)),
            let attachment = holder.alias.flatMap(AttachmentName.init(alias:)), attachment.hostInterface == holder.name
        else { return }
        try host.perform(.deleteLink(.index(holder.index)))
    }

    private func configurePod(_ pod: PodSpec, _ link: Link, pod podSocket: NetlinkSocket) throws(PodNetworkError) {
        guard let index = link.peerIndex else {
            throw .differs("host interface \(link.name) has no other end")
        }
        let end = podEnd(pod, interface: index)
        let requests =
            [.changeLink(.name("lo"), LinkChange(isUp: true))] + end.addresses.map(Request.addAddress)
            + [.changeLink(.index(index), LinkChange(isUp: true))] + end.neighbours.map(Request.replaceNeighbour)
            + end.routes.map(Request.addRoute)
        try kernel { () throws(NetlinkError) in
            for outcome in try podSocket.send(requests) { _ = try outcome.get() }
        }
    }

    /// The host end got its carrier when the pod end came up, but drops what it should send until a worker of the
    /// kernel has seen to it, which on a busy node takes a while. Since Linux 6.8, asking for the link does that work
    /// at once, so that the first packet to the pod isn't lost.
    private func awaitCarrier(_ link: Link, host: NetlinkSocket) throws(PodNetworkError) {
        try kernel { () throws(NetlinkError) in try host.perform(.getLink(.index(link.index))) }
    }

    /// A new IPv6 address is taken for the pod's own only when a worker of the kernel has seen to it: mostly at once,
    /// but on a busy node the first packet to the pod could come before and be lost.
    private func awaitAddress(_ pod: PodSpec, pod podSocket: NetlinkSocket) throws(PodNetworkError) {
        guard let address = pod.addresses.ipv6 else { return }
        try kernel { () throws(NetlinkError) in
            for _ in 0..<PodNetwork.addressAttempts {
                if try podSocket.localAddresses().contains(.v6(address)) { return }
                usleep(PodNetwork.addressInterval)
            }
            throw NetlinkError(operation: "ip -6 route get \(address)", code: ETIMEDOUT)
        }
    }

    /// How often the kernel is asked whether a new address is there: for five seconds at least.
    private static let addressAttempts = 50_000
    /// In microseconds.
    private static let addressInterval: UInt32 = 100
}

/// Runs requests and turns the kernel's error into ours.
func kernel<Value>(_ body: () throws(NetlinkError) -> Value) throws(PodNetworkError) -> Value {
    do {
        return try body()
    } catch {
        throw .kernel(error)
    }
}
