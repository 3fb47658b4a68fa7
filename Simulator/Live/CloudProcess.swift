import Fabric
import FoundationEssentials

/// The server of a live fabric's cloud, in the namespace of the fabric's router.
public struct CloudProcess: Hashable, Sendable {
    private let directory: String

    init(_ state: StateDirectory) {
        directory = state.cloudDirectory
    }

    /// The process that was started last; `nil` where the fabric's cloud is no server's.
    public var process: DaemonProcess? { DaemonRecord(directory: directory).read() }

    /// The path of its log.
    public var log: String { directory + "/cloud.log" }

    /// Starts the server, launches an instance for every node, and returns when it serves.
    ///
    /// - Throws: `FabricError` or ``LiveError`` where it cannot be started.
    func start(_ configuration: LiveConfiguration, _ fabric: Fabric, _ program: String) async throws {
        let router = fabric.router.namespace
        let file = directory + "/vpc.yaml"
        try write(configuration.cloudConfiguration(nodes: fabric.nodes, router: router), toFile: file)
        // Not to be cancelled in between: nobody would find a server that is running and not recorded.
        let start = Task {
            let process = try await DaemonProcess.start(
                [program, "cloud", "--vpc", file, "--listen", LiveConfiguration.cloudAddress, "--output", "json"],
                log: log, in: router)
            try DaemonRecord(directory: directory).write(process)
            return process
        }
        let process = try await start.value
        while !serves {
            guard process.isRunning else {
                throw LiveError.daemon(node: "the cloud server", problem: "ended", log: tail(ofFile: log))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Whether it has said where it listens.
    private var serves: Bool {
        (try? String(contentsOfFile: log, encoding: .utf8))?.contains("\"port\":") ?? false
    }
}
