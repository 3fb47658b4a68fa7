import ControlProtocol
import Foundation
import Glibc
import Synchronization
import Testing

/// Where the programs under test are: beside the test bundle.
func programPath(_ name: String) -> String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name).path
}

private let counter = Atomic(0)

/// The end of a program: its exit status and what it wrote.
struct Ending {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs a program to its end.
func run(_ command: [String], environment: [String: String] = [:]) async throws -> Ending {
    let files = try TestDirectory()
    try files.write("", to: "out")
    try files.write("", to: "err")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""].merging(environment) { $1 }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: files.path("out")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: files.path("err")))
    try process.run()
    try await onThread { process.waitUntilExit() }
    return try Ending(
        status: process.terminationStatus, output: String(contentsOfFile: files.path("out"), encoding: .utf8),
        errors: String(contentsOfFile: files.path("err"), encoding: .utf8))
}

/// Runs `warmpoold` or `warmpoolctl` to its end.
func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> Ending {
    try await run([programPath(program)] + arguments, environment: environment)
}

/// A network namespace with the interfaces of a node in a mock cloud, removed when nobody holds it any more.
final class NodeNamespace: Sendable {
    let name: String

    init() async throws {
        name = "wpd-test-\(getpid())-\(counter.add(1, ordering: .relaxed).newValue)"
        try await ip("netns", "add", name)
        for (number, mac) in ["02:00:00:00:00:01", "02:00:00:00:00:02"].enumerated() {
            // The mock cloud gives its ENIs these hardware addresses.
            try await ip(
                "-n", name, "link", "add", "eth\(number)", "address", mac, "type", "veth", "peer", "wire\(number)")
        }
    }

    deinit {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["ip", "netns", "del", name]
        try? process.run()
        process.waitUntilExit()
    }

    private func ip(_ arguments: String...) async throws {
        let ending = try await run(["ip"] + arguments)
        try #require(ending.status == 0, "ip \(arguments.joined(separator: " ")): \(ending.errors)")
    }
}

/// A daemon that runs, as systemd would run it, in a namespace of its own.
final class DaemonProcess {
    let directory: TestDirectory
    let namespace: NodeNamespace
    let notifications: NotifySocket
    private let process: Process

    var socket: String { directory.path("w.sock") }
    var pid: Int32 { process.processIdentifier }

    var log: String {
        (try? String(contentsOfFile: directory.path("log"), encoding: .utf8)) ?? ""
    }

    /// - Parameters:
    ///   - directory: of an earlier daemon, to go on from what it left.
    ///   - settings: lines of the configuration beside those that every daemon of the tests has.
    init(
        in directory: TestDirectory? = nil, namespace: NodeNamespace? = nil, settings: String = "",
        environment: [String: String] = [:]
    ) async throws {
        self.directory = try directory ?? TestDirectory()
        if let namespace { self.namespace = namespace } else { self.namespace = try await NodeNamespace() }
        notifications = try NotifySocket(self.directory.path("notify"))
        try DaemonProcess.configure(self.directory, settings)
        try self.directory.write("", to: "log")
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "ip", "netns", "exec", self.namespace.name, programPath("warmpoold"), "--config",
            self.directory.path("w.yaml"),
        ]
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "NOTIFY_SOCKET": notifications.path,
        ].merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: URL(filePath: self.directory.path("log")))
        try process.run()
    }

    deinit {
        if process.isRunning { kill(pid, SIGKILL) }
    }

    /// Writes the configuration of a daemon, with everything that it keeps in its directory.
    static func configure(_ directory: TestDirectory, _ settings: String = "") throws {
        try directory.write(
            """
            socket: \(directory.path("w.sock"))
            store: \(directory.path("state/pool.sqlite"))
            provider: mock
            mock:
              file: \(directory.path("cloud.json"))
              instanceType: t3.small
              vpcCIDR: 10.0.0.0/16
              subnets:
                - { id: a, cidr: 10.0.0.0/24, ipv6CIDR: "2001:db8:0:1::/64", zone: z }
                - { id: b, cidr: 10.0.1.0/24, ipv6CIDR: "2001:db8:0:2::/64", zone: z }
            \(settings)

            """, to: "w.yaml")
    }

    /// Waits until it serves.
    func ready() async throws {
        let told = try await notifications.next()
        try #require(told.hasPrefix("READY=1"), "\(told)\n\(log)")
    }

    /// Waits until it has an address for a pod.
    func warm() async throws {
        try await ready()
        let socket = socket
        try await eventually("an address is free") {
            try await onThread {
                let rows: [InterfaceRow] = try ControlClient(socketPath: socket).call(.interfaces, within: .seconds(5))
                return rows.contains { row in row.addresses.contains { $0.state == "free" } }
            }
        }
    }

    func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// - Returns: its exit status; negative for the number of a signal that ended it.
    func ended() async throws -> Int32 {
        let process = process
        try await onThread { process.waitUntilExit() }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}

/// The socket on which systemd would hear from a service.
final class NotifySocket: Sendable {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        try #require(UnixSocketAddress(path: path)?.withAddress { bind(descriptor, $0, $1) } == 0)
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the next message.
    func next() async throws -> String {
        try await onThread { [descriptor] in
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            return count < 0
                ? "nothing: \(String(cString: strerror(errno)))" : String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}
