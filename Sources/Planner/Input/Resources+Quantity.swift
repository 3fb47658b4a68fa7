extension Resources {
    /// The amounts of what the scheduler counts. The number of pods is not among them: it is a limit of kubelet's.
    init(_ quantities: [String: Quantity]) {
        self.init()
        replace(with: quantities)
    }

    /// Puts the amounts that are given in the place of those that are here.
    mutating func replace(with quantities: [String: Quantity]) {
        for (name, quantity) in quantities {
            switch name {
            case "cpu": milliCPU = quantity.milliValue
            case "memory": memoryBytes = quantity.value
            case "ephemeral-storage": ephemeralBytes = quantity.value
            case "pods": break
            default: extended[name] = quantity.value
            }
        }
    }

    /// Of each resource the larger amount.
    func largest(_ other: Resources) -> Resources {
        Resources(
            milliCPU: max(milliCPU, other.milliCPU), memoryBytes: max(memoryBytes, other.memoryBytes),
            ephemeralBytes: max(ephemeralBytes, other.ephemeralBytes),
            extended: extended.merging(other.extended, uniquingKeysWith: max))
    }
}
