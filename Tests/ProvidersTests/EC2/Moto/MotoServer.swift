import Foundation
import Subprocess
import SystemPackage
import Testing

/// `moto_server`, an EC2 API of another make, on loopback; and boto3 as a second client beside the provider.
///
/// moto keeps to no limits, knows no prefixes, shows everything on one page, and lists in its reply to an assignment all
/// addresses of the interface.
final class MotoServer: Sendable {
    /// What `world.py make` prints.
    struct World: Decodable {
        struct Instance: Decodable {
            let id: String
            let subnet: String
            let zone: String
            let primary: String
        }

        let vpc: String
        let node: Instance
        let other: Instance
    }

    /// What `world.py show` prints of one interface.
    struct Interface: Decodable, Hashable {
        let id: String
        let subnet: String
        let mac: String
        let primary: String
        let secondary: [String]
        let deviceIndex: Int?
        let tags: [String: String]
        let groups: [String]
        let description: String
    }

    /// What `world.py subnets` prints of one subnet.
    struct Subnet: Decodable, Hashable {
        let id: String
        let cidr: String
        let vpc: String
        let free: Int
    }

    let url: String
    private let process: Process
    private let directory: TestDirectory

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    /// Where `Scripts/setup test` puts the Python tools.
    private static let tools = folder.appending(path: "../../../../.build/test-tools/bin").standardizedFileURL

    /// Starts it on a port that the kernel chooses, and waits until it listens.
    init() async throws {
        let program = MotoServer.tools.appending(path: "moto_server")
        try #require(
            FileManager.default.isExecutableFile(atPath: program.path),
            "\(program.path) is missing: run Scripts/setup test")
        directory = try TestDirectory()
        try directory.write("", to: "log")
        process = Process()
        process.executableURL = program
        process.arguments = ["-H", "127.0.0.1", "-p", "0"]
        let log = try FileHandle(forWritingTo: URL(filePath: directory.path("log")))
        process.standardOutput = log
        process.standardError = log
        try process.run()
        url = try await MotoServer.address(of: process, saidIn: directory)
    }

    deinit {
        process.terminate()
    }

    private static func address(of process: Process, saidIn directory: TestDirectory) async throws -> String {
        while true {
            let log = String(decoding: try directory.read("log"), as: UTF8.self)
            if let match = log.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:\d+)\s/) { return String(match.1) }
            try #require(process.isRunning, "moto_server has ended: \(log)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func makeWorld() async throws -> World {
        try await boto("make")
    }

    /// The interfaces of an instance in the order of their ids.
    func interfaces(of instance: String) async throws -> [Interface] {
        try await boto("show", instance)
    }

    func subnets(in zone: String) async throws -> [Subnet] {
        try await boto("subnets", zone)
    }

    private func boto<Output: Decodable>(_ arguments: String...) async throws -> Output {
        let script = MotoServer.folder.appending(path: "world.py").path
        let result = try await run(
            .path(FilePath(MotoServer.tools.appending(path: "python").path)),
            arguments: Arguments([script, url] + arguments), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 16))
        try #require(result.terminationStatus.isSuccess, "boto3: \(result.standardError)")
        return try JSONDecoder().decode(Output.self, from: Data(result.standardOutput.utf8))
    }
}
