import FoundationEssentials

/// The programs of Warmpool that a live fabric runs.
public struct Programs: Hashable, Sendable {
    /// The path of the daemon.
    public let warmpoold: String
    /// The path of the plugin.
    public let plugin: String
    /// The path of the simulator, which serves a cloud over HTTP.
    public let simulator: String

    /// The programs in a directory.
    ///
    /// - Throws: ``LiveError/missingProgram(path:)``
    public init(directory: String) throws(LiveError) {
        warmpoold = directory + "/warmpoold"
        plugin = directory + "/warmpool-cni"
        simulator = directory + "/warmpool-sim"
        for path in [warmpoold, plugin, simulator] where !FileManager.default.isExecutableFile(atPath: path) {
            throw .missingProgram(path: path)
        }
    }

    /// The programs in the directory that `$WARMPOOL_BIN` names or, without it, beside the running program.
    ///
    /// - Throws: ``LiveError/missingProgram(path:)``
    public static func find() throws(LiveError) -> Programs {
        if let directory = ProcessInfo.processInfo.environment["WARMPOOL_BIN"], !directory.isEmpty {
            return try Programs(directory: directory)
        }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let directory = own.split(separator: "/").dropLast().joined(separator: "/")
        return try Programs(directory: "/" + directory)
    }
}
