/// An EC2 instance type, with the limits that decide how many pods a node of it can hold.
///
/// ```swift
/// let type = try InstanceType(named: "m5.large")
/// type.enis          // 3
/// type.ipv4PerENI    // 10
/// type.maxPods       // 29
/// ```
public struct InstanceType: Hashable, Sendable {
    /// What virtualises the machine. Source: EC2 DescribeInstanceTypes, `hypervisor`.
    public enum Hypervisor: String, Hashable, Sendable {
        case nitro
        case xen
    }

    /// Such as `m5.large`.
    public let name: String
    /// The most network interfaces on network card 0, the primary one included. Types with several cards allow more
    /// in all, but pods use card 0.
    public let enis: Int
    /// The most IPv4 addresses of one interface, its primary address included.
    public let ipv4PerENI: Int
    /// The most IPv6 addresses of one interface; 0 where the type has no IPv6.
    public let ipv6PerENI: Int
    /// The virtual processors that a new instance has by default.
    public let vCPUs: Int
    /// The memory in MiB.
    public let memoryMiB: Int
    /// `nil` for bare metal.
    public let hypervisor: Hypervisor?

    /// Whether no hypervisor runs it.
    public var isBareMetal: Bool { hypervisor == nil }

    /// The classic max-pods of a node in secondary-address mode: `ENIs × (IPv4 per ENI − 1) + 2`.
    ///
    /// The primary address of every interface is not for pods; the 2 are the pods on the host's own network that every
    /// node runs, the CNI's and kube-proxy. Source: Amazon EKS user guide, "Choose an optimal EC2 node instance type".
    public var maxPods: Int { enis * (ipv4PerENI - 1) + 2 }
}

/// The table of instance types has no such name.
public struct UnknownInstanceType: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name that was looked up.
    public let name: String
    /// The names most like it, the likest first; at most three.
    public let suggestions: [String]

    /// One sentence that names the type, what it may have been meant to be, and what to do.
    public var description: String {
        let likes = suggestions.isEmpty ? "" : " (like it: \(suggestions.joined(separator: ", ")))"
        return "instance type '\(name)' is unknown\(likes): correct the name, or configure its limits (interfaces and "
            + "IPv4 addresses per interface) instead of a type"
    }
}
