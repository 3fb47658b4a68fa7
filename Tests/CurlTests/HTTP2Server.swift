import Foundation
import Glibc

/// nghttp2's server: HTTP/2 over TLS, and nothing else. It serves a directory.
final class HTTP2Server: Sendable {
    let port: Int
    private let process: Process
    private let directory: TemporaryDirectory

    /// - Parameter files: name and content.
    init(_ identity: TestAuthority.Identity, files: [String: String]) async throws {
        directory = try TemporaryDirectory()
        for (name, content) in files { try directory.write(content, to: name) }
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nghttpd")
        process.arguments = [
            "--verbose", "--address=127.0.0.1", "--htdocs=\(directory.path)", "0", identity.key, identity.certificate,
        ]
        process.standardOutput = try directory.writing("log")
        process.standardError = FileHandle.nullDevice
        try process.run()
        let pid = process.processIdentifier
        // It doesn't say which port the kernel chose.
        while true {
            if let port = HTTP2Server.port(pid) {
                self.port = port
                return
            }
            guard process.isRunning else {
                throw Program.Failed(arguments: process.arguments ?? [], status: -1, errors: "it has ended")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    deinit {
        // As in PythonServer.
        kill(process.processIdentifier, SIGKILL)
    }

    /// Stops the process: the kernel goes on acknowledging what comes, and nobody replies.
    func pause() {
        kill(process.processIdentifier, SIGSTOP)
    }

    func resume() {
        kill(process.processIdentifier, SIGCONT)
    }

    /// What it says about its sessions so far.
    var log: String {
        get throws { String(decoding: try directory.read("log"), as: UTF8.self) }
    }

    /// The port of the process's listening socket, found by the socket's inode in proc(5)'s `net/tcp`.
    private static func port(_ pid: Int32) -> Int? {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
        let links = Set(
            descriptors.compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
            })
        let sockets = (try? String(contentsOfFile: "/proc/\(pid)/net/tcp", encoding: .utf8)) ?? ""
        for line in sockets.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            // 0A is LISTEN.
            if fields[3] == "0A", links.contains("socket:[\(fields[9])]") {
                return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
            }
        }
        return nil
    }
}
