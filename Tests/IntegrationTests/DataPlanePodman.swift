import Addressing
import Fabric
import Foundation
import Simulator
import Testing

/// podman on a node of the fabric, with the network configuration that a user installs. Everything of it is in one
/// directory.
struct Podman: Sendable {
    private let node: SimulatedNode
    private let directory: String

    /// A container that runs.
    struct Container: Sendable {
        let id: String
        /// The name of its network namespace.
        let namespace: String
        let address: IPAddress
    }

    /// The name of the network in ``configuration``.
    static let network = "warmpool"

    /// Hands podman to `body`, and removes all containers and files afterwards.
    static func use(
        on node: SimulatedNode, isolation: isolated (any Actor)? = #isolation, _ body: (Podman) async throws -> Void
    ) async throws {
        // Short, because podman refuses a path of more than 50 bytes for its state.
        let directory = "/tmp/warmpool-podman-\(ProcessInfo.processInfo.processIdentifier)"
        let podman = Podman(node: node, directory: directory)
        try podman.install()
        var failure: (any Error)?
        do { try await body(podman) } catch { failure = error }
        do { try await podman("rm --all --force --time 0") } catch { failure = failure ?? error }
        try FileManager.default.removeItem(atPath: directory)
        if let failure { throw failure }
    }

    /// `podman run`: a container of busybox that sleeps.
    ///
    /// - Parameter options: of `podman run`.
    func run(_ name: String, _ options: String = "") async throws -> Container {
        let root = try rootFileSystem(name)
        try await self(
            "run --detach --name \(name) --network \(Podman.network) \(options) --rootfs \(root) /bin/sleep 600")
        let format = "{{.Id}} {{.NetworkSettings.SandboxKey}} {{.NetworkSettings.Networks.\(Podman.network).IPAddress}}"
        let fields = try await self("inspect \(name) --format", format).split(whereSeparator: \.isWhitespace)
        try #require(fields.count == 3, "\(fields)")
        return Container(
            id: String(fields[0]), namespace: String(try #require(fields[1].split(separator: "/").last)),
            address: try #require(IPAddress(fields[2])))
    }

    /// A command of podman's, which must succeed.
    ///
    /// - Parameters:
    ///   - words: separated by blanks.
    ///   - last: one more word.
    /// - Returns: what it printed.
    @discardableResult
    func callAsFunction(_ words: String, _ last: String? = nil) async throws -> String {
        // Not `ip netns exec`, in whose mount namespace the containers' network namespaces would be lost.
        let entrance = ["nsenter", "--net=/run/netns/\(node.netns)"]
        let state = ["--root", "\(directory)/root", "--runroot", "\(directory)/run", "--storage-driver", "vfs"]
        var command = entrance + ["podman"] + state + words.split(separator: " ").map(String.init)
        if let last { command.append(last) }
        let output = try await NamespaceCommand.run(
            command, in: nil,
            environment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": directory, "CONTAINERS_CONF": "\(directory)/containers.conf",
            ])
        try #require(output.isSuccess, "podman \(words): \(output.standardError)")
        return output.standardOutput
    }

    // MARK: Files

    private func install() throws {
        for name in ["root", "run", "tmp", "net.d"] {
            try FileManager.default.createDirectory(atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        }
        let plugins = URL(filePath: node.plugin.program).deletingLastPathComponent().path
        let settings = """
            [containers]
            default_ulimits = ["nofile=20000:20000", "nproc=1000:1000"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "none"
            runtime = "runc"
            tmp_dir = "\(directory)/tmp"
            [network]
            network_backend = "cni"
            network_config_dir = "\(directory)/net.d"
            cni_plugin_dirs = ["\(plugins)", "\(PluginChain.directory)"]

            """
        try settings.write(toFile: "\(directory)/containers.conf", atomically: true, encoding: .utf8)
        let installed = try String(contentsOfFile: Podman.configuration, encoding: .utf8)
        let socket = "/run/warmpool/warmpoold.sock"
        try #require(installed.contains(socket))
        try installed.replacingOccurrences(of: socket, with: node.socket)
            .write(toFile: "\(directory)/net.d/10-warmpool.conflist", atomically: true, encoding: .utf8)
    }

    /// What the package gives to users.
    private static let configuration = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Config/10-warmpool.conflist").standardizedFileURL.path

    private func rootFileSystem(_ name: String) throws -> String {
        let root = "\(directory)/\(name)"
        for part in ["bin", "proc", "sys", "dev", "etc", "tmp", "run"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(part)", withIntermediateDirectories: true)
        }
        try FileManager.default.copyItem(atPath: "/bin/busybox", toPath: "\(root)/bin/busybox")
        for command in ["ping", "sleep"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(root)/bin/\(command)", withDestinationPath: "busybox")
        }
        return root
    }
}
