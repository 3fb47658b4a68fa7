import Foundation
import Subprocess
import Testing

@testable import CloudServer

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// schemathesis, which makes requests of all kinds from the document, and holds every answer against it.
@Suite("REST dialect, fuzzed", .timeLimit(.minutes(15))) struct RESTFuzzTests {
    @Test("No answer is an error of the server, or another than the document says") func fuzz() async throws {
        let root = CloudConfigurationTests.root
        let program = root.appending(path: ".build/test-tools/bin/schemathesis").path
        try #require(FileManager.default.isExecutableFile(atPath: program), "run Scripts/setup test first")
        let configuration = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "schemathesis.toml")
        // It keeps what it found in the working directory.
        let directory = FileManager.default.temporaryDirectory.appending(path: "warmpool-fuzz-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await ServerUnderTest.run {
            // What the document's examples name.
            $0.instances[0].id = .init(rawValue: "i-0a1b2c3d")
            $0.bearerToken = "token-of-the-test"
        } _: { server in
            let done = try await run(
                .path(FilePath(program)),
                arguments: [
                    "--config-file", configuration.path, "--no-color", "run",
                    root.appending(path: "Config/openapi.yaml").path, "--url", server.endpoint,
                    "--header", "Authorization: Bearer token-of-the-test", "--checks", "all", "--seed", "1",
                    "--max-examples", "20", "--generation-database", "none",
                ],
                workingDirectory: FilePath(directory.path), output: .string(limit: 4 << 20),
                error: .string(limit: 1 << 20))
            #expect(done.terminationStatus.isSuccess, "\(done.standardOutput) \(done.standardError)")
        }
    }
}
