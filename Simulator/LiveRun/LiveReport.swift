import Comparison

/// What a live run came to.
public struct LiveReport: Hashable, Sendable {
    /// The pings between the pods that ran at the end, all of which were answered.
    public struct Pings: Hashable, Sendable {
        /// How many there could have been: from every pod to every address of every other.
        public var possible: Int
        /// How many were sent; fewer than ``possible`` for a sample.
        public var sent: Int
        /// How many of these went from node to node.
        public var acrossNodes: Int
    }

    /// What was counted at the end.
    public internal(set) var count: ClusterCount
    public internal(set) var pings = Pings(possible: 0, sent: 0, acrossNodes: 0)
    /// How long each pod that got an address waited for it, from kubelet's first try on; the shortest first.
    public internal(set) var waits: [Duration] = []
    /// How often an ADD was refused, by the code of the cause; `daemon-down` where no daemon answered.
    public internal(set) var refusals: [String: Int] = [:]
    /// How often a daemon was killed.
    public internal(set) var kills = 0

    init(_ count: ClusterCount) {
        self.count = count
    }
}

/// Warmpool did not do in a live run what it should, or this machine could not do it.
public struct LiveFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
