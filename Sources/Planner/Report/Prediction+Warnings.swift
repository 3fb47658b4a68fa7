extension Prediction {
    /// What is tight at some moment though pods run; a sentence each, about the first moment that has it.
    var warnings: [String] {
        var warnings: [String] = []
        var told: Set<String> = []
        for moment in moments {
            for subnet in moment.subnets where subnet.isTight && told.insert("subnet \(subnet.id)").inserted {
                warnings.append(
                    "\(subnet.id) has \(subnet.free.grouped) of \(subnet.size.grouped) addresses free "
                        + "(\(subnet.free.percent(of: subnet.size))), \(moment.title)")
            }
            for group in moment.groups where group.isTight && told.insert("group \(group.name)").inserted {
                warnings.append(
                    "node group '\(group.name)' runs \(group.podsWithAddress.grouped) of at most "
                        + "\(group.capacity.of("pod")) with an address, \(moment.title)")
            }
        }
        return warnings
    }
}

extension SubnetRow {
    /// Less than a tenth is free.
    fileprivate var isTight: Bool { free * 10 < size }
}

extension GroupRow {
    /// Less than a tenth of its capacity is left.
    fileprivate var isTight: Bool { capacity > 0 && (capacity - podsWithAddress) * 10 < capacity }
}
