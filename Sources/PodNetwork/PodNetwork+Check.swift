import Addressing
import Glibc
import Netlink

extension PodNetwork {
    /// Compares everything that ``setUp(_:in:host:pod:)`` makes with what the kernel holds.
    ///
    /// Must be called on a thread in the host's namespace, like `setUp`.
    ///
    /// - Throws: ``PodNetworkError/differs(_:)`` with a sentence that names the first difference.
    public func check(_ pod: PodSpec, host: NetlinkSocket, pod podSocket: NetlinkSocket) throws(PodNetworkError) {
        if let difference = try difference(pod, host: host, pod: podSocket) {
            throw .differs(difference)
        }
    }

    /// The first difference, as a sentence; `nil` where there is none.
    func difference(_ pod: PodSpec, host: NetlinkSocket, pod podSocket: NetlinkSocket) throws(PodNetworkError)
        -> String?
    {
        let hostName = pod.attachment.hostInterface
        let podName = pod.attachment.id.ifname
        let links = try kernel { () throws(NetlinkError) in
            (try host.link(.name(hostName)), try podSocket.link(.name(podName)), try podSocket.link(.name("lo")))
        }
        guard let hostEnd = links.0 else { return "host interface \(hostName) is missing" }
        guard let podEnd = links.1 else { return "interface \(podName) is missing in the pod" }
        if let difference = differenceOfLinks(pod, hostEnd: hostEnd, podEnd: podEnd) {
            return difference
        }
        guard links.2?.isUp == true else { return "interface lo in the pod is down" }
        if let difference = try differenceOfSetting(hostName) {
            return difference
        }
        return try differenceOfRouting(pod, hostEnd: hostEnd, podEnd: podEnd, host: host, pod: podSocket)
    }

    private func differenceOfLinks(_ pod: PodSpec, hostEnd: Link, podEnd: Link) -> String? {
        let hostName = "host interface \(hostEnd.name)"
        let podName = "interface \(podEnd.name) in the pod"
        // Either end knows the other's index; that both hardware addresses fit too is checked below.
        if hostEnd.peerIndex != podEnd.index || podEnd.peerIndex != hostEnd.index {
            return "\(podName) is not the other end of \(hostName)"
        }
        let differences = [
            compare(hostName, "alias", hostEnd.alias ?? "none", pod.attachment.alias),
            compare(hostName, "group", hostEnd.group, pod.group),
            compare(hostName, "MTU", hostEnd.mtu, pod.mtu),
            compare(hostName, "hardware address", hostEnd.mac, pod.attachment.hostMAC),
            compare(podName, "MTU", podEnd.mtu, pod.mtu),
            compare(podName, "hardware address", podEnd.mac, pod.mac),
            hostEnd.isUp ? nil : "\(hostName) is down",
            podEnd.isUp ? nil : "\(podName) is down",
        ]
        return differences.lazy.compactMap(\.self).first
    }

    private func differenceOfSetting(_ hostInterface: String) throws(PodNetworkError) -> String? {
        let setting = KernelSetting.acceptRouterAdvertisements(hostInterface)
        return try kernel { () throws(NetlinkError) in
            do throws(NetlinkError) {
                return compare("host interface \(hostInterface)", "accept_ra", try setting.read(), "0")
            } catch  where error.code == ENOENT {
                return nil
            }
        }
    }

    private func differenceOfRouting(
        _ pod: PodSpec, hostEnd: Link, podEnd: Link, host: NetlinkSocket, pod podSocket: NetlinkSocket
    ) throws(PodNetworkError) -> String? {
        try kernel { () throws(NetlinkError) in
            let address = InterfaceAddress(.v4(pod.address), interface: podEnd.index)
            guard try podSocket.addresses().contains(address) else {
                return "address \(pod.address)/32 is missing on \(podEnd.name) in the pod"
            }
            let neighbour = Neighbour(.v4(layout.gateway), mac: pod.attachment.hostMAC, interface: podEnd.index)
            guard try podSocket.neighbours().contains(neighbour) else {
                return "the permanent neighbour \(layout.gateway) at \(neighbour.mac) is missing in the pod"
            }
            let podRoutes = try podSocket.routes(table: Route.main)
            for route in [gatewayRoute(interface: podEnd.index), defaultRoute(interface: podEnd.index)]
            where !podRoutes.contains(route) {
                return "the route '\(route)' is missing in the pod"
            }
            let wanted = hostRoute(pod, hostEnd)
            guard
                let route = try host.routes(table: layout.podTable).first(where: {
                    $0.destination == wanted.destination
                })
            else { return "the route '\(wanted)' is missing on the host" }
            return route == wanted ? nil : "the host's route is '\(route)' and not '\(wanted)'"
        }
    }
}

private func compare<Value: Equatable>(_ what: String, _ property: String, _ actual: Value, _ wanted: Value) -> String?
{
    actual == wanted ? nil : "\(what) has \(property) \(actual) and not \(wanted)"
}

private func compare(_ what: String, _ property: String, _ actual: MACAddress?, _ wanted: MACAddress) -> String? {
    compare(what, property, actual?.description ?? "none", wanted.description)
}
