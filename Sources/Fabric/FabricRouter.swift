import Addressing
import Dispatch
import Glibc
import Netlink

/// The router of a fabric, which plays the VPC: what it forwards is what the provider has assigned.
///
/// A daemon inside a node and a program in the host's namespace use it alike: it needs the router's name and the node's
/// namespace, and touches nothing of other nodes, so that any number of processes can follow at the same time.
///
/// ```swift
/// let router = FabricRouter(namespace: "lab-router")
/// try router.follow(enis, in: .current())
/// ```
public struct FabricRouter: Hashable, Sendable {
    /// The name of its network namespace for `ip netns`.
    public let namespace: String

    /// - Parameter namespace: of a fabric that exists; whether it does shows at the first ``follow(_:in:)``.
    public init(namespace: String) {
        self.namespace = namespace
    }

    /// Makes the network of one node show exactly these ENIs. What is so already is left alone.
    ///
    /// - A new ENI appears as the interface ``FabricENI/nodeInterface`` with its MAC. The primary one is configured as a
    ///   cloud's DHCP would: its primary address, MTU, up, default route in the table `main`, and where its subnet has
    ///   IPv6 the same of that. Others are down and have no address: they are the daemon's to configure.
    /// - An address is routed to the ENI that has it, and no longer to the one that had it before.
    /// - An ENI that was another node's moves here.
    /// - An ENI that is not listed disappears, with its routes.
    ///
    /// Blocks for milliseconds. Only one at a time may follow for the same node; for different nodes any number can.
    ///
    /// - Throws: ``FabricError/noRouter(namespace:_:)``, ``FabricError/kernel(_:)`` or ``FabricError/setting(path:code:)``.
    ///   What was done stays; following again completes it.
    public func follow(_ enis: [FabricENI], in node: NetworkNamespace) throws(FabricError) {
        let router: NetworkNamespace
        do throws(NetlinkError) {
            router = try NetworkNamespace(named: namespace)
        } catch {
            throw .noRouter(namespace: namespace, error)
        }
        let sockets = try asFabricError { () throws(NetlinkError) in
            (router: try NetlinkSocket(in: router), node: try NetlinkSocket(in: node))
        }
        try asFabricError { () throws(NetlinkError) in
            let present = try removeOthers(than: enis, routerSocket: sockets.router, nodeSocket: sockets.node)
            for eni in enis where !present.contains(eni.mac) {
                try plug(eni, into: node, routerSocket: sockets.router)
            }
        }
        try answerWithoutDelay(for: enis, in: router)
        try asFabricError { () throws(NetlinkError) in
            try route(to: enis, sockets.router)
            for eni in enis where eni.isPrimary { try configure(eni, sockets.node) }
        }
    }

