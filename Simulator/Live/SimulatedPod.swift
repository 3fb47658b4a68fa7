import Addressing
import Fabric
import JSON

/// A pod: a network namespace that the plugin has connected.
public struct SimulatedPod: Hashable, Sendable {
    /// The pod's name, unique on its node.
    public let name: String
    /// The name of its node, such as `node1`.
    public let node: String
    /// The name of its network namespace, which is also its container id.
    public let namespace: String
    /// The addresses that the plugin gave it.
    public let addresses: PodAddresses

    /// - Parameter result: what the plugin printed for ADD.
    /// - Throws: ``LiveError/malformedResult(operation:output:)`` where it has no address.
    init(name: String, node: String, namespace: String, result: JSONValue) throws(LiveError) {
        guard let addresses = result.podAddresses else {
            throw .malformedResult(operation: "ADD", output: result.text())
        }
        self.name = name
        self.node = node
        self.namespace = namespace
        self.addresses = addresses
    }

    /// The path of a named namespace.
    static func path(of namespace: String) -> String { "/run/netns/\(namespace)" }

    /// Whether a ping from inside the pod is answered within two seconds.
    ///
    /// - Throws: `FabricError` where ping cannot be started.
    public func reaches(_ address: IPAddress) async throws -> Bool {
        let output = try await NamespaceCommand.run(
            ["ping", address.v6 == nil ? "-4" : "-6", "-n", "-q", "-c", "1", "-W", "2", "\(address)"], in: namespace)
        // Source: ping(8), 1: no answer. Everything else means that ping did not work at all.
        guard output.status <= 1 else {
            throw FabricError.command("ping \(address)", reason: output.standardError)
        }
        return output.isSuccess
    }
}

extension JSONValue {
    /// The addresses in a CNI result, the first of each family; `nil` where there is none.
    public var podAddresses: PodAddresses? {
        let texts = (self["ips"]?.arrayValue ?? []).compactMap { $0["address"]?.stringValue?.prefix { $0 != "/" } }
        let addresses = texts.compactMap { IPAddress($0) }
        return PodAddresses(ipv4: addresses.compactMap(\.v4).first, ipv6: addresses.compactMap(\.v6).first)
    }
}
