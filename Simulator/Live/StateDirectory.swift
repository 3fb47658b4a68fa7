import FoundationEssentials

/// The directory of a live fabric, `/run/warmpool-sim/NAME`: what a later command needs to find the fabric again.
///
/// ```
/// NAME/cloud.json              the cloud that the daemons share, unless a server serves it
/// NAME/cloud/vpc.yaml          the cloud server's VPC file
/// NAME/cloud/cloud.log         its log
/// NAME/cloud/process.json      its process id and start time
/// NAME/node1/warmpoold.yaml    the daemon's configuration
/// NAME/node1/warmpoold.sock    its control socket
/// NAME/node1/warmpoold.log     its log
/// NAME/node1/pool.sqlite       its store
/// NAME/node1/process.json      its process id and start time
/// NAME/node1/cni.json          the network configuration for the plugin
/// ```
struct StateDirectory: Hashable, Sendable {
    let path: String

    private static let root = "/run/warmpool-sim"

    init(of name: String) {
        path = "\(StateDirectory.root)/\(name)"
    }

    var cloudFile: String { path + "/cloud.json" }

    var cloudDirectory: String { path + "/cloud" }

    func directory(ofNode number: Int) -> String { "\(path)/node\(number)" }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The daemons, and the cloud server, that were started and have not ended.
    var runningDaemons: [DaemonProcess] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return entries.sorted().compactMap { DaemonRecord(directory: "\(path)/\($0)").read() }.filter(\.isRunning)
    }

    /// The names of all fabrics that have a directory.
    static var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
    }

    /// Makes the directory, for root alone.
    func create(nodes: Int) throws(LiveError) {
        for directory in [path, cloudDirectory] + (1...max(nodes, 1)).map(directory(ofNode:)) {
            do {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw .file(path: directory, reason: "\(error)")
            }
        }
    }

    func remove() throws(LiveError) {
        guard exists else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }
}

/// The file that says which process is a node's daemon, or the cloud's server.
struct DaemonRecord: Hashable, Sendable {
    private let path: String

    init(directory: String) {
        path = directory + "/process.json"
    }

    /// `nil` where no daemon was started.
    func read() -> DaemonProcess? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return try? JSONDecoder().decode(DaemonProcess.self, from: data)
    }

    func write(_ process: DaemonProcess) throws(LiveError) {
        do {
            try JSONEncoder().encode(process).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }
}

/// Writes a text file.
func write(_ text: String, toFile path: String) throws(LiveError) {
    do {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
        throw .file(path: path, reason: "\(error)")
    }
}
