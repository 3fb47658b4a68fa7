import Foundation

/// A server written in Python, which ends with this object.
final class PythonServer: Sendable {
    let port: Int
    private let process: Process

    /// - Parameter script: prints the port that it listens at, as its only line.
    init(_ script: String, _ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line: String = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var line = ""
                while !line.hasSuffix("\n"), let byte = try? output.fileHandleForReading.read(upToCount: 1),
                    !byte.isEmpty
                { line += String(decoding: byte, as: UTF8.self) }
                continuation.resume(returning: line)
            }
        }
        guard let port = Int(line.trimmingCharacters(in: .newlines)) else {
            kill(process.processIdentifier, SIGKILL)
            throw Program.Failed(arguments: arguments, status: -1, errors: "it said no port")
        }
        self.port = port
        self.process = process
    }

    deinit {
        // A program that a thread of the pool started has that thread's mask: it doesn't hear SIGTERM.
        kill(process.processIdentifier, SIGKILL)
    }
}
