import Fabric
import FoundationEssentials
import InstanceLimits
import JSON

/// A VPC of network namespaces whose nodes run real daemons.
///
/// ```swift
/// let live = try await LiveFabric.start(name: "lab", LiveConfiguration(instanceType: .init(named: "t3.small")))
/// let pod = try await live.nodes[0].add("web-1")
/// try await live.remove()
/// ```
///
/// The daemons live on when the process that started them ends. ``remove(name:)`` finds all of a fabric by its name, also
/// after a crash: namespaces (see `Fabric`), processes and files (`/run/warmpool-sim/NAME`).
public struct LiveFabric: Hashable, Sendable {
    /// The fabric's name.
    public let name: String
    /// The nodes, each with its daemon.
    public let nodes: [SimulatedNode]
    /// The namespaces.
    public let fabric: Fabric

    /// The path of the file with the cloud that the daemons share, unless a server serves it.
    public var cloudFile: String { StateDirectory(of: name).cloudFile }

    /// The server of the cloud.
    public var cloud: CloudProcess { CloudProcess(StateDirectory(of: name)) }

    /// Makes the namespaces, starts a daemon per node, and waits until the daemons' warm targets are met. What a crash
    /// left behind under this name is removed first. When it fails or is cancelled, everything is removed.
    ///
    /// - Parameter programs: found as ``Programs/find()`` does, if `nil`.
    /// - Throws: ``LiveError/alreadyUp(name:processes:)``, other ``LiveError``, `FabricError`, `CancellationError`.
    public static func start(
        name: String, _ blueprint: some LiveBlueprint, programs: Programs? = nil
    ) async throws -> LiveFabric {
        let live = try await build(name: name, blueprint, programs: programs)
        do {
            for node in live.nodes { try await node.startDaemon() }
            try await withThrowingTaskGroup { group in
                for node in live.nodes { group.addTask { try await node.waitUntilWarm() } }
                try await group.waitForAll()
            }
            return live
        } catch {
            throw await removeAll(of: name, after: error)
        }
    }

    /// The same up to the daemons, of which none is started yet: the namespaces, the cloud's server, and all files.
    ///
    /// - Throws: as ``start(name:_:programs:)``.
    static func build(
        name: String, _ blueprint: some LiveBlueprint, programs: Programs? = nil
    ) async throws -> LiveFabric {
        let programs = try programs ?? Programs.find()
        let state = StateDirectory(of: name)
        let running = state.runningDaemons
        guard running.isEmpty else { throw LiveError.alreadyUp(name: name, processes: running.map(\.pid)) }
        let fabric = try await Fabric.create(name: name, nodes: blueprint.nodes)
        do {
            try state.remove()
            try state.create(nodes: blueprint.nodes)
            if blueprint.provider != .mock {
                try await CloudProcess(state).start(blueprint, fabric, programs.simulator)
            }
            let nodes = fabric.nodes.enumerated().map { index, netns in
                SimulatedNode(
                    number: index + 1, netns: netns, directory: state.directory(ofNode: index + 1), programs: programs,
                    pluginSettings: blueprint.pluginSettings)
            }
            for (index, node) in nodes.enumerated() {
                let settings = blueprint.daemonConfiguration(
                    number: index + 1, directory: node.directory, cloudFile: state.cloudFile,
                    router: fabric.router.namespace)
                try write(settings, toFile: node.configurationFile)
                try write(JSONValue.object(node.networkConfiguration).text(.indented) + "\n", toFile: node.cniConf)
            }
            return LiveFabric(name: name, nodes: nodes, fabric: fabric)
        } catch {
            throw await removeAll(of: name, after: error)
        }
    }

    /// What ``remove(name:)`` found.
    public struct Removed: Hashable, Sendable {
        /// The daemons that ran, a cloud server included.
        public let daemons: Int
        /// The namespaces that there were, those of pods included.
        public let namespaces: [String]
        /// Whether there were files.
        public let hadState: Bool

        /// Whether there was nothing to remove.
        public var isNothing: Bool { daemons == 0 && namespaces.isEmpty && !hadState }
    }

    /// Stops the daemons, SIGTERM first, and removes the namespaces and files of a fabric, as far as there are any.
    ///
    /// - Throws: `FabricError`, or ``LiveError/file(path:reason:)``, after everything was tried.
    @discardableResult
    public static func remove(name: String) async throws -> Removed {
        try Fabric.check(name: name)
        let state = StateDirectory(of: name)
        let hadState = state.exists
        let daemons = state.runningDaemons
        await withTaskGroup { group in
            for daemon in daemons { group.addTask { await daemon.stop() } }
        }
        let namespaces: Result<[String], FabricError>
        do throws(FabricError) {
            namespaces = .success(try await Fabric.remove(name: name))
        } catch {
            namespaces = .failure(error)
        }
        try state.remove()
        return Removed(daemons: daemons.count, namespaces: try namespaces.get(), hadState: hadState)
    }

    /// Removes everything after a failure, also in a task that was cancelled.
    ///
    /// - Returns: the failure; with what could not be removed, if anything.
    static func removeAll(of name: String, after failure: any Error) async -> any Error {
        do {
            _ = try await Task { try await remove(name: name) }.value
            return failure
        } catch {
            return LiveError.leftBehind(name: name, after: "\(failure)", problem: "\(error)")
        }
    }

    /// Removes everything, as ``remove(name:)``.
    public func remove() async throws {
        try await LiveFabric.remove(name: name)
    }

    /// What there is of a fabric: processes, namespaces and files, a sentence each; nothing after ``remove(name:)``.
    public static func traces(of name: String) -> [String] {
        let state = StateDirectory(of: name)
        return state.runningDaemons.map { "process \($0.pid) runs" }
            + Fabric.namespaces(of: name).map { "the network namespace \($0) is there" }
            + (state.exists ? ["the directory \(state.path) is there"] : [])
    }

    /// The names of the fabrics that are up, or that a crash left behind.
    public static var names: [String] { StateDirectory.names }
}
