import Addressing
import CNI
import ControlProtocol
import Identity
import JSON
import Netlink
import PodNetwork

/// One operation on one network, carried out in the host's namespace.
struct Plugin {
    let configuration: NetworkConfiguration
    let log: PluginLogger
    let daemon: ControlClient

    init(_ configuration: NetworkConfiguration) {
        self.configuration = configuration
        log = PluginLogger(configuration.log)
        daemon = ControlClient(socketPath: configuration.socket)
    }

    /// Carries the operation out.
    ///
    /// - Returns: what goes to stdout; `nil` for operations without a result.
    func run(_ operation: Operation) throws(CNIError) -> JSONValue? {
        switch operation {
        case .add(let pod, let namespace, let arguments, let previous):
            let result = try add(pod, namespace, arguments)
            return (previous?.followed(by: result) ?? result).value(configuration.cniVersion)
        case .delete(let pod, _): try delete(pod)
        case .check(let pod, let namespace, let previous): try check(pod, namespace, previous)
        case .collectGarbage(let valid): try collectGarbage(keeping: valid)
        case .status: try status()
        }
        return nil
    }

    func identity(_ pod: PodInterface) -> AttachmentID {
        AttachmentID(
            network: configuration.name.description, containerID: pod.container.description,
            ifname: pod.name.description)
    }

    /// What the pod's interface must be, with the addresses that the daemon granted. The daemon's MTU is for interfaces
    /// that are made now: one that is there keeps its own, unless somebody changed it at one end.
    func spec(
        _ pod: PodInterface, _ granted: PodAddress, host: NetlinkSocket, pod inside: NetlinkSocket
    ) throws(PodNetworkError) -> PodSpec {
        let attachment = AttachmentName(identity(pod))
        let present = granted.isRepeat ? try network(granted).mtu(of: attachment, host: host, pod: inside) : nil
        return PodSpec(
            attachment: attachment, addresses: granted.addresses, group: granted.interfaceGroup,
            mtu: configuration.mtu ?? present ?? Int(granted.mtu), mac: configuration.requestedMAC)
    }

    func network(_ granted: PodAddress) -> PodNetwork {
        var layout = NetworkLayout()
        layout.podTable = granted.podTable
        layout.gateway = granted.gateway
        layout.gatewayIPv6 = granted.gatewayIPv6
        return PodNetwork(layout: layout)
    }

    /// Opens the pod's namespace, which must not be the host's.
    func open(_ namespace: CNI.NetworkNamespace) throws(CNIError) -> Netlink.NetworkNamespace {
        let pod: Netlink.NetworkNamespace
        let isHost: Bool
        do throws(NetlinkError) {
            pod = try Netlink.NetworkNamespace(path: namespace.path)
            isHost = try pod.isCurrent
        } catch {
            throw CNIError(.namespaceUnusable, "CNI_NETNS: \(error.description)")
        }
        guard namespace.mayBeHost || !isHost else {
            throw CNIError(
                .namespaceUnusable,
                "CNI_NETNS: \(namespace.path): it is the host's own namespace; the runtime made none for the pod")
        }
        return pod
    }

    /// Turns what went wrong between plugin and daemon into the error that the runtime sees.
    func cniError(_ error: any Error) -> CNIError {
        switch error {
        case let error as ControlError: CNIError(.tryAgainLater, error.description)
        case let error as PodNetworkError: CNIError(error)
        case let error as Reply.Failure: CNIError(error)
        case let error as CNIError: error
        default: CNIError(.ioFailure, "\(error)")
        }
    }
}

extension CNIError {
    fileprivate init(_ failure: Reply.Failure) {
        let code: Code =
            switch failure.kind {
            // Code 11 only where time helps; a full node has its own code, so that nobody waits for it in vain.
            case .refused: failure.retryAfter == nil ? .addressRefused : .tryAgainLater
            case .stopping, .deadlinePassed: .tryAgainLater
            case .unknownAttachment: .containerUnknown
            case .unsupportedVersion, .badRequest, .forbidden: .daemonRefused
            case .failed: .ioFailure
            }
        let cause = failure.cause.map { "cause: " + $0 }
        self.init(code, failure.message, details: cause)
    }

    fileprivate init(_ error: PodNetworkError) {
        switch error {
        case .interfaceTaken: self.init(.interfaceNameTaken, error.description)
        case .differs: self.init(.checkFailed, error.description)
        case .identityTooLong: self.init(.unsupportedField, error.description)
        case .nameCollision, .kernel: self.init(.networkSetupRefused, error.description)
        }
    }
}
