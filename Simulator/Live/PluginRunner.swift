import Fabric
import FoundationEssentials
import JSON

/// One operation for a CNI plugin: what goes into its environment and onto its standard input.
public struct PluginCall: Sendable {
    /// The operations of CNI 1.1.0, by their value of `CNI_COMMAND`.
    public enum Operation: String, CaseIterable, Sendable {
        case add = "ADD"
        case delete = "DEL"
        case check = "CHECK"
        case collectGarbage = "GC"
        case status = "STATUS"
        case version = "VERSION"
    }

    /// What the plugin is to do.
    public var operation: Operation
    /// `CNI_CONTAINERID`; not set if `nil`.
    public var container: String?
    /// `CNI_NETNS`; not set if `nil`.
    public var netns: String?
    /// `CNI_IFNAME`; not set if `nil`.
    public var interface: String?
    /// `CNI_ARGS`.
    public var arguments: [String: String]
    /// The configuration's version.
    public var cniVersion: String
    /// Further members of the network configuration, such as `prevResult` or `runtimeConfig`.
    public var members: JSONObject

    public init(
        _ operation: Operation, container: String? = nil, netns: String? = nil, interface: String? = "eth0",
        arguments: [String: String] = [:], cniVersion: String = "1.1.0", members: JSONObject = [:]
    ) {
        self.operation = operation
        self.container = container
        self.netns = netns
        self.interface = interface
        self.arguments = arguments
        self.cniVersion = cniVersion
        self.members = members
    }

    /// The variables of CNI that it sets.
    public var environment: [String: String] {
        var variables = ["CNI_COMMAND": operation.rawValue, "CNI_PATH": "/opt/cni/bin"]
        variables["CNI_CONTAINERID"] = container
        variables["CNI_NETNS"] = netns
        variables["CNI_IFNAME"] = interface
        if !arguments.isEmpty {
            variables["CNI_ARGS"] = (["IgnoreUnknown=1"] + arguments.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })
                .joined(separator: ";")
        }
        return variables
    }
}

/// Why the plugin did not do what it was asked: the error object that it printed.
public struct PluginFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the plugin was to do.
    public let operation: PluginCall.Operation
    /// Source: CNI specification 1.1.0, "Error"; from 100 up the plugin's own.
    public let code: Int
    /// The error's `msg`.
    public let message: String
    /// The error's `details`.
    public let details: String?

    public var description: String {
        "warmpool-cni \(operation.rawValue) failed with code \(code): \(message)\(details.map { " (\($0))" } ?? "")"
    }
}

/// Runs a plugin binary over its contract: environment and standard input in, standard output and exit status out.
public struct PluginRunner: Hashable, Sendable {
    /// The path of the binary.
    public let program: String
    /// The name of the namespace that is the host's for the plugin; `nil` for that of this process.
    public let namespace: String?
    /// The network configuration, without `cniVersion`.
    public let configuration: JSONObject

    public init(program: String, namespace: String?, configuration: JSONObject) {
        self.program = program
        self.namespace = namespace
        self.configuration = configuration
    }

    /// Runs the plugin with exactly this environment, beside `PATH`, and input.
    ///
    /// - Throws: `FabricError` where it cannot be started.
    public func run(environment: [String: String], input: String) async throws -> CommandOutput {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        return try await NamespaceCommand.run(
            [program], in: namespace, environment: environment.merging(["PATH": path]) { own, _ in own }, input: input)
    }

    /// The network configuration that the plugin reads for a call.
    public func input(of call: PluginCall) -> String {
        var input = configuration
        input["cniVersion"] = .string(call.cniVersion)
        for (name, value) in call.members { input[name] = value }
        return JSONValue.object(input).text()
    }

    /// Runs an operation.
    ///
    /// - Returns: what it printed, `nil` where it printed nothing; or the error that it printed.
    /// - Throws: `FabricError` where it cannot be started, ``LiveError/malformedResult(operation:output:)`` where it
    ///   printed neither a result nor an error.
    public func run(_ call: PluginCall) async throws -> Result<JSONValue?, LiveError> {
        let output = try await run(environment: call.environment, input: input(of: call))
        let printed = output.standardOutput.isEmpty ? nil : try? JSONValue(parsing: Array(output.standardOutput.utf8))
        if output.isSuccess, printed != nil || output.standardOutput.isEmpty { return .success(printed) }
        guard !output.isSuccess, let code = printed?["code"]?.intValue, let message = printed?["msg"]?.stringValue
        else {
            throw LiveError.malformedResult(
                operation: call.operation.rawValue, output: output.standardOutput + output.standardError)
        }
        return .failure(
            .plugin(
                PluginFailure(
                    operation: call.operation, code: code, message: message,
                    details: printed?["details"]?.stringValue)))
    }

    /// Runs an operation that prints a result when it succeeds.
    ///
    /// - Throws: ``LiveError/plugin(_:)`` with the error that it printed; as ``run(_:)`` besides.
    public func succeed(_ call: PluginCall) async throws -> JSONValue {
        guard let result = try await run(call).get() else {
            throw LiveError.malformedResult(operation: call.operation.rawValue, output: "")
        }
        return result
    }
}
