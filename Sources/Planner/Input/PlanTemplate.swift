import InstanceLimits

/// A plan file to begin with, with a comment on every key: what `warmpool-plan init` writes.
public enum PlanTemplate {
    /// The text of the file, which ``Plan/parse(_:file:)`` reads.
    ///
    /// - Parameter cluster: the cluster whose node groups are written down, with subnets left to be filled in; `nil` for
    ///   a made-up example.
    public static func text(for cluster: Cluster? = nil) -> String {
        let groups = cluster.map(describedGroups) ?? exampleGroups
        let zones = cluster.map { Set($0.nodes.compactMap(\.zone)).sorted() } ?? []
        return head + "groups:\(groups)\n\n" + (cluster == nil ? exampleSubnets : subnets(zones)) + rest
    }

    // MARK: What a cluster says

    private static func describedGroups(_ cluster: Cluster) -> String {
        let used = labelsThatMatter(cluster)
        let groups = Dictionary(grouping: cluster.nodes, by: \.group).sorted { $0.key < $1.key }
            .map { describe($0.key, $0.value, labels: used) }
        let isEmpty = !groups.contains { $0.contains("\n  - ") }
        return (isEmpty ? " null" : "") + groups.map { "\n" + $0 }.joined()
    }

    private static func describe(_ name: String, _ nodes: [ClusterNode], labels used: Set<String>) -> String {
        let count = nodes.count == 1 ? "one node" : "\(nodes.count) nodes"
        // The commonest first.
        let types = Dictionary(grouping: nodes.compactMap(\.instanceType)) { $0 }
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.key)
        guard !name.isEmpty, let type = types.first(where: { (try? InstanceType(named: $0)) != nil }) else {
            let reason =
                types.first.map { "of \(quoted($0)), a type that Warmpool does not know" }
                ?? "without an instance type"
            return "  # Without a group: \(count) \(reason)."
        }
        let zones = Set(nodes.compactMap(\.zone)).sorted()
        let common = nodes.dropFirst().reduce(nodes[0].labels) { rest, node in
            rest.filter { node.labels[$0.key] == $0.value }
        }
        let labels = common.filter { used.contains($0.key) }.sorted { $0.key < $1.key }
        // Kubernetes itself taints nodes for their conditions, which new ones need not share.
        let taints = nodes[0].taints.filter { taint in
            !taint.key.hasPrefix("node.kubernetes.io/") && nodes.allSatisfy { $0.taints.contains(taint) }
        }
        var lines = [
            "  # The cluster has \(count)\(types.count > 1 ? " of \(types.map(quoted).joined(separator: ", "))" : "")."
        ]
        lines += ["  - name: \(quoted(name))", "    instanceType: \(type)", "    count: null"]
        if !zones.isEmpty { lines.append("    zones: [\(zones.map(quoted).joined(separator: ", "))]") }
        if !labels.isEmpty {
            let pairs = labels.map { "\(quoted($0.key)): \(quoted($0.value))" }
            lines.append("    labels: { \(pairs.joined(separator: ", ")) }")
        }
        if !taints.isEmpty {
            lines.append("    taints: [\(taints.map { quoted($0.description) }.joined(separator: ", "))]")
        }
        return lines.joined(separator: "\n")
    }

    /// The labels by which pods choose their nodes.
    private static func labelsThatMatter(_ cluster: Cluster) -> Set<String> {
        var keys: Set<String> = []
        for template in Set(cluster.pods.map(\.template)).union(cluster.workloads.map(\.template)) {
            keys.formUnion(template.nodeSelector.keys)
            keys.formUnion(template.affinityTerms.flatMap { $0.labels.map(\.key) })
        }
        // Every new node has labels of its own for these.
        return keys.subtracting([NodeLabel.hostname, NodeLabel.zone, NodeLabel.instanceType])
    }

    private static func quoted(_ text: String) -> String {
        let escapes: [Character: String] = ["\\": "\\\\", "\"": "\\\"", "\n": "\\n"]
        return "\"" + text.map { escapes[$0] ?? String($0) }.joined() + "\""
    }

    private static func subnets(_ zones: [String]) -> String {
        let rows = (zones.isEmpty ? ["us-east-1a"] : zones).enumerated().map { index, zone in
            "#   - { id: subnet-\(index + 1), cidr: 10.0.\(index).0/24, zone: \(quoted(zone)), usedAddresses: 0 }"
        }
        return subnetHead + """
            # To be filled in, for example with what `aws ec2 describe-subnets` says:
            # subnets:
            \(rows.joined(separator: "\n"))
            subnets: null

            """
    }
}

