import Fabric
import FoundationEssentials
import Timekeeping

/// The server of a live fabric's cloud, in the namespace of the fabric's router.
public struct CloudProcess: Hashable, Sendable {
    private let directory: String

    /// Where it listens, in the router's namespace: the address of a cloud's metadata service.
    static let address = "\(Fabric.metadataAddress):80"

    /// The URL by which daemons reach it.
    static let url = "http://\(address)"

    init(_ state: StateDirectory) {
        directory = state.cloudDirectory
    }

    /// The process that was started last; `nil` where the fabric's cloud is no server's.
    public var process: DaemonProcess? { DaemonRecord(directory: directory).read() }

    /// The path of its log.
    public var log: String { directory + "/cloud.log" }

    /// Starts the server, launches an instance for every node, and returns when it serves.
    ///
    /// - Throws: `FabricError` or ``LiveError`` where it cannot be started, or does not serve within a time.
    func start(
        _ blueprint: some LiveBlueprint, _ fabric: Fabric, _ program: String, within limit: Duration = .seconds(60)
    ) async throws {
        let router = fabric.router.namespace
        let file = directory + "/vpc.yaml"
        try write(blueprint.cloudConfiguration(nodes: fabric.nodes, router: router), toFile: file)
        let process = try await DaemonProcess.start(
            [program, "cloud", "--vpc", file, "--listen", CloudProcess.address, "--output", "json"],
            log: log, in: router, recordedBy: DaemonRecord(directory: directory))
        let deadline = ContinuousClock.now + limit
        while !serves {
            guard process.isRunning else { throw failure("ended before it served") }
            guard ContinuousClock.now < deadline else { throw failure("did not serve within \(limit.rounded)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func failure(_ problem: String) -> LiveError {
        .process("warmpool-sim cloud", problem: problem, log: tail(ofFile: log))
    }

    /// Whether it has said where it listens.
    private var serves: Bool {
        (try? String(contentsOfFile: log, encoding: .utf8))?.contains("\"port\":") ?? false
    }
}
