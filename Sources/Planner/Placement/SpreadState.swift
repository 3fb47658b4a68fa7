/// How many pods that a spread constraint counts are in each of its domains.
///
/// The domains are the values of the label among the nodes that the pod's selector and affinity allow, and only the pods
/// on these nodes count (source: Kubernetes, "Pod Topology Spread Constraints": `nodeAffinityPolicy: Honor` and
/// `nodeTaintsPolicy: Ignore`, the defaults).
struct SpreadState {
    let constraint: SpreadConstraint
    private var counts: [String: Int] = [:]
    /// How many domains have so many pods.
    private var histogram: [Int] = [0]
    /// The least number of pods of a domain.
    private var least = 0

    init(_ constraint: SpreadConstraint) {
        self.constraint = constraint
    }

    /// Tells of a domain, which may be known.
    mutating func addDomain(_ domain: String) {
        guard counts[domain] == nil else { return }
        counts[domain] = 0
        histogram[0] += 1
        least = 0
    }

    /// A pod comes to a domain.
    ///
    /// - Returns: whether the least number of pods of a domain is another now.
    mutating func add(to domain: String) -> Bool {
        guard let count = counts[domain] else { return false }
        counts[domain] = count + 1
        histogram[count] -= 1
        if histogram.count == count + 1 { histogram.append(0) }
        histogram[count + 1] += 1
        guard least == count, histogram[count] == 0 else { return false }
        least = count + 1
        return true
    }

    /// A pod leaves a domain.
    mutating func remove(from domain: String) {
        guard let count = counts[domain], count > 0 else { return }
        counts[domain] = count - 1
        histogram[count] -= 1
        histogram[count - 1] += 1
        least = min(least, count - 1)
    }

    /// Whether a pod can come to a node with this value of the label, `nil` for none.
    ///
    /// - Parameter countsItself: whether the constraint selects the pod that has it.
    func allows(_ domain: String?, countsItself: Bool) -> Bool {
        guard let domain, let count = counts[domain] else { return false }
        let minimum = counts.count < constraint.minDomains ? 0 : least
        return count + (countsItself ? 1 : 0) - minimum <= constraint.maxSkew
    }
}
