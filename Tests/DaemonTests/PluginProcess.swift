import Foundation
import JSON
import Testing

/// The program `warmpool-cni`, run in the namespace of a node for one pod.
struct PluginProcess {
    let node: NodeNamespace
    let pod: NodeNamespace
    let socket: String
    var container = "c1"

    /// - Parameter members: further members of the network configuration.
    /// - Returns: the exit status, and what it wrote to stdout; `nil` for nothing.
    func run(
        _ command: String, version: String = "1.1.0", members: JSONObject = [:]
    ) async throws -> (status: Int32, json: JSONValue?) {
        let files = try TestDirectory()
        var configuration: JSONObject = [
            "cniVersion": .string(version), "name": "pods", "type": "warmpool-cni", "socket": .string(socket),
        ]
        for (name, value) in members { configuration[name] = value }
        try files.write(JSONValue.object(configuration).text(), to: "configuration")
        let ending = try await DaemonTests.run(
            [
                "ip", "netns", "exec", node.name, "sh", "-c",
                "exec \(programPath("warmpool-cni")) < \(files.path("configuration"))",
            ],
            environment: [
                "CNI_COMMAND": command, "CNI_CONTAINERID": container, "CNI_NETNS": "/run/netns/\(pod.name)",
                "CNI_IFNAME": "pod0", "CNI_PATH": "/opt/cni/bin",
                "CNI_ARGS": "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=\(container);K8S_POD_UID=u",
            ])
        return (
            ending.status, ending.output.isEmpty ? nil : try JSONValue(parsing: Array(ending.output.utf8))
        )
    }

    /// ADD, which must succeed.
    func add() async throws -> JSONValue {
        let added = try await run("ADD")
        let result = try #require(added.json)
        try #require(added.status == 0, "\(result.text())")
        return result
    }
}
