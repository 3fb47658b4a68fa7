import Addressing
import Logging
import PodNetwork
import Pool
import Providers

/// Everything that an operator can choose of `warmpoold`, validated.
public struct Configuration: Hashable, Sendable {
    public enum LogFormat: String, Sendable, CaseIterable {
        case text, json
    }

    /// Where the cloud is.
    public enum Provider: Hashable, Sendable {
        case mock(Mock)
    }

    /// A cloud in this process, or in a file that several daemons share.
    public struct Mock: Hashable, Sendable {
        /// Where the cloud is kept; in memory alone, if `nil`.
        public var file: String?
        public var instanceID: String
        /// Must be in the table of instance types, unless ``Configuration/limits`` says what it can hold.
        public var instanceType: String
        public var cloud: MockCloudConfiguration
        /// The namespace that plays the VPC's router; with it, ENIs and addresses become links and routes.
        public var fabricRouter: String?
    }

    /// What of the pods' packets is changed on their way.
    public struct Traffic: Sendable, Hashable {
        /// The VPC's networks; packets between them keep their addresses. What the provider says, if `nil`.
        public var vpcCIDRs: [IPv4Network]?
        /// Further networks towards which no SNAT is done.
        public var snatExclusions: [IPv4Network] = []
        /// Something outside the node does SNAT, so the node does none.
        public var externalSNAT = false
        public var nodePort = true
        public var antiSpoofing = true
    }

    public var socket = "/run/warmpool/warmpoold.sock"
    public var store = "/var/lib/warmpool/pool.sqlite"
    public var logLevel = Logger.Level.info
    public var logFormat = LogFormat.text
    public var provider: Provider
    public var pool = PoolConfiguration()
    /// Limits of an instance whose type is not in the table.
    public var limits: NodeLimits?
    /// The MTU of pods; that of their ENI, if `nil`.
    public var podMTU: Int?
    public var eniMTU = 9001
    /// The subnet of further ENIs; that of the primary ENI, if `nil`.
    public var eniSubnet: SubnetID?
    public var securityGroups: [String] = []
    public var eniTags: [String: String] = [:]
    public var traffic = Traffic()
    public var layout = NetworkLayout()
    public var reconcileInterval = Duration.seconds(60)
    /// How long an attached ENI may take to show its interface.
    public var attachTimeout = Duration.seconds(10)
}

/// A configuration with which the daemon cannot run: everything that is wrong with it.
public struct ConfigurationProblems: Error, Sendable, CustomStringConvertible {
    /// One sentence each, with the place, the key, the value and what is allowed.
    public let problems: [String]

    public init(_ problems: [String]) {
        self.problems = problems
    }

    public var description: String { problems.joined(separator: "\n") }
}
