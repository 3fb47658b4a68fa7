/// What the environment variables of one call say, apart from the network configuration on stdin.
enum Command {
    /// VERSION, which needs nothing else.
    case version
    case network(NetworkCommand)
}

/// A command to do something with a network.
///
/// Every case has exactly what its command may use. `CNI_ARGS` counts for ADD alone: an unknown argument must not keep
/// a pod from being deleted. `CNI_PATH` is not read, because the plugin calls no other.
enum NetworkCommand {
    case add(PodInterface, NetworkNamespace, PodArguments)
    case delete(PodInterface, NetworkNamespace?)
    case check(PodInterface, NetworkNamespace)
    case collectGarbage
    case status

    /// The oldest configuration with which a runtime may use the command; see the changes of each version.
    var since: CNIVersion {
        switch self {
        case .add, .delete: .v030
        case .check: .v040
        case .collectGarbage, .status: .v110
        }
    }
}

extension Command {
    private enum Name: String, CaseIterable {
        case add = "ADD"
        case delete = "DEL"
        case check = "CHECK"
        case collectGarbage = "GC"
        case status = "STATUS"
        case version = "VERSION"

        static var list: String { "it is one of " + allCases.map(\.rawValue).joined(separator: ", ") }
    }

    /// - Throws: code 4 for an unknown command; for variables that the command needs and that are missing or empty, all
    ///   of them named; for a value of the wrong form.
    init(_ environment: [String: String]) throws(CNIError) {
        let variables = environment.filter { !$0.value.isEmpty }
        guard let command = variables["CNI_COMMAND"] else {
            throw CNIError(.invalidEnvironment, "CNI_COMMAND is missing", details: Name.list)
        }
        guard let name = Name(rawValue: command) else {
            throw CNIError(
                .invalidEnvironment, "CNI_COMMAND '\(command)' is unknown", details: Name.list)
        }
        func need(_ names: String...) throws(CNIError) {
            let missing = names.filter { variables[$0] == nil }
            guard missing.isEmpty else {
                throw CNIError(
                    .invalidEnvironment, "missing for \(command): \(missing.joined(separator: ", "))",
                    details: "the runtime sets these environment variables for every \(command)")
            }
        }
        switch name {
        case .add:
            try need("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME")
            let arguments = try PodArguments(variables["CNI_ARGS"] ?? "")
            self = .network(.add(try PodInterface(variables), try NetworkNamespace(variables), arguments))
        case .delete:
            try need("CNI_CONTAINERID", "CNI_IFNAME")
            let hasNamespace = variables["CNI_NETNS"] != nil
            self = .network(.delete(try PodInterface(variables), hasNamespace ? try NetworkNamespace(variables) : nil))
        case .check:
            try need("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME")
            self = .network(.check(try PodInterface(variables), try NetworkNamespace(variables)))
        case .collectGarbage: self = .network(.collectGarbage)
        case .status: self = .network(.status)
        case .version: self = .version
        }
    }
}

/// The network namespace that a runtime names.
public struct NetworkNamespace: Hashable, Sendable {
    /// An absolute path, such as `/run/netns/blue` or `/proc/4711/ns/net`.
    public let path: String
    /// Whether it may be the plugin's own namespace (`CNI_NETNS_OVERRIDE`): otherwise that is an error, because the
    /// runtime has then forgotten to make one, and the host's own network would be changed.
    public let mayBeHost: Bool

    fileprivate init(_ variables: [String: String]) throws(CNIError) {
        path = variables["CNI_NETNS"] ?? ""
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw CNIError(
                .invalidEnvironment, "CNI_NETNS: '\(path)' is not an absolute path",
                details: "it is the path of a network namespace, such as /run/netns/blue")
        }
        mayBeHost = ["1", "true"].contains(variables["CNI_NETNS_OVERRIDE"]?.lowercased())
    }
}

extension PodInterface {
    fileprivate init(_ variables: [String: String]) throws(CNIError) {
        container = try PodInterface.text(of: "CNI_CONTAINERID", in: variables)
        name = try PodInterface.text(of: "CNI_IFNAME", in: variables)
    }

    private static func text<Text: ValidatedText>(
        of variable: String, in variables: [String: String]
    ) throws(CNIError) -> Text {
        let text = variables[variable] ?? ""
        guard let value = Text(text) else {
            throw CNIError(.invalidEnvironment, "\(variable): \(Text.refusal(of: text))")
        }
        return value
    }
}
