import Fabric
import JSON
import Simulator
import Testing

/// The network namespace of a pod on a node, for tests that call the plugin as a runtime would, right or wrong. It is
/// removed with the fabric at the latest.
public struct Sandbox: Hashable, Sendable {
    public let node: SimulatedNode
    /// The name of its namespace, which is also its container id.
    public let name: String

    /// The namespace's path.
    public var path: String { "/run/netns/\(name)" }

    /// Makes the namespace.
    public static func make(_ name: String, on node: SimulatedNode) async throws -> Sandbox {
        let sandbox = Sandbox(node: node, name: Fabric.podNamespace(name, onNode: node.netns))
        try await NamespaceCommand.add(sandbox.name)
        return sandbox
    }

    /// Removes the namespace, and nothing else: what a runtime does that forgets the plugin.
    public func vanish() async throws {
        try await NamespaceCommand.delete(name)
    }

    /// The call of an operation for this pod's `eth0`.
    public func call(
        _ operation: PluginCall.Operation, version: String = "1.1.0", members: JSONObject = [:]
    ) -> PluginCall {
        PluginCall(operation, container: name, netns: path, cniVersion: version, members: members)
    }

    /// Runs an operation for this pod's `eth0`.
    public func run(
        _ operation: PluginCall.Operation, version: String = "1.1.0", members: JSONObject = [:],
        environment: [String: String?] = [:]
    ) async throws -> PluginAnswer {
        try await node.plugin.answer(
            call(operation, version: version, members: members), environment: environment)
    }

    /// ADD, which must succeed.
    ///
    /// - Returns: the result that the plugin printed.
    public func add(version: String = "1.1.0", members: JSONObject = [:]) async throws -> JSONValue {
        let answer = try await run(.add, version: version, members: members)
        return try #require(answer.isSuccess ? answer.json : nil, "\(answer)")
    }

    /// DEL, which must succeed.
    public func delete() async throws {
        let answer = try await run(.delete)
        try #require(answer.isSuccess && answer.output.standardOutput.isEmpty, "\(answer)")
    }

    /// Runs a command, whose words blanks separate, inside the namespace; it must succeed.
    @discardableResult
    public func callAsFunction(_ command: String) async throws -> String {
        try await succeed(command, in: name)
    }
}

/// What the plugin answered to one call.
public struct PluginAnswer: Sendable, CustomStringConvertible {
    public let output: CommandOutput
    /// What stands on standard output, if it is exactly one JSON document.
    public let json: JSONValue?

    init(_ output: CommandOutput) {
        self.output = output
        json = try? JSONValue(parsing: Array(output.standardOutput.utf8))
    }

    public var isSuccess: Bool { output.status == 0 }
    /// The code of the error object; `nil` where there is none or the exit status is not 1.
    public var code: Int? { output.status == 1 ? json?["code"]?.intValue : nil }
    public var message: String { json?["msg"]?.stringValue ?? "" }
    public var details: String { json?["details"]?.stringValue ?? "" }
    /// The first address of a result, without the length of its prefix.
    public var address: String? { json?.address }

    public var description: String {
        "exit \(output.status), stdout '\(output.standardOutput)', stderr '\(output.standardError)'"
    }
}

extension JSONValue {
    /// The first address of a CNI result, without the length of its prefix.
    public var address: String? {
        self["ips"]?.arrayValue?.first?["address"]?.stringValue.map { String($0.prefix { $0 != "/" }) }
    }
}

extension PluginRunner {
    /// Runs a call, right or wrong.
    ///
    /// - Parameters:
    ///   - environment: replaces the call's variables; `nil` leaves one out.
    ///   - input: replaces the call's network configuration.
    public func answer(
        _ call: PluginCall, environment: [String: String?] = [:], input: String? = nil
    ) async throws -> PluginAnswer {
        var variables = call.environment
        for (name, value) in environment { variables[name] = value }
        return PluginAnswer(try await run(environment: variables, input: input ?? self.input(of: call)))
    }
}

/// Runs a command, whose words blanks separate, in a namespace; it must succeed.
///
/// - Returns: what it printed.
@discardableResult
public func succeed(_ command: String, in namespace: String?) async throws -> String {
    let output = try await NamespaceCommand.run(command.split(separator: " ").map(String.init), in: namespace)
    try #require(output.isSuccess, "\(command): \(output.standardError)")
    return output.standardOutput
}
