import Addressing
import ControlProtocol
import Fabric
import JSON
import LiveTesting
import Simulator
import Testing

/// Plugins in a chain, driven as libcni drives a list: ADD in order, each with the result of the one before; CHECK with
/// the last result; DEL in reverse.
struct PluginChain: Sendable {
    /// A plugin after `warmpool-cni`, and what the runtime passes to it.
    struct Member: Sendable {
        var type: String
        var configuration: JSONObject = [:]
        var runtimeConfig: JSONObject = [:]
        /// Whether CHECK means anything to it.
        var isChecked = true
    }

    let sandbox: Sandbox
    let version: String
    private let members: [Member]

    /// - Parameter addresses: which `warmpool-cni` is asked for.
    init(_ sandbox: Sandbox, version: String, addresses: PodAddresses, then members: [Member]) {
        self.sandbox = sandbox
        self.version = version
        let own = Member(
            type: "warmpool-cni", configuration: sandbox.node.networkConfiguration,
            runtimeConfig: [
                "ips": .array(addresses.all.map { .string("\($0)") }), "mac": .string("\(PluginChain.mac)"),
            ])
        self.members = [own] + members
    }

    /// - Returns: the result of the last plugin.
    func add() async throws -> JSONValue {
        var result: JSONValue?
        for member in members {
            result = try await runner(member).succeed(call(.add, member, result))
        }
        return try #require(result)
    }

    func check(_ result: JSONValue) async throws {
        for member in members where member.isChecked {
            _ = try await runner(member).run(call(.check, member, result)).get()
        }
    }

    func delete(_ result: JSONValue) async throws {
        for member in members.reversed() { _ = try await runner(member).run(call(.delete, member, result)).get() }
    }

    private func runner(_ member: Member) -> PluginRunner {
        var configuration = member.configuration
        configuration["name"] = sandbox.node.networkConfiguration["name"]
        configuration["type"] = .string(member.type)
        let own = sandbox.node.plugin.program
        return PluginRunner(
            program: member.type == "warmpool-cni" ? own : PluginChain.directory + member.type,
            namespace: sandbox.node.netns, configuration: configuration)
    }

    private func call(_ operation: PluginCall.Operation, _ member: Member, _ result: JSONValue?) -> PluginCall {
        var extra: JSONObject = [:]
        if !member.runtimeConfig.isEmpty { extra["runtimeConfig"] = .object(member.runtimeConfig) }
        extra["prevResult"] = result
        return sandbox.call(operation, version: version, members: extra)
    }

    /// The hardware address of the pod's interface, which `warmpool-cni` is asked for.
    static let mac = MACAddress(bits: 0x0200_5e10_0007)

    /// Where Debian's containernetworking-plugins are.
    static let directory = "/usr/lib/cni/"
}
