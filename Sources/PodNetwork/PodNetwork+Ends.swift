import Addressing
import Netlink

/// What an end of a pod's veth pair carries besides the link itself.
struct EndConfiguration {
    var addresses: [InterfaceAddress] = []
    /// Permanent ones.
    var neighbours: [Neighbour] = []
    var routes: [Route] = []
}

extension PodNetwork {
    /// A pod's only neighbour is its gateway, which does not exist: packets to it go to the host end.
    ///
    /// - Parameter interface: the pod end's index.
    func podEnd(_ pod: PodSpec, interface: Int) -> EndConfiguration {
        let addresses = pod.addresses.all
        let gateways = addresses.map(layout.gateway(of:))
        return EndConfiguration(
            addresses: addresses.map { InterfaceAddress($0, interface: interface) }
                + (pod.addresses.ipv6 == nil ? [] : [.linkLocal(pod.mac, interface: interface)]),
            neighbours: gateways.map { Neighbour($0, mac: pod.attachment.hostMAC, interface: interface) },
            routes: gateways.flatMap {
                [Route($0.host, interface: interface), Route(defaultVia: $0, interface: interface)]
            })
    }

    /// The host asks the pod for its hardware address, in IPv6 from the link-local address of the host end.
    ///
    /// - Parameter interface: the host end's index.
    func hostEnd(_ pod: PodSpec, interface: Int) -> EndConfiguration {
        EndConfiguration(
            addresses: pod.addresses.ipv6 == nil ? [] : [.linkLocal(pod.attachment.hostMAC, interface: interface)],
            routes: pod.addresses.all.map { route(to: $0, interface: interface) })
    }

    /// The host's route to a pod.
    func route(to address: IPAddress, interface: Int) -> Route {
        Route(address.host, interface: interface, table: layout.podTable)
    }
}

extension InterfaceAddress {
    /// The link-local address that the kernel would make when the interface comes up. One that is there before is
    /// usable at once, while the kernel's own first has to prove that nobody else has it.
    static func linkLocal(_ mac: MACAddress, interface: Int) -> InterfaceAddress {
        InterfaceAddress(.v6(mac.linkLocalAddress), prefixLength: 64, interface: interface)
    }
}
