import Addressing
import Identity
import JSON
import Pool

/// What the operator's program is told of one pod, on its standard input and in its environment.
struct PodEvent: Encodable, Hashable, Sendable {
    /// What happened.
    enum Kind: String, Encodable, Sendable {
        /// The pod got its addresses.
        case add
        /// The pod gave them back.
        case delete
    }

    let event: Kind
    let namespace: String
    let name: String
    let uid: String
    let containerID: String
    let ifname: String
    let addresses: [IPAddress]
    let eni: String

    init(_ event: Kind, _ attachment: Attachment) {
        self.event = event
        namespace = attachment.pod.namespace
        name = attachment.pod.name
        uid = attachment.pod.uid
        containerID = attachment.id.containerID
        ifname = attachment.id.ifname
        addresses = attachment.addresses.all
        eni = attachment.eni.description
    }

    /// The event as variables of the program's environment.
    var variables: [String: String] {
        [
            "WARMPOOL_EVENT": event.rawValue, "WARMPOOL_NAMESPACE": namespace, "WARMPOOL_NAME": name,
            "WARMPOOL_UID": uid, "WARMPOOL_CONTAINER_ID": containerID, "WARMPOOL_IFNAME": ifname,
            "WARMPOOL_ADDRESSES": addresses.map(\.description).joined(separator: ","), "WARMPOOL_ENI": eni,
        ]
    }
}

extension PodEvent: CustomStringConvertible {
    /// Such as `the add of shop/web-0`.
    var description: String {
        "the \(event.rawValue) of \(name.isEmpty ? "\(containerID)/\(ifname)" : "\(namespace)/\(name)")"
    }
}
