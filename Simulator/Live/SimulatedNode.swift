import ControlProtocol
import Dispatch
import Fabric
import FoundationEssentials
import JSON
import Timekeeping

/// A node of a live fabric: a namespace with a daemon of its own.
public struct SimulatedNode: Hashable, Sendable {
    /// `node1`, `node2`, …
    public let name: String
    /// The name of its namespace for `ip netns exec`.
    public let netns: String
    /// The directory with its daemon's files.
    public let directory: String
    private let programs: Programs
    private let pluginSettings: JSONObject

    /// - Parameter pluginSettings: further keys of ``networkConfiguration``.
    init(number: Int, netns: String, directory: String, programs: Programs, pluginSettings: JSONObject = [:]) {
        name = "node\(number)"
        self.netns = netns
        self.directory = directory
        self.programs = programs
        self.pluginSettings = pluginSettings
    }

    /// The path of the daemon's control socket.
    public var socket: String { SimulatedNode.socket(in: directory) }
    /// The path of the daemon's configuration.
    public var configurationFile: String { directory + "/warmpoold.yaml" }
    /// The path of the daemon's log.
    public var log: String { directory + "/warmpoold.log" }
    /// The path of a file with one network configuration for the plugin, without `cniVersion`.
    public var cniConf: String { directory + "/cni.json" }

    static func socket(in directory: String) -> String { directory + "/warmpoold.sock" }

    /// The content of ``cniConf``.
    public var networkConfiguration: JSONObject {
        var configuration = pluginSettings
        for (name, value) in [("name", "warmpool"), ("type", "warmpool-cni"), ("socket", socket)] {
            configuration[name] = .string(value)
        }
        return configuration
    }

    /// Runs the plugin as this node's container runtime would.
    public var plugin: PluginRunner {
        PluginRunner(program: programs.plugin, namespace: netns, configuration: networkConfiguration)
    }

    // MARK: Daemon

    /// The daemon that was started last; `nil` where none was.
    public var daemon: DaemonProcess? { DaemonRecord(directory: directory).read() }

    /// Starts a daemon, which must not be running, with the configuration that is in ``configurationFile``.
    ///
    /// - Throws: `FabricError` or ``LiveError`` where it cannot be started.
    @discardableResult
    public func startDaemon() async throws -> DaemonProcess {
        try await DaemonProcess.start(
            [programs.warmpoold, "--config", configurationFile], log: log, in: netns,
            recordedBy: DaemonRecord(directory: directory))
    }

    /// Waits until the daemon is ready for pods and its warm targets are met.
    ///
    /// - Throws: ``LiveError/process(_:problem:log:)`` when it ends, or the time is over; the message has the end of its
    ///   log.
    public func waitUntilWarm(within limit: Duration = .seconds(60)) async throws {
        let deadline = ContinuousClock.now + limit
        var state = "has not been asked yet"
        while ContinuousClock.now < deadline {
            guard daemon?.isRunning == true else { throw failure("ended before it was ready") }
            do {
                guard let waitsFor = try await unmetTarget() else { return }
                state = waitsFor
            } catch let error as ControlError {
                state = error.description
            } catch let error as Reply.Failure {
                state = error.message
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw failure("was not ready within \(limit.rounded): \(state)")
    }

    /// What the daemon still waits for; `nil` when its pool is at rest.
    private func unmetTarget() async throws -> String? {
        // In this order: what is asked for after the first answer shows in the second.
        let interfaces: [InterfaceRow] = try await call(.interfaces)
        let overview: Overview = try await call(.overview)
        if !overview.isReady || interfaces.isEmpty { return overview.obstacle?.sentence ?? "the daemon is starting" }
        if let obstacle = overview.growthObstacle { return obstacle.sentence }
        if let eni = interfaces.first(where: { $0.phase != "ready" }) { return "the ENI \(eni.id) is \(eni.phase)" }
        // Further addresses are asked for when that is there.
        let hasIPv6 = overview.mode.first?.contains("IPv6") == true
        if hasIPv6, let eni = interfaces.first(where: { $0.servesPods && $0.ipv6Prefix == nil }) {
            return "the ENI \(eni.id) has no IPv6 prefix"
        }
        return overview.addresses.incoming == 0
            ? nil : "\(overview.addresses.incoming) addresses are on their way from the provider"
    }

    private func failure(_ problem: String) -> LiveError {
        .process("warmpoold of \(name)", problem: problem, log: tail(ofFile: log))
    }

    /// Sends the daemon a command.
    ///
    /// - Throws: `ControlError` where no answer came, `Reply.Failure` where it refused.
    public func call<Result: Decodable & Sendable>(
        _ command: Command, within limit: Duration = .seconds(10)
    ) async throws -> Result {
        let client = ControlClient(socketPath: socket)
        // The client blocks, which no thread that tasks share should.
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Swift.Result<Result, any Error> { try client.call(command, within: limit) })
            }
        }
    }

    // MARK: Pods

    /// The namespace of a pod, whether it is there or not; it is also the pod's container id.
    func namespace(ofPod name: String) -> String { Fabric.podNamespace(name, onNode: netns) }

    /// Makes a pod: a network namespace, connected by the plugin.
    ///
    /// - Parameter name: unlike that of every other pod of the node, of letters, digits, '-' and '.'.
    /// - Throws: ``LiveError/plugin(_:)`` where the plugin refuses; then the namespace is removed again.
    public func add(_ name: String) async throws -> SimulatedPod {
        let namespace = namespace(ofPod: name)
        try await NamespaceCommand.add(namespace)
        do {
            return try await connect(name)
        } catch {
            // Also in a task that was cancelled.
            await Task { try? await NamespaceCommand.delete(namespace) }.value
            throw error
        }
    }

    /// Connects the namespace of a pod by the plugin.
    ///
    /// - Throws: ``LiveError/plugin(_:)`` where the plugin refuses.
    func connect(_ name: String) async throws -> SimulatedPod {
        let namespace = namespace(ofPod: name)
        let result = try await plugin.succeed(
            PluginCall(
                .add, container: namespace, netns: SimulatedPod.path(of: namespace),
                arguments: ["K8S_POD_NAMESPACE": "default", "K8S_POD_NAME": name]))
        return try SimulatedPod(name: name, node: self.name, namespace: namespace, result: result)
    }

    /// Disconnects a pod by the plugin and removes its namespace.
    ///
    /// - Throws: ``LiveError/plugin(_:)`` where the plugin fails; the namespace stays then.
    public func delete(_ pod: SimulatedPod) async throws {
        try await delete(podNamed: pod.name)
    }

    /// The same for a pod that may have got no address.
    func delete(podNamed name: String) async throws {
        let namespace = namespace(ofPod: name)
        _ = try await plugin.run(
            PluginCall(.delete, container: namespace, netns: SimulatedPod.path(of: namespace))
        ).get()
        try await NamespaceCommand.delete(namespace)
    }
}
