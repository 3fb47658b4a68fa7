import Addressing
import Logging
import PodNetwork
import Pool
import Providers
import RateLimiting

/// Everything that an operator can choose of `warmpoold`, validated.
public struct Configuration: Hashable, Sendable {
    /// How a line of the log looks.
    public enum LogFormat: String, Sendable, CaseIterable {
        case text, json
    }

    /// Where the cloud is.
    public enum Provider: Hashable, Sendable {
        case mock(Mock)
        case ec2(EC2)
        case rest(REST)
    }

    /// A cloud behind the EC2 Query API. What is `nil` the instance's metadata service says.
    public struct EC2: Hashable, Sendable {
        /// The region's name, such as `eu-central-1`; before the metadata service, the environment is asked.
        public var region: String?
        /// The API's URL; Amazon's own in the region, if `nil`.
        public var endpoint: String?
        /// The instance that this node is.
        public var instanceID: String?
        /// Where the instance's metadata service is.
        public var metadataEndpoint = "http://169.254.169.254"
        /// A PEM file with the CAs that the API's certificate may be signed by; the system's, if `nil`.
        public var caBundle: String?
    }

    /// A cloud behind the API of `Config/openapi.yaml`.
    public struct REST: Hashable, Sendable {
        /// The API's URL, without `/v1`.
        public var endpoint: String
        /// The instance that this node is.
        public var instanceID: String
        /// A file with the bearer token, read again when it changes.
        public var tokenFile: String?
        /// A PEM file with the CAs that the API's certificate may be signed by; the system's, if `nil`.
        public var caBundle: String?
        /// PEM files with the certificate and the key by which the node shows who it is.
        public var clientCertificate: String?
        public var clientKey: String?
    }

    /// A cloud in this process, or in a file that several daemons share.
    public struct Mock: Hashable, Sendable {
        /// Where the cloud is kept; in memory alone, if `nil`.
        public var file: String?
        /// The instance that this node is.
        public var instanceID: String
        /// Must be in the table of instance types, unless ``Configuration/limits`` says what it can hold.
        public var instanceType: String
        /// What a new cloud is like; one that is kept in a file stays as it was.
        public var cloud: MockCloudConfiguration
        /// The namespace that plays the VPC's router; with it, ENIs and addresses become links and routes.
        public var fabricRouter: String?
    }

    /// What of the pods' packets is changed on their way.
    public struct Traffic: Sendable, Hashable {
        /// The VPC's networks; packets between them keep their addresses. What the provider says, if `nil`.
        public var vpcCIDRs: [IPv4Network]?
        /// The VPC's networks in IPv6, likewise.
        public var vpcIPv6CIDRs: [IPv6Network]?
        /// Further networks towards which no SNAT is done.
        public var snatExclusions: [IPNetwork] = []
        /// Something outside the node does SNAT, so the node does none.
        public var externalSNAT = false
        /// The node does SNAT in IPv6 too, though pods' addresses there are valid everywhere.
        public var snatIPv6 = false
        /// Replies to connections that came in by the primary ENI leave by it.
        public var nodePort = true
        /// What a pod sends from an address that is not its own is dropped.
        public var antiSpoofing = true
    }

    /// A program that is told of every pod that gets addresses or gives them back.
    public struct Hook: Hashable, Sendable {
        /// The path of the program.
        public var program: String
        /// What it is called with.
        public var arguments: [String] = []
        /// How long one run may take; then it is killed.
        public var timeout = Duration.seconds(5)
    }

    /// The path of the control socket.
    public var socket = "/run/warmpool/warmpoold.sock"
    /// The path of the pool's SQLite file.
    public var store = "/var/lib/warmpool/pool.sqlite"
    /// The least level that is logged.
    public var logLevel = Logger.Level.info
    /// How a line of the log looks.
    public var logFormat = LogFormat.text
    /// Which cloud the node is in.
    public var provider: Provider
    /// How often the provider is called.
    public var calls = CallPolicy()
    /// How long a request to the provider's API waits for its answer.
    public var callTimeout = Duration.seconds(10)
    /// Targets, limits and times of the pool.
    public var pool = PoolConfiguration()
    /// Limits of an instance whose type is not in the table.
    public var limits: NodeLimits?
    /// The MTU of pods; that of their ENI, if `nil`.
    public var podMTU: Int?
    /// The MTU of ENIs, in bytes.
    public var eniMTU = 9001
    /// Tags of further ENIs, beside Warmpool's own.
    public var eniTags: [String: String] = [:]
    /// What happens to pods' packets.
    public var traffic = Traffic()
    /// The numbers and names in the kernel.
    public var layout = NetworkLayout()
    /// How often the pool is compared with provider and kernel.
    public var reconcileInterval = Duration.seconds(60)
    /// How long an attached ENI may take to show its interface.
    public var attachTimeout = Duration.seconds(10)
    /// Who is told of pods' addresses.
    public var annotate: Hook?
}
