import ModelVPC
import ModelViews
import Pool

extension AddressLedger {
    /// A row for each subnet.
    func rows() -> [SubnetRow] {
        var rows = subnets.map { subnet in
            SubnetRow(
                id: subnet.id, zone: subnet.zone, size: subnet.cidr.count, others: others[subnet.id] ?? 0,
                interfaces: 0,
                pods: 0, cooling: 0, warm: 0, free: vpc.freeAddressCount(in: .init(subnet.id)),
                freeBlocks: vpc.freeBlockCount(in: .init(subnet.id)))
        }
        let indexes = Dictionary(rows.indices.map { (rows[$0].id, $0) }) { first, _ in first }
        for node in nodes {
            for share in shares(of: node) {
                guard let row = indexes[share.subnet] else { continue }
                rows[row].interfaces += 1
                rows[row].pods += share.running
                rows[row].cooling += share.cooling
                rows[row].warm += share.warm
            }
        }
        return rows
    }

    /// What one ENI has of its subnet beside its own address.
    private struct Share {
        let subnet: SubnetID
        let running: Int
        let cooling: Int
        let warm: Int
    }

    private func shares(of node: Node) -> [Share] {
        if let live = node.live {
            return live.pool.enis.values.map { eni in
                Share(
                    subnet: eni.subnet, running: eni.assignedCount, cooling: eni.coolingCount,
                    warm: eni.heldCount - eni.assignedCount - eni.coolingCount)
            }
        }
        let pods = usage(of: node)
        var cooling = node.cooling
        return zip(node.interfaces, pods).map { interface, pods in
            let resting = min(cooling, pods)
            cooling -= resting
            return Share(
                subnet: interface.held.subnet, running: pods - resting, cooling: resting,
                warm: interface.held.held - pods)
        }
    }

    /// The pods of each ENI, as the pool gives addresses out; those of IPv6 alone take none of a subnet.
    private func usage(of node: Node) -> [Int] {
        var pods = node.pods
        return node.interfaces.map { interface in
            let used = min(pods, interface.held.held)
            pods -= used
            return used
        }
    }
}
