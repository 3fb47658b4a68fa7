import Addressing
import CNI
import ControlProtocol
import Identity
import Netlink
import PodNetwork

extension Plugin {
    /// ADD: an address from the daemon, then an interface with it in the pod. A failure leaves neither behind.
    func add(
        _ pod: PodInterface, _ namespace: CNI.NetworkNamespace, _ arguments: PodArguments
    ) throws(CNIError) -> CNIResult {
        let podNamespace = try open(namespace)
        let command = AddCommand(
            attachment: identity(pod),
            pod: PodIdentity(
                namespace: arguments.namespace ?? "", name: arguments.name ?? "", uid: arguments.uid ?? ""),
            netns: namespace.path, requested: configuration.requestedAddress)
        do {
            let granted: PodAddress = try daemon.call(.add(command), within: configuration.addTimeout)
            do {
                let found = try connect(pod, granted, podNamespace)
                log.info("ADD \(command.attachment): \(granted.address) (\(found))")
            } catch {
                if !granted.isRepeat { giveBack(command.attachment) }
                throw error
            }
            return result(pod, granted, namespace)
        } catch {
            throw cniError(error)
        }
    }

    private func connect(
        _ pod: PodInterface, _ granted: PodAddress, _ namespace: Netlink.NetworkNamespace
    ) throws -> PodNetwork.SetUp {
        let host = try NetlinkSocket()
        guard try Netlink.NetworkNamespace.currentInode() == granted.hostNamespace else {
            throw CNIError(
                .namespaceUnusable, "the plugin runs in another network namespace than warmpoold",
                details: "start it in the namespace of the node; in a fabric: ip netns exec NODE warmpool-cni")
        }
        guard BootClock.now < granted.usableUntil else {
            throw CNIError(.tryAgainLater, "the plugin was stopped for so long that its address is taken back")
        }
        let inside = try NetlinkSocket(entering: namespace, returningTo: .current())
        return try network(granted).setUp(spec(pod, granted), in: namespace, host: host, pod: inside)
    }

    /// The address of an ADD that failed is not kept. If the daemon does not hear it, it finds out by itself that the
    /// attachment has no interface.
    private func giveBack(_ attachment: AttachmentID) {
        do {
            try daemon.perform(.delete(attachment), within: .seconds(5))
        } catch {
            log.error("the address of the failed ADD of \(attachment) is not given back yet: \(error)")
        }
    }

    private func result(_ pod: PodInterface, _ granted: PodAddress, _ namespace: CNI.NetworkNamespace) -> CNIResult {
        let spec = spec(pod, granted)
        return CNIResult(
            interfaces: [
                .init(name: spec.attachment.hostInterface, mac: spec.attachment.hostMAC, mtu: spec.mtu),
                .init(name: pod.name.description, mac: spec.mac, mtu: spec.mtu, sandbox: namespace.path),
            ],
            ips: [.init(InterfaceAddress(granted.address, prefixLength: 32), gateway: granted.gateway, interface: 1)],
            routes: [
                .init(to: .everything, gateway: granted.gateway)
            ],
            dns: configuration.dns)
    }
}
