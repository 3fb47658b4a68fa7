import Foundation

/// A program that a test runs.
enum Program {
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
        let directory = try TemporaryDirectory()
        // Files rather than pipes, which would have to be emptied while it runs.
        try directory.write(input, to: "in")
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: directory.path("in")))
        process.standardOutput = try directory.writing("out")
        process.standardError = try directory.writing("err")
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(
                arguments: [path] + arguments, status: process.terminationStatus,
                errors: String(decoding: try directory.read("err"), as: UTF8.self))
        }
        return Result(output: try directory.read("out"))
    }
}
