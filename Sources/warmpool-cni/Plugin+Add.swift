import Addressing
import CNI
import ControlProtocol
import Identity
import Netlink
import PodNetwork

extension Plugin {
    /// ADD: addresses from the daemon, then an interface with them in the pod. A failure leaves neither behind.
    func add(
        _ pod: PodInterface, _ namespace: CNI.NetworkNamespace, _ arguments: PodArguments
    ) throws(CNIError) -> CNIResult {
        let podNamespace = try open(namespace)
        let command = AddCommand(
            attachment: identity(pod),
            pod: PodIdentity(
                namespace: arguments.namespace ?? "", name: arguments.name ?? "", uid: arguments.uid ?? ""),
            netns: namespace.path, requested: configuration.requestedAddresses)
        do {
            let granted: PodAddress = try daemon.call(.add(command), within: configuration.addTimeout)
            do {
                let (spec, found) = try connect(pod, granted, podNamespace)
                log.info("ADD \(command.attachment): \(granted.addresses) (\(found))")
                return result(spec, granted, namespace)
            } catch {
                if !granted.isRepeat { giveBack(command.attachment) }
                throw error
            }
        } catch {
            throw cniError(error)
        }
    }

    private func connect(
        _ pod: PodInterface, _ granted: PodAddress, _ namespace: Netlink.NetworkNamespace
    ) throws -> (PodSpec, PodNetwork.SetUp) {
        let host = try NetlinkSocket()
        guard try Netlink.NetworkNamespace.currentInode() == granted.hostNamespace else {
            throw CNIError(
                .namespaceUnusable, "the plugin runs in another network namespace than warmpoold",
                details: "start it in the namespace of the node; in a fabric: ip netns exec NODE warmpool-cni")
        }
        guard BootClock.now < granted.usableUntil else {
            throw CNIError(.tryAgainLater, "the plugin was stopped for so long that its address is taken back")
        }
        try checkMTU(granted)
        let inside = try NetlinkSocket(entering: namespace, returningTo: .current())
        let spec = try spec(pod, granted, host: host, pod: inside)
        return (spec, try network(granted).setUp(spec, in: namespace, host: host, pod: inside))
    }

    /// The network's own MTU must fit the ENI that it has to do with, which is known only now.
    private func checkMTU(_ granted: PodAddress) throws(CNIError) {
        guard let mtu = configuration.mtu else { return }
        guard mtu <= granted.eniMTU else {
            throw CNIError(
                .invalidConfiguration, "mtu: \(mtu) is more than the ENI's \(granted.eniMTU)",
                details: "larger packets would be lost on their way; lower it, or raise eniMTU of warmpoold")
        }
        guard mtu >= IPv6Address.minimumMTU || granted.addresses.ipv6 == nil else {
            throw CNIError(
                .invalidConfiguration, "mtu: \(mtu) is less than the \(IPv6Address.minimumMTU) that IPv6 needs",
                details: "raise it, or take ipv6 out of ipFamilies of warmpoold")
        }
    }

    /// The addresses of an ADD that failed are not kept. If the daemon does not hear it, it finds out by itself that
    /// the attachment has no interface.
    private func giveBack(_ attachment: AttachmentID) {
        do {
            try daemon.perform(.delete(attachment), within: .seconds(5))
        } catch {
            log.error("the addresses of the failed ADD of \(attachment) are not given back yet: \(error)")
        }
    }

    private func result(_ spec: PodSpec, _ granted: PodAddress, _ namespace: CNI.NetworkNamespace) -> CNIResult {
        CNIResult(
            interfaces: [
                .init(name: spec.attachment.hostInterface, mac: spec.attachment.hostMAC, mtu: spec.mtu),
                .init(name: spec.attachment.id.ifname, mac: spec.mac, mtu: spec.mtu, sandbox: namespace.path),
            ],
            ips: granted.addresses.all.map {
                .init(CNI.InterfaceAddress(alone: $0), gateway: granted.gateway(for: $0), interface: 1)
            },
            routes: granted.addresses.all.map { .init(toEverywhereBy: granted.gateway(for: $0)) },
            dns: configuration.dns)
    }
}

extension PodAddress {
    /// The gateway of an address's family.
    fileprivate func gateway(for address: IPAddress) -> IPAddress {
        switch address {
        case .v4: .v4(gateway)
        case .v6: .v6(gatewayIPv6)
        }
    }
}