// MARK: - Texts

extension PlanTemplate {
    private static let head = """
        # A plan for `warmpool-plan cluster -f CLUSTER --plan FILE`: what is to be beside the cluster as it is. Keys with
        # null, and keys that are left out, are as they are by default.

        # --- Machines ------------------------------------------------------------------------------------------------

        # Groups of nodes that are alike. One with the name of a group that the cluster has speaks of those nodes: a group
        # is what the nodes' labels of EKS, eksctl, Karpenter, kOps, GKE or AKS say, else the instance type.
        #   name, instanceType   needed; the type as `warmpool-plan max-pods --all` lists it
        #   count                how many nodes there are; null: as many as the cluster has
        #   min, max             between which numbers an autoscaler moves; max null: nothing scales the group
        #   zones                among which the nodes are evenly spread
        #   labels, taints       of every node: { disk: ssd }, [dedicated=gpu:NoSchedule]
        #   maxPods              kubelet's --max-pods, 1 to 10000; null: what goes with the pool below
        #   allocatable          what pods can request on a node, { cpu: 1930m, memory: 6.9Gi }; null: by the type

        """

    private static let exampleGroups = """

          - name: general
            instanceType: m5.large
            count: 6
            min: 0
            max: null
            zones: [us-east-1a, us-east-1b]
            labels: {}
            taints: []
            maxPods: null
            allocatable: null
        """

    private static let subnetHead = """
        # --- Addresses -----------------------------------------------------------------------------------------------

        # The subnets, /16 to /28, apart from each other. Without any, addresses never end.
        #   id, cidr, zone   needed
        #   usedAddresses    how many others have: load balancers, databases, nodes of other clusters. Neither this
        #                    cluster's own nodes and pods, nor the five that the VPC keeps of each subnet
        #   usedNetworks     or which ones, [10.0.0.16/28, 10.0.0.77]: a map of the subnet's fragmentation, which decides
        #                    how many /28 prefixes are left
        #   forPods          true: a subnet for pods alone, with the tag kubernetes.io/role/cni, where no node is started

        """

    private static let exampleSubnets =
        subnetHead + """
            subnets:
              - id: subnet-a
                cidr: 10.0.0.0/24
                zone: us-east-1a
                usedAddresses: 12
                forPods: false
              - id: subnet-b
                cidr: 10.0.1.0/24
                zone: us-east-1b
                usedNetworks: [10.0.1.16/28, 10.0.1.77]

            """

    private static let rest = """

        # --- The pool ------------------------------------------------------------------------------------------------

        # The configuration of every node's pool. The keys are those of warmpoold.yaml, which explains them: all of its
        # section on the pool, and eniSubnet, securityGroups and customNetworking.
        pool:
          prefixDelegation: false
          warmENITarget: null
          warmPrefixTarget: null
          warmIPTarget: null
          minimumIPTarget: null
          maxENI: null
          reservedENIs: 0
          maxPods: null
          cooldown: 30s
          # customNetworking:
          #   by: zone
          #   networks:
          #     us-east-1a: { subnets: [subnet-pods-a] }
          customNetworking: null

        # --- What comes ----------------------------------------------------------------------------------------------

        # How workloads grow before the events: each by a factor, rounded up, or to a number of replicas. A workload is
        # all, a name, or a kind with a name, such as deploy/web or, with the namespace, deploy/shop/web.
        # growth:
        #   - { workloads: deploy/shop/web, factor: 3 }
        #   - { workloads: sts/cache, replicas: 5 }
        growth: null

        # What happens, one after another. rolling-update=all or =WORKLOAD, lose-zone=ZONE, scale=WORKLOAD:REPLICAS,
        # hpa-max (every HorizontalPodAutoscaler at its most), drain=NODE.
        events: [rolling-update=all]

        """
}
