/// Amounts of what a node offers and a pod requests.
public struct Resources: Hashable, Sendable {
    /// Processor time, in thousandths of a core.
    public var milliCPU: Int64
    /// Memory in bytes.
    public var memoryBytes: Int64
    /// Local ephemeral storage in bytes.
    public var ephemeralBytes: Int64
    /// Extended resources by name, such as `nvidia.com/gpu`; in the unit that the device plugin counts in.
    public var extended: [String: Int64]

    public init(
        milliCPU: Int64 = 0, memoryBytes: Int64 = 0, ephemeralBytes: Int64 = 0, extended: [String: Int64] = [:]
    ) {
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.ephemeralBytes = ephemeralBytes
        self.extended = extended
    }

    /// The amount of one resource; 0 of one that is not there.
    public subscript(resource: Resource) -> Int64 {
        switch resource {
        case .cpu: milliCPU
        case .memory: memoryBytes
        case .ephemeralStorage: ephemeralBytes
        case .extended(let name): extended[name] ?? 0
        }
    }

    public static func += (left: inout Resources, right: Resources) {
        left.milliCPU += right.milliCPU
        left.memoryBytes += right.memoryBytes
        left.ephemeralBytes += right.ephemeralBytes
        if !right.extended.isEmpty { left.extended.merge(right.extended, uniquingKeysWith: +) }
    }

    public static func -= (left: inout Resources, right: Resources) {
        left.milliCPU -= right.milliCPU
        left.memoryBytes -= right.memoryBytes
        left.ephemeralBytes -= right.ephemeralBytes
        for (name, amount) in right.extended { left.extended[name, default: 0] -= amount }
    }

    /// The first resource of which less is here than is requested; `nil` where the request fits. What is not requested
    /// is not looked at, so that a pod without requests fits an overcommitted node, as with kube-scheduler.
    public func lacking(_ request: Resources) -> Resource? {
        if request.milliCPU > 0, request.milliCPU > milliCPU { return .cpu }
        if request.memoryBytes > 0, request.memoryBytes > memoryBytes { return .memory }
        if request.ephemeralBytes > 0, request.ephemeralBytes > ephemeralBytes { return .ephemeralStorage }
        guard !request.extended.isEmpty else { return nil }
        let lacking = request.extended.filter { $0.value > 0 && $0.value > extended[$0.key] ?? 0 }
        return lacking.keys.min().map(Resource.extended)
    }
}

/// What the scheduler counts besides pods.
public enum Resource: Hashable, Sendable, CustomStringConvertible {
    case cpu
    case memory
    case ephemeralStorage
    case extended(String)

    /// The resource's name as in a manifest.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .memory: "memory"
        case .ephemeralStorage: "ephemeral-storage"
        case .extended(let name): name
        }
    }

    /// An amount for a person, such as `1500m`, `3.5 GiB` or `2`.
    public func text(_ amount: Int64) -> String {
        switch self {
        case .cpu: amount % 1000 == 0 ? "\(amount / 1000)" : "\(amount)m"
        case .memory, .ephemeralStorage: Resource.bytes(amount)
        case .extended: "\(amount)"
        }
    }

    /// With at most one decimal, in the largest unit that leaves at least 1.
    private static func bytes(_ amount: Int64) -> String {
        let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        guard let (size, unit) = units.first(where: { amount.magnitude >= UInt64($0.0) }) else { return "\(amount) B" }
        let tenths = (amount * 10) / Int64(size)
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths.magnitude % 10) \(unit)"
    }
}
