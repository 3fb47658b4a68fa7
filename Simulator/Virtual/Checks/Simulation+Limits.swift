import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// What is judged at every call that changes something in the cloud.
extension Simulation {
    /// A call was carried out, or failed: its interface is as it may be, and its subnet adds up.
    mutating func check(after request: ModelVPC.Request, by node: Int) throws(Violation) {
        guard request.action.isMutating else { return }
        var touched = request.interface
        if case .createInterface = request { touched = vpc.newestInterface }
        guard let touched else { return }
        try book.note([touched], vpc, now)
        try checkLimits(of: node, touched)
    }

    /// A pod got addresses.
    func checkPods(of node: Int) throws(Violation) {
        guard let limit = nodes[node].group.pool.maxPods, nodes[node].running.count > limit else { return }
        throw Violation(
            at: now, .limits, "\(nodes[node].running.count) pods have addresses on node \(node), \(limit) may")
    }

    /// Source of the limits: EC2's for the instance type, and what the operator allows of them.
    private func checkLimits(of node: Int, _ id: ModelVPC.InterfaceID) throws(Violation) {
        let (group, instance) = (nodes[node].group, nodes[node].instance)
        guard let interface = vpc.present(id), interface.attachment?.instance == instance else { return }
        guard interface.slotCount <= group.instanceType.ipv4PerENI else {
            throw Violation(
                at: now, .limits,
                "\(id) has \(interface.slotCount) addresses and prefixes, \(group.instanceType.ipv4PerENI) may be")
        }
        let limit = max(
            1, min(group.pool.maxENI ?? .max, group.instanceType.enis - group.pool.reservedENIs))
        guard let count = try? vpc.instance(instance).interfaces.count, count <= limit else {
            throw Violation(at: now, .limits, "more than \(limit) ENIs are attached to \(instance.rawValue)")
        }
    }
}

extension ModelVPC.Request {
    /// The interface that it changes.
    fileprivate var interface: ModelVPC.InterfaceID? {
        switch self {
        case .attach(let id, _, _), .detach(let id), .delete(let id), .setDeleteOnTermination(let id, _, _),
            .assign(let id, _, _), .assignPrefixes(let id, _, _), .unassign(let id, _, _, _),
            .assignIPv6Prefixes(let id, _, _), .unassignIPv6Prefixes(let id, _, _):
            id
        default: nil
        }
    }
}
