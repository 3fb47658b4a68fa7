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
@Suite("REST dialect, fuzzed") struct RESTFuzzTests {
    private static let document = CloudConfigurationTests.root.appending(path: "Config/openapi.yaml").path

    /// 1, or the number in `WARMPOOL_FUZZ_SEED`: other requests than those of every run.
    private static let seed = ProcessInfo.processInfo.environment["WARMPOOL_FUZZ_SEED"] ?? "1"

    private static func tool(_ name: String) throws -> FilePath {
        let path = CloudConfigurationTests.root.appending(path: ".build/test-tools/bin/\(name)").path
        try #require(FileManager.default.isExecutableFile(atPath: path), "run Scripts/setup test first")
        return FilePath(path)
    }

    @Test("The document is one of OpenAPI 3.1") func document() async throws {
        let done = try await run(
            .path(try RESTFuzzTests.tool("openapi-spec-validator")), arguments: [RESTFuzzTests.document],
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(done.terminationStatus.isSuccess, "\(done.standardOutput) \(done.standardError)")
    }

    @Test("No answer is an error of the server, or another than the document says") func fuzz() async throws {
        let program = try RESTFuzzTests.tool("schemathesis")
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
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
                .path(program),
                arguments: [
                    "--config-file", folder.appending(path: "schemathesis.toml").path, "--no-color", "run",
                    RESTFuzzTests.document,
                    "--url", server.endpoint,
                    "--header", "Authorization: Bearer token-of-the-test", "--checks", "all", "--seed",
                    RESTFuzzTests.seed,
                    "--max-examples", "20", "--generation-database", "none",
                    // How fast the machine is, is no matter here.
                    "--request-timeout", "120", "--suppress-health-check", "all",
                ],
                environment: .inherit.updating([
                    "SCHEMATHESIS_HOOKS": folder.appending(path: "hooks.py").path, "PYTHONDONTWRITEBYTECODE": "1",
                ]),
                workingDirectory: FilePath(directory.path), output: .string(limit: 4 << 20),
                error: .string(limit: 1 << 20))
            #expect(done.terminationStatus.isSuccess, "\(done.standardOutput) \(done.standardError)")
        }
    }
}
