import Addressing

extension NetworkLayout {
    /// Everything for which this layout can't work, or collides with the kernel, kube-proxy or Calico.
    ///
    /// - Returns: one sentence per problem, for a person; empty for a sound layout such as the default.
    public func problems() -> [String] {
        tableProblems + markProblems + priorityProblems + otherProblems
    }

    private var tableProblems: [String] {
        var problems: [String] = []
        if podTable == 0 || (253...255).contains(podTable) {
            problems.append(
                "podTable \(podTable) is a table of the kernel (0 and 253 to 255): choose another, such as 1000.")
        }
        if (1...100).contains(podTable) || (10_000...20_000).contains(podTable) {
            problems.append("podTable \(podTable) is in a range of the ENIs' own tables (1 to 100, 10000 to 20000).")
        }
        if groupBase == 0 {
            problems.append("groupBase 0 is the group of every interface that nobody put into one: choose another.")
        }
        if groupBase > 1 << 31 - 20_000 - 1 {
            problems.append("groupBase \(groupBase) leaves no room for the groups of the ENIs below 2147483648.")
        }
        return problems
    }

    private var markProblems: [String] {
        let ours = [("nodePortMark", nodePortMark), ("eniMarkMask", eniMarkMask), ("podMark", podMark)]
        let foreign: [(String, UInt32)] = [
            ("kube-proxy's masquerade mark 0x4000", 0x4000), ("kube-proxy's drop mark 0x8000", 0x8000),
            ("Calico's default mask 0xffff0000", 0xffff_0000),
        ]
        var problems: [String] = []
        for (index, (name, bits)) in ours.enumerated() {
            if bits == 0 {
                problems.append("\(name) is 0: it must have at least one bit.")
            }
            for (owner, others) in foreign where bits & others != 0 {
                problems.append("\(name) \(hex(bits)) overlaps \(owner).")
            }
            for (other, others) in ours[(index + 1)...] where bits & others != 0 {
                problems.append("\(name) \(hex(bits)) overlaps \(other) \(hex(others)).")
            }
        }
        for (name, bits) in [("nodePortMark", nodePortMark), ("podMark", podMark)] where bits.nonzeroBitCount > 1 {
            problems.append("\(name) \(hex(bits)) must be a single bit.")
        }
        let shifted = eniMarkMask >> UInt32(eniMarkMask.trailingZeroBitCount)
        if eniMarkMask != 0, shifted & (shifted &+ 1) != 0 {
            problems.append("eniMarkMask \(hex(eniMarkMask)) has gaps: its bits must be next to each other.")
        }
        return problems
    }

    private var priorityProblems: [String] {
        let priorities = [
            ("podRulePriority", podRulePriority), ("nodePortRulePriority", nodePortRulePriority),
            ("eniRulePriority", eniRulePriority), ("nodeRulePriority", nodeRulePriority),
        ]
        var problems = zip(priorities, priorities.dropFirst()).compactMap { lower, higher in
            lower.1 < higher.1
                ? nil
                : "\(lower.0) \(lower.1) must be less than \(higher.0) \(higher.1): rules are tried in that order."
        }
        for (name, priority) in priorities where !(1..<32766).contains(priority) {
            problems.append("\(name) \(priority) is not between the kernel's rules 0 and 32766.")
        }
        return problems
    }

    private var otherProblems: [String] {
        var problems: [String] = []
        if !IPv4Network(containing: IPv4Address(bits: 0xa9fe_0000), prefixLength: 16).contains(gateway) {
            problems.append(
                "gateway \(gateway) is not link-local (169.254.0.0/16): a pod could want to reach that address.")
        }
        if gateway == IPv4Address(bits: 0xa9fe_a9fe) {
            problems.append("gateway \(gateway) is the address of the cloud's metadata service.")
        }
        if !IPv6Network.linkLocal.contains(gatewayIPv6) {
            problems.append(
                "gatewayIPv6 \(gatewayIPv6) is not link-local (fe80::/10): a pod could want to reach that address.")
        }
        let isName = nftablesTable.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        let startsWithLetter = nftablesTable.first?.isLetter == true
        if !isName || !startsWithLetter || nftablesTable.utf8.count > 63 {
            problems.append(
                "nftablesTable '\(nftablesTable)' must start with a letter and have only letters, digits, '-' and '_'.")
        }
        return problems
    }
}

extension IPv6Network {
    /// The addresses that are valid on one link only. Source: RFC 4291, 2.4.
    static let linkLocal = IPv6Network(containing: IPv6Address(bits: 0xfe80 << 112), prefixLength: 10)
}

/// The bits as people write marks, such as `0x3f00`.
func hex(_ bits: UInt32) -> String {
    "0x" + String(bits, radix: 16)
}
