import Foundation
import Synchronization

/// A program that a test runs.
final class Program: Sendable {
    struct Failed: Error {
        var arguments: [String]
        var status: Int32
        var errors: String
    }

    struct Result {
        var output: [UInt8]
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Runs it to its end, on a thread that may be blocked.
    ///
    /// - Throws: ``Failed`` where it doesn't end with 0.
    @discardableResult
    static func run(_ path: String, _ arguments: [String], input: String = "") async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Swift.Result { try runBlocking(path, arguments, input: input) })
            }
        }
    }

    private static func runBlocking(_ path: String, _ arguments: [String], input: String) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let directory = FileManager.default.temporaryDirectory.appending(path: "warmpool-test-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // Files rather than pipes, which would have to be emptied while it runs.
        let (inFile, outFile, errFile) = (
            directory.appending(path: "in"), directory.appending(path: "out"), directory.appending(path: "err")
        )
        try Data(input.utf8).write(to: inFile)
        try Data().write(to: outFile)
        try Data().write(to: errFile)
        process.standardInput = try FileHandle(forReadingFrom: inFile)
        process.standardOutput = try FileHandle(forWritingTo: outFile)
        process.standardError = try FileHandle(forWritingTo: errFile)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(
                arguments: [path] + arguments, status: process.terminationStatus,
                errors: try String(contentsOf: errFile, encoding: .utf8))
        }
        return Result(output: [UInt8](try Data(contentsOf: outFile)))
    }
}
