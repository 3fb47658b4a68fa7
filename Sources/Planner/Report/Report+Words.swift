import Presentation

/// What all forms for people say in the same words.
extension Report {
    /// The verdict in a sentence, such as `120 of 480 pods are pending (25 %) during lose-zone=b`.
    var headline: String {
        guard let worst, worst.pending > 0 else {
            let pods = moments.map(\.pods).max() ?? 0
            let outcome =
                pods == 0 ? "there is no pod to run" : pods == 1 ? "the pod runs" : "all \(pods.grouped) pods run"
            return outcome + (verdict == .warning ? ", but see the warnings" : "")
        }
        return worst.sentence + (moments.count > 1 ? " \(worst.phrase)" : "")
    }
}

extension Report.Moment {
    /// When it is, within a sentence.
    var phrase: String { kind == "steady" ? "in the \(title)" : title }

    /// Such as `120 of 480 pods are pending (25 %)`.
    var sentence: String {
        pending == 0
            ? "no pod is pending"
            : "\(pending.grouped) of \(pods.of("pod")) \(pending == 1 ? "is" : "are") pending "
                + "(\(pending.percent(of: pods)))"
    }

    /// The pending pods of one workload with one cause, of which one is named for all.
    struct PendingWorkload {
        var name: String
        var cause: String
        var count: Int
        var example: Report.PendingPod

        /// Such as `web-7d4b9-x2k, and 79 more`.
        var pods: String { count == 1 ? example.name : "\(example.name), and \((count - 1).grouped) more" }
    }

    /// The pending pods by workload and cause, in the order of the causes, most pods first.
    var pendingWorkloads: [PendingWorkload] {
        struct Key: Hashable {
            var owner: String
            var cause: String
        }
        var found: [Key: PendingWorkload] = [:]
        for pod in pendingPods {
            let owner = pod.workload ?? "pod/\(pod.namespace)/\(pod.name)"
            let key = Key(owner: owner, cause: pod.cause)
            let new = PendingWorkload(name: owner, cause: pod.cause, count: 0, example: pod)
            found[key, default: new].count += 1
        }
        let ranks = Dictionary(causes.enumerated().map { ($1.code, $0) }) { first, _ in first }
        return found.values.sorted { left, right in
            (ranks[left.cause] ?? .max, -left.count, left.name) < (ranks[right.cause] ?? .max, -right.count, right.name)
        }
    }
}

extension Report.NodeGroup {
    /// Such as `20 × t3.medium`.
    var machines: String {
        "\(nodes.grouped) × \(instanceType ?? "node")" + (addedNodes > 0 ? " (\(addedNodes.grouped) added)" : "")
    }
}

extension Report.Remedy {
    /// Such as `120 → 0`.
    var pendingText: String { "\(pendingBefore.grouped) → \(pendingAfter.grouped)" }
    /// Such as `+300`, for what is gained.
    var addressesText: String { addressesSaved.signed }
    var nodesText: String { nodesSaved.signed }
}
