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

    /// The MTU of a pod's interface, in bytes; `nil` where it is not there, or its two ends have different ones.
    ///
    /// - Throws: a ``PodNetworkError``.
    public func mtu(
        of attachment: AttachmentName, host: NetlinkSocket, pod podSocket: NetlinkSocket
    ) throws(PodNetworkError) -> Int? {
        try kernel { () throws(NetlinkError) in
            let hostEnd = try host.link(.name(attachment.hostInterface))
            let podEnd = try podSocket.link(.name(attachment.id.ifname))
            return hostEnd?.mtu == podEnd?.mtu ? hostEnd?.mtu : nil
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
        guard let hostLink = links.0 else { return "host interface \(hostName) is missing" }
        guard let podLink = links.1 else { return "interface \(podName) is missing in the pod" }
        if let difference = differenceOfLinks(pod, hostEnd: hostLink, podEnd: podLink) {
            return difference
        }
        guard links.2?.isUp == true else { return "interface lo in the pod is down" }
        if let difference = try differenceOfSetting(hostName) {
            return difference
        }
        let (atPod, atHost) = (podEnd(pod, interface: podLink.index), hostEnd(pod, interface: hostLink.index))
        if let difference = try difference(from: atPod, on: podName, "in the pod", podSocket) {
            return difference
        }
        return try difference(from: atHost, on: hostName, "on the host", host)
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

    /// - Parameter place: where the end is, such as `in the pod`.
    private func difference(
        from end: EndConfiguration, on interface: String, _ place: String, _ socket: NetlinkSocket
    ) throws(PodNetworkError) -> String? {
        try kernel { () throws(NetlinkError) in
            let addresses = end.addresses.isEmpty ? [] : try socket.addresses()
            for address in end.addresses where !addresses.contains(address) {
                return "address \(address.address)/\(address.prefixLength) is missing on \(interface) \(place)"
            }
            let neighbours = end.neighbours.isEmpty ? [] : try socket.neighbours()
            for neighbour in end.neighbours where !neighbours.contains(neighbour) {
                return "the permanent neighbour \(neighbour.address) at \(neighbour.mac) is missing \(place)"
            }
            var routes: [Route] = []
            for table in Set(end.routes.map(\.table)) { routes += try socket.routes(table: table) }
            for route in end.routes where !routes.contains(route) {
                let other = routes.first { $0.destination == route.destination }
                return other.map { "the route \(place) is '\($0)' and not '\(route)'" }
                    ?? "the route '\(route)' is missing \(place)"
            }
            return nil
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
