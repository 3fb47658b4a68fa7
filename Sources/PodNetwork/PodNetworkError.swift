import Netlink

/// Why a pod's network could not be set up, taken down or verified.
public enum PodNetworkError: Error, Hashable, Sendable {
    /// The pod already has an interface of the wanted name that is not ours.
    case interfaceTaken(String)
    /// Network name, container id and interface name together are longer than the kernel can note on an interface.
    case identityTooLong(String)
    /// The host end's name belongs to another attachment: the hashes of both identities are equal.
    case nameCollision(hostInterface: String, holder: String)
    /// ``PodNetwork/check(_:host:pod:)`` found something else than what was set up; the sentence names it.
    case differs(String)
    /// The kernel refused a request, or a setting under `/proc/sys`.
    case kernel(NetlinkError)
}

extension PodNetworkError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .interfaceTaken(let name):
            "the pod already has an interface \(name) that Warmpool did not make: choose another name or remove it"
        case .identityTooLong(let identity):
            "network name, container id and interface name have more than 253 bytes together: \(identity)"
        case .nameCollision(let interface, let holder):
            "host interface \(interface) belongs to another attachment, \(holder): delete that one or retry with a new "
                + "container id"
        case .differs(let difference): difference
        case .kernel(let error): error.description
        }
    }
}