    /// Follows as ``follow(_:in:)`` does, while the task waits without blocking a thread that tasks share.
    public func followInBackground(_ enis: [FabricENI], in node: NetworkNamespace) async throws(FabricError) {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let result: Result<Void, FabricError>
                do throws(FabricError) {
                    result = .success(try follow(enis, in: node))
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        try result.get()
    }

    // MARK: Links

    /// Removes the node's ENIs that are not listed or have another name now, and listed ones that are elsewhere.
    ///
    /// - Returns: the ENIs that are in place.
    private func removeOthers(
        than enis: [FabricENI], routerSocket: NetlinkSocket, nodeSocket: NetlinkSocket
    ) throws(NetlinkError) -> Set<MACAddress> {
        let names = Dictionary(enis.map { ($0.mac, $0.nodeInterface) }) { first, _ in first }
        var routerEnds = Dictionary(uniqueKeysWithValues: try routerSocket.links().map { ($0.name, $0.index) })
        var present: Set<MACAddress> = []
        var surplus: [String] = []
        for link in try nodeSocket.links() {
            guard let mac = link.mac, let routerEnd = routerEnds[FabricENI.routerInterface(mac)],
                routerEnd == link.peerIndex
            else { continue }
            if names[mac] == link.name {
                present.insert(mac)
                routerEnds[FabricENI.routerInterface(mac)] = nil
            } else {
                surplus.append(FabricENI.routerInterface(mac))
            }
        }
        surplus += enis.map(\.routerInterface).filter { routerEnds[$0] != nil }
        for outcome in try routerSocket.send(Set(surplus).map { .deleteLink(.name($0)) }) {
            try outcome.get(tolerating: ENODEV)
        }
        return present
    }

    /// Makes the veth of an ENI.
    private func plug(
        _ eni: FabricENI, into node: NetworkNamespace, routerSocket: NetlinkSocket
    ) throws(NetlinkError) {
        let pair = VethPair(
            near: .init(name: eni.routerInterface, mtu: FabricENI.mtu),
            // Only the primary ENI's MTU is set by DHCP.
            peer: .init(name: eni.nodeInterface, mac: eni.mac, mtu: eni.isPrimary ? FabricENI.mtu : nil),
            peerNamespace: node)
        try routerSocket.perform(
            .createVeth(pair), .changeLink(.name(eni.routerInterface), LinkChange(isUp: true)))
    }

    /// An interface answers for the other hosts of its subnet (`proxy_arp`, the router's default) after a delay drawn at
    /// random, which a VPC does not have. New interfaces don't inherit this setting.
    private func answerWithoutDelay(for enis: [FabricENI], in router: NetworkNamespace) throws(FabricError) {
        let settings = enis.map { KernelSetting("net/ipv4/neigh/\($0.routerInterface)/proxy_delay", "0") }
        try KernelSetting.write(settings, in: router)
    }

    // MARK: Routes

    /// Routes the addresses of the ENIs to them: the primary address on the link, with the ENI's MAC, which a VPC need not
    /// ask for; every other address and every prefix by way of the primary one. All of IPv6 goes by way of the link-local
    /// address, with the ENI's MAC likewise.
    private func route(to enis: [FabricENI], _ socket: NetlinkSocket) throws(NetlinkError) {
        let indices = Dictionary(uniqueKeysWithValues: try socket.links().map { ($0.name, $0.index) })
        // A namespace's loopback interface is its first.
        let loopback = 1
        var neighbours: [Request] = []
        var wanted: [Route] = []
        var interfaces: Set<Int> = []
        var gateways: Set<InterfaceAddress> = []
        for eni in enis {
            guard let index = indices[eni.routerInterface] else {
                throw NetlinkError(operation: "ip link show dev \(eni.routerInterface)", code: ENODEV)
            }
            interfaces.insert(index)
            neighbours.append(.replaceNeighbour(Neighbour(.v4(eni.primaryAddress), mac: eni.mac, interface: index)))
            wanted.append(Route(IPAddress.v4(eni.primaryAddress).host, interface: index))
            wanted += eni.forwarded.map { Route($0, interface: index, gateway: .v4(eni.primaryAddress)) }
            gateways.insert(InterfaceAddress(.v4(eni.gateway), interface: loopback))
            guard let ipv6Gateway = eni.ipv6Gateway else { continue }
            let nextHop = IPAddress.v6(eni.mac.linkLocalAddress)
            neighbours.append(.replaceNeighbour(Neighbour(nextHop, mac: eni.mac, interface: index)))
            wanted += eni.ipv6Forwarded.map { Route($0, interface: index, gateway: nextHop) }
            // Neighbour solicitations are multicast, and heard only where the address is.
            gateways.insert(InterfaceAddress(.v6(ipv6Gateway), interface: index))
        }
        let present = Set(try socket.routes(table: Route.main).filter { interfaces.contains($0.interface) })
        let surplus = present.subtracting(wanted)
        for outcome in try socket.send(surplus.map { .deleteRoute($0) }) { try outcome.get(tolerating: ESRCH) }
        for outcome in try socket.send(gateways.map { .addAddress($0) }) { try outcome.get(tolerating: EEXIST) }
        let missing = wanted.filter { !present.contains($0) }.map { Request.replaceRoute($0) }
        for outcome in try socket.send(neighbours + missing) { _ = try outcome.get() }
    }

    /// What a cloud's DHCP does for the primary interface.
    private func configure(_ eni: FabricENI, _ socket: NetlinkSocket) throws(NetlinkError) {
        guard let link = try socket.link(.name(eni.nodeInterface)) else {
            throw NetlinkError(operation: "ip link show dev \(eni.nodeInterface)", code: ENODEV)
        }
        let address = InterfaceAddress(
            .v4(eni.primaryAddress), prefixLength: eni.subnet.prefixLength, interface: link.index)
        var requests: [Request] = [
            .addAddress(address), .changeLink(.index(link.index), LinkChange(isUp: true)),
            .addRoute(Route(defaultVia: .v4(eni.gateway), interface: link.index)),
        ]
        if let own = eni.ipv6Address, let gateway = eni.ipv6Gateway.map(IPAddress.v6) {
            let linkLocal = IPAddress.v6(eni.mac.linkLocalAddress)
            // Before the interface is up: one that the kernel makes then could not be used for a second.
            requests.insert(.addAddress(InterfaceAddress(linkLocal, prefixLength: 64, interface: link.index)), at: 0)
            // Nobody but the router is on the link: all of the subnet is reached by way of it.
            requests += [
                .addAddress(InterfaceAddress(.v6(own), interface: link.index)),
                .addRoute(Route(gateway.host, interface: link.index)),
                .addRoute(Route(defaultVia: gateway, interface: link.index)),
            ]
        }
        for outcome in try socket.send(requests) { try outcome.get(tolerating: EEXIST) }
    }
}

extension Result<Link?, NetlinkError> {
    /// Throws what the kernel refused, unless with this error number.
    fileprivate func get(tolerating code: Int32) throws(NetlinkError) {
        do {
            _ = try get()
        } catch  where error.code == code {}
    }
}
