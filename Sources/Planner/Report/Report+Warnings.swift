import Presentation

extension Report {
    /// What is tight at some moment; a sentence for each subnet and node group, about the first moment that has it so.
    static func warnings(_ moments: [Moment]) -> [String] {
        var warnings: [String] = []
        var told: Set<String> = []
        for moment in moments {
            for subnet in moment.subnets where subnet.isTight && told.insert("subnet \(subnet.id)").inserted {
                warnings.append(
                    "\(subnet.id) has \(subnet.free.grouped) of \(subnet.size.grouped) addresses free "
                        + "(\(subnet.free.percent(of: subnet.size))) \(moment.phrase)")
            }
            for group in moment.nodeGroups where group.isTight && told.insert("group \(group.name)").inserted {
                warnings.append(
                    "node group '\(group.name)' runs \(group.running.grouped) of at most "
                        + "\(group.capacity.of("pod")) with an address \(moment.phrase)")
            }
        }
        return warnings
    }
}

extension Report.Subnet {
    /// Less than a tenth is free.
    fileprivate var isTight: Bool { free * 10 < size }
}

extension Report.NodeGroup {
    /// Less than a tenth of its capacity is left.
    fileprivate var isTight: Bool { capacity > 0 && (capacity - running) * 10 < capacity }
}
