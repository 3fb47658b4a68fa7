import Addressing
import InstanceLimits
import Pool
import Presentation

/// How many nodes and pods a subnet carries: what `warmpool-plan subnet` shows.
public struct SubnetReport: Hashable, Sendable, Encodable {
    /// What is asked.
    public struct Question: Hashable, Sendable {
        /// The subnet's network.
        public var cidr: IPv4Network
        /// How many addresses others use.
        public var used: Int
        /// The nodes, which are all alike.
        public var nodes: Int
        /// The type of the nodes.
        public var type: InstanceType
        /// The pods on each node; `nil` for as many as addresses and kubelet's max-pods allow.
        public var podsPerNode: Int?
        /// The configuration of every node's pool.
        public var configuration: PoolConfiguration

        public init(
            cidr: IPv4Network, used: Int = 0, nodes: Int, type: InstanceType, podsPerNode: Int? = nil,
            configuration: PoolConfiguration
        ) {
            self.cidr = cidr
            self.used = used
            self.nodes = nodes
            self.type = type
            self.podsPerNode = podsPerNode
            self.configuration = configuration
        }

        /// The pods on each node.
        public var pods: Int { podsPerNode ?? min(mostPods, configuration.kubeletMaxPods(NodeLimits(type))) }

        /// The most pods with an address on each node, however many addresses the subnet has.
        public var mostPods: Int { configuration.addressLimit(NodeLimits(type)) }

        /// The most addresses that others can use: all but the five that the VPC keeps. Source: Amazon VPC user guide,
        /// "Subnet CIDR blocks".
        public var mostUsed: Int { cidr.count - 5 }
    }

    /// The subnet's network.
    public var cidr: String
    /// The type of the nodes.
    public var instanceType: String
    /// The nodes that were asked for.
    public var nodes: Int
    /// The pods on each of them.
    public var podsPerNode: Int
    /// All their pods.
    public var pods: Int
    /// Those of them that get no address.
    public var pending: Int
    /// Why they get none; absent where all have one.
    public var cause: String?
    /// The same as a sentence.
    public var sentence: String?
    /// The subnet's addresses with these nodes.
    public var subnet: Report.Subnet
    /// The most nodes all of whose pods have an address.
    public var mostNodes: Int
    /// Their pods.
    public var mostPods: Int

    /// The answer, by planning.
    ///
    /// - Throws: ``PlanProblem`` where the question is impossible.
    public init(_ question: Question) throws(PlanProblem) {
        let moment = try question.moment(withNodes: question.nodes)
        cidr = question.cidr.description
        instanceType = question.type.name
        nodes = question.nodes
        podsPerNode = question.pods
        pods = question.nodes * question.pods
        pending = moment.pending
        cause = moment.causes.first?.code
        sentence = moment.causes.first?.sentence
        subnet = moment.subnets[0]
        mostNodes = try question.mostNodes()
        mostPods = mostNodes * question.pods
    }
}

extension SubnetReport.Question {
    private static let zone = "zone"

    /// The settled cluster with so many nodes.
    fileprivate func moment(withNodes count: Int) throws(PlanProblem) -> Report.Moment {
        let workload = Workload(
            id: WorkloadID(kind: .deployment, namespace: "default", name: "pods"), replicas: count * pods,
            template: PodTemplate())
        let plan = Plan(
            groups: [
                NodeGroup(
                    name: "nodes", instanceType: type.name, count: count, zones: [SubnetReport.Question.zone],
                    maxPods: pods)
            ],
            subnets: [
                PlannedSubnet(
                    id: SubnetID("subnet"), cidr: cidr, zone: SubnetReport.Question.zone, used: .addresses(used))
            ], pool: configuration)
        let prediction = try Prediction(of: Cluster(workloads: [workload]), with: plan)
        return Report(prediction, title: "").moments[0]
    }

    /// The most nodes whose pods all have an address. The search begins where the addresses of settled nodes end, from
    /// which the answer is not far: each try takes time in proportion to the subnet's size.
    fileprivate func mostNodes() throws(PlanProblem) -> Int {
        let settled = SettledPool(pods: pods, on: NodeLimits(type), configuration)
        // A node takes one of its own and one for each pod, at least.
        let bound = cidr.count / (pods + 1) + 1
        let guess = min((mostUsed - used) / max(1, settled.subnetAddresses), bound - 1)
        var (fit, tooMany) = (0, bound)
        var (candidate, step) = (guess, 1)
        while tooMany - fit > 1 {
            if try moment(withNodes: candidate).pending == 0 { fit = candidate } else { tooMany = candidate }
            // Away from the guess in growing steps, until both sides are known; then by halves.
            let outward = fit == candidate ? candidate + step : candidate - step
            let isEnclosed = fit > 0 && tooMany < bound
            candidate = isEnclosed || outward <= fit || outward >= tooMany ? (fit + tooMany) / 2 : outward
            step *= 2
        }
        return fit
    }
}

extension SubnetReport {
    /// The answer for a terminal.
    public func text(_ style: TextStyle) -> String {
        let verdict =
            pending == 0
            ? style.paint("✓ \(cidr) carries \(nodes.of("node")) (\(instanceType)) with \(pods.of("pod"))", .good)
            : style.paint("✗ \(pending.grouped) of \(pods.of("pod")) get no address: \(sentence ?? "")", .bad)
        var table = TextTable(columns: [
            .number("ADDRESSES"), .number("USED"), .number("WARM"), .number("FREE"), .bar("FILL"),
            .number("FREE /28"),
        ])
        table.rows = [
            [
                .init(subnet.size), .init(subnet.used), .init(subnet.warm), .init(subnet.free),
                .bar([(subnet.used, "█", .used), (subnet.warm, "▒", .tight)], of: subnet.size, style),
                .init(subnet.freePrefixes),
            ]
        ]
        let prefixes = subnet.freePrefixes == 0 ? "no" : subnet.freePrefixes.grouped
        return """
            \(verdict)

            \(table.text(style))
              It ends at \(mostNodes.of("node")) with \(mostPods.of("pod")), \(podsPerNode.grouped) on each. With \
            \(nodes.of("node")), room is left for \(prefixes) /28 \(subnet.freePrefixes == 1 ? "prefix" : "prefixes").

            """
    }
}
