import Timekeeping

/// What happens to a cluster: when its nodes come and go, and when pods come to them. A workload makes one; so does a
/// recorded trace.
public struct Plan: Hashable, Codable, Sendable {
    /// A node of the cluster.
    public struct Node: Hashable, Codable, Sendable {
        /// When its daemon starts.
        public var joins: Instant
        /// When the machine is terminated, with all pods on it; `nil` for never.
        public var leaves: Instant?

        /// The index of its group in the scenario.
        public var group: Int

        public init(joins: Instant = .origin, leaves: Instant? = nil, group: Int = 0) {
            self.group = group
            self.joins = joins
            self.leaves = leaves
        }
    }

    /// A pod of the cluster.
    public struct Pod: Hashable, Codable, Sendable {
        /// When a pod ends.
        public enum End: Hashable, Codable, Sendable {
            /// So long after it got its address.
            case after(Duration)
            /// So long after it got its address, as one that crashes; it comes back after a pause, which doubles each time
            /// up to the longest.
            indirect case again(life: Duration, pause: Duration, longestPause: Duration)
            /// At an instant, whether it has its address or still waits.
            case at(Instant)
            case never
        }

        /// When kubelet asks for its address for the first time.
        public var arrives: Instant
        /// The index of its node.
        public var node: Int
        /// When it ends.
        public var ends: End

        public init(arrives: Instant, node: Int, ends: End) {
            self.arrives = arrives
            self.node = node
            self.ends = ends
        }
    }

    /// The nodes; pods name them by their index.
    public private(set) var nodes: [Node]
    /// The pods, in the order of their arrival.
    public private(set) var pods: [Pod]

    /// A plan of these nodes and pods, in any order of the pods.
    public init(nodes: [Node], pods: [Pod]) {
        self.nodes = nodes
        // Equal arrivals by node, so that the plan does not depend on how it was put together.
        self.pods = pods.sorted { ($0.arrives, $0.node) < ($1.arrives, $1.node) }
    }
}
