import Addressing
import Identity
import Timekeeping

/// The version of the protocol that this build speaks. A daemon refuses every other one; within a version, fields may
/// be added, and a receiver ignores those that it does not know.
public let controlProtocolVersion = 2

/// One request to the daemon: the only one on its connection.
public struct Request: Codable, Sendable {
    /// The protocol's version, ``controlProtocolVersion``.
    public var version: Int
    /// The daemon does not begin to execute the request after this, on the clock of ``BootClock``.
    public var deadline: Instant
    /// What the daemon is to do.
    public var command: Command

    public init(_ command: Command, deadline: Instant) {
        version = controlProtocolVersion
        self.deadline = deadline
        self.command = command
    }
}

/// What the daemon is asked to do; the first five by the plugin, the others by an operator.
public enum Command: Sendable {
    case add(AddCommand)
    case delete(AttachmentID)
    case check(AttachmentID)
    case collect(CollectCommand)
    case status
    case overview
    case interfaces
    case pods
    case explain(ExplainCommand)
    case maxPods
    case verify
    case reconcile

    /// The name that stands in the request.
    public var name: String { operation.rawValue }
}

/// ADD: a pod interface wants an address.
public struct AddCommand: Codable, Sendable {
    /// Whose the address will be.
    public var attachment: AttachmentID
    /// Kubernetes' names for the pod.
    public var pod: PodIdentity
    /// The path of the pod's network namespace.
    public var netns: String
    /// The addresses that the runtime asks for, if it asks for any.
    public var requested: PodAddresses?

    public init(attachment: AttachmentID, pod: PodIdentity, netns: String, requested: PodAddresses?) {
        self.attachment = attachment
        self.pod = pod
        self.netns = netns
        self.requested = requested
    }
}

/// GC: what of a network lives; everything else of it is removed.
public struct CollectCommand: Codable, Sendable {
    /// The network's name.
    public var network: String
    /// What lives.
    public var valid: [AttachmentID]

    public init(network: String, valid: [AttachmentID]) {
        self.network = network
        self.valid = valid
    }
}

/// Asks why a pod has, or waits for, an address.
public struct ExplainCommand: Codable, Sendable {
    /// A pod's name, `namespace/name`, address or container id (or its beginning); `nil` for the node as a whole.
    public var subject: String?

    public init(subject: String?) {
        self.subject = subject
    }
}

extension Command: Codable {
    private enum Operation: String, Codable {
        case add, delete, check, collect, status, overview, interfaces, pods, explain, maxPods, verify, reconcile
    }

    private enum Key: CodingKey {
        case operation, arguments
    }

    private var operation: Operation {
        switch self {
        case .add: .add
        case .delete: .delete
        case .check: .check
        case .collect: .collect
        case .status: .status
        case .overview: .overview
        case .interfaces: .interfaces
        case .pods: .pods
        case .explain: .explain
        case .maxPods: .maxPods
        case .verify: .verify
        case .reconcile: .reconcile
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(operation, forKey: .operation)
        switch self {
        case .add(let arguments): try container.encode(arguments, forKey: .arguments)
        case .delete(let attachment), .check(let attachment): try container.encode(attachment, forKey: .arguments)
        case .collect(let arguments): try container.encode(arguments, forKey: .arguments)
        case .explain(let arguments): try container.encode(arguments, forKey: .arguments)
        case .status, .overview, .interfaces, .pods, .maxPods, .verify, .reconcile: break
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func arguments<Arguments: Decodable>(_ type: Arguments.Type = Arguments.self) throws -> Arguments {
            try container.decode(type, forKey: .arguments)
        }
        self =
            switch try container.decode(Operation.self, forKey: .operation) {
            case .add: .add(try arguments())
            case .delete: .delete(try arguments())
            case .check: .check(try arguments())
            case .collect: .collect(try arguments())
            case .status: .status
            case .overview: .overview
            case .interfaces: .interfaces
            case .pods: .pods
            case .explain: .explain(try arguments())
            case .maxPods: .maxPods
            case .verify: .verify
            case .reconcile: .reconcile
            }
    }
}
