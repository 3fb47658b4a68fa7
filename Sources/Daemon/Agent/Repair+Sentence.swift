import Pool

extension Repair {
    /// The machine-readable name, for logs and metrics.
    var name: String {
        switch self {
        case .adoptedBlock: "adopted-block"
        case .droppedBlock: "dropped-block"
        case .orphanedAddress: "orphaned-address"
        case .recoveredAddress: "recovered-address"
        case .adoptedENI: "adopted-eni"
        case .lostENI: "lost-eni"
        case .leakedENI: "leaked-eni"
        case .releasedAttachment: "released-attachment"
        case .adoptedAttachment: "adopted-attachment"
        case .strayPod: "stray-pod"
        }
    }

    /// What disagreed and what was done about it.
    var sentence: String {
        switch self {
        case .adoptedBlock(let block, let eni):
            "\(eni) has \(block), which the store did not know: it rests before it is used"
        case .droppedBlock(let block, let eni):
            "\(eni) no longer has \(block): what no pod uses of it is forgotten"
        case .orphanedAddress(let address, let id):
            "\(address) is no longer assigned to this node, though \(id) uses it: the pod cannot be reached; it is "
                + "never handed out again"
        case .recoveredAddress(let address, let id): "\(address) of \(id) is assigned to this node again"
        case .adoptedENI(let eni): "\(eni) is attached, which the store did not know: taken into use"
        case .lostENI(let eni): "\(eni) is no longer attached: its addresses are forgotten or orphaned"
        case .leakedENI(let eni): "\(eni) bears this node's tag but is attached to nothing: deleted"
        case .releasedAttachment(let id, let addresses):
            "\(id) has no interface any more: its address \(addresses) is released"
        case .adoptedAttachment(let id, let addresses):
            "\(id) runs with \(addresses), which the store did not know: it keeps the address"
        case .strayPod(let id, let addresses):
            "\(id) runs with \(addresses), which belongs to somebody else or to no ENI of this node"
        }
    }
}
