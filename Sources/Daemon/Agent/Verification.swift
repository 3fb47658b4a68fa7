import Addressing
import PodNetwork
import Pool

/// The pool against the store, the provider and the kernel.
struct Verification {
    /// Every disagreement, a sentence each.
    let differences: [String]

    init(pool: Pool, stored: PoolSnapshot, interfaces: [InterfaceView], pods: [ConnectedPod]) {
        differences =
            Verification.store(stored, pool) + Verification.provider(interfaces, pool)
            + Verification.kernel(pods, pool)
    }

    private static func store(_ stored: PoolSnapshot, _ pool: Pool) -> [String] {
        var differences: [String] = []
        let attachments = Dictionary(stored.attachments.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for id in Set(attachments.keys).union(pool.attachments.keys) where attachments[id] != pool.attachments[id] {
            differences.append("store: the record of \(id) is not the daemon's")
        }
        let addresses = Dictionary(stored.addresses.map { ($0.address, $0) }, uniquingKeysWith: { $1 })
        for address in Set(addresses.keys).union(pool.addresses.keys)
        where addresses[address]?.state.attachment != pool.addresses[address]?.state.attachment
            || addresses[address]?.eni != pool.addresses[address]?.eni
        {
            differences.append("store: the record of \(address) is not the daemon's")
        }
        return differences.sorted()
    }

    private static func provider(_ interfaces: [InterfaceView], _ pool: Pool) -> [String] {
        var differences: [String] = []
        let views = Dictionary(interfaces.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for eni in pool.enis.values where views[eni.id] == nil {
            differences.append("provider: \(eni.id) is not listed")
        }
        // Of a pod with both families, the pool follows the address of IPv4 alone.
        for attachment in pool.attachments.values.sorted(by: { $0.addresses.primary < $1.addresses.primary }) {
            guard case .dualStack(_, let address) = attachment.addresses,
                pool.enis[attachment.eni]?.ipv6Prefix?.contains(address) != true
            else { continue }
            differences.append("provider: \(attachment.eni) does not have \(address) of \(attachment.id)")
        }
        for view in interfaces where view.tags[ENITag.noManage] != "true" {
            guard let eni = pool.enis[view.id] else {
                differences.append("provider: \(view.id) is not known to the daemon")
                continue
            }
            let listed = Set(view.blocks)
            let held = pool.knownBlocks(of: eni)
            for block in listed.subtracting(held).sorted() {
                differences.append("provider: \(view.id) has \(block), which the daemon does not know")
            }
            for block in held.subtracting(listed).sorted() {
                differences.append("provider: \(view.id) does not have \(block), which the daemon holds")
            }
        }
        return differences
    }

    private static func kernel(_ pods: [ConnectedPod], _ pool: Pool) -> [String] {
        var differences: [String] = []
        let routed = Dictionary(
            pods.flatMap { pod in pod.routed.map { ($0, pod) } }, uniquingKeysWith: { $1 })
        for attachment in pool.attachments.values.sorted(by: { $0.addresses.primary < $1.addresses.primary }) {
            for address in attachment.addresses.all {
                guard let pod = routed[address] else {
                    differences.append("kernel: no route to \(address) of \(attachment.id)")
                    continue
                }
                if pod.attachment?.id != attachment.id {
                    differences.append("kernel: \(address) of \(attachment.id) is routed to \(pod.hostInterface)")
                }
            }
        }
        let known = Set(pool.attachments.values.flatMap(\.addresses.all))
        for (address, pod) in routed.sorted(by: { $0.key < $1.key }) where !known.contains(address) {
            differences.append("kernel: \(address) is routed to \(pod.hostInterface), but no pod has it")
        }
        for pod in pods where pod.routed.isEmpty {
            guard let id = pod.attachment?.id, pool.attachments[id] == nil else { continue }
            differences.append("kernel: the interface \(pod.hostInterface) of \(id) has no route and no record")
        }
        return differences
    }
}
