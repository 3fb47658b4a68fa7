import Foundation
import JSON
import Subprocess
import Testing

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// The program `warmpool-plan`, run to its end.
enum PlanProgram {
    /// The program under test is beside the test bundle.
    static let path =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "warmpool-plan").path

    struct Ending {
        var status: TerminationStatus
        var output: String
        var errors: String

        var json: JSONValue { get throws { try JSONValue(parsing: output) } }
    }

    static func run(_ arguments: [String], input: String = "") async throws -> Ending {
        try await run(.path(FilePath(path)), arguments, input: input)
    }

    static func run(_ program: Executable, _ arguments: [String], input: String = "") async throws -> Ending {
        let ending = try await Subprocess.run(
            program, arguments: Arguments(arguments), input: .string(input), output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 20))
        return Ending(status: ending.terminationStatus, output: ending.standardOutput, errors: ending.standardError)
    }
}

/// A file that is removed when nobody holds it any more.
final class TestFile: Sendable {
    let path: String

    init(_ text: String, extension name: String = "yaml") throws {
        path = FileManager.default.temporaryDirectory.appending(path: "warmpool-\(UUID().uuidString).\(name)").path
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
