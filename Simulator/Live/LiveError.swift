import Timekeeping

/// Why a live fabric does not do what it should.
public enum LiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A program of Warmpool is not where it should be.
    case missingProgram(path: String)
    /// One of this name is up.
    case alreadyUp(name: String, processes: [Int32])
    /// A program that should run on ended, or never became ready.
    case process(String, problem: String, log: String)
    /// A file of the state directory cannot be read or written.
    case file(path: String, reason: String)
    /// After a failure, what was made could not be removed.
    case leftBehind(name: String, after: String, problem: String)
    /// The plugin answered an operation with an error.
    case plugin(PluginFailure)
    /// Something took too long, and was ended.
    case timedOut(String, after: Duration)
    /// The plugin's answer is not what CNI wants.
    case malformedResult(operation: String, output: String)

    public var description: String {
        switch self {
        case .missingProgram(let path):
            "\(path) is missing or not executable: build all programs (swift build), or name the directory that has "
                + "them with WARMPOOL_BIN"
        case .alreadyUp(let name, let processes):
            "'\(name)' is up (processes \(processes.map(String.init).joined(separator: ", "))): take it "
                + "down with 'warmpool-sim down --name \(name)', or choose another name with --name"
        case .process(let program, let problem, let log): "\(program) \(problem); the end of its log:\n\(log)"
        case .file(let path, let reason): "cannot use \(path): \(reason)"
        case .leftBehind(let name, let failure, let problem):
            "\(failure)\nand then not everything could be removed: \(problem): try 'warmpool-sim down --name \(name)'"
        case .plugin(let failure): failure.description
        case .timedOut(let what, let limit): "\(what) took longer than \(limit.rounded), and was ended"
        case .malformedResult(let operation, let output):
            "warmpool-cni answered \(operation) with what is no CNI result: '\(output.prefix(400))'"
        }
    }
}
