import Foundation
import JSON
import Subprocess
import Testing

@testable import CloudServer

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

@Suite("warmpool-sim cloud") struct CloudCommandTests {
    /// The program under test is beside the test bundle.
    private static let program = FilePath(
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "warmpool-sim").path)
    private static let example = CloudConfigurationTests.root.appending(path: "Config/examples/cloud.yaml").path

    private func end(_ arguments: [String]) async throws -> (status: TerminationStatus, errors: String) {
        let done = try await run(
            .path(Self.program), arguments: Arguments(["cloud"] + arguments), output: .discarded,
            error: .string(limit: 1 << 16))
        return (done.terminationStatus, done.standardError)
    }

    @Test("Says where it serves, serves, and stops when told to", arguments: [Signal.terminate, .interrupt])
    func serves(signal: Signal) async throws {
        let done = try await run(
            .path(Self.program),
            arguments: ["cloud", "--vpc", Self.example, "--listen", "127.0.0.1:0", "--output", "json"],
            input: .none, output: .sequence, error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let line = try #require(try await lines.next())
            guard case .object(let members) = try JSONValue(parsing: line), case .integer(let port) = members["port"]
            else { throw UnexpectedReply() }
            #expect(members["address"] == "127.0.0.1")
            let taken = try await end(["--vpc", Self.example, "--listen", "127.0.0.1:\(port)"])
            #expect(taken.status == .exited(1) && taken.errors.contains("127.0.0.1:\(port): Address already in use"))
            let answer = try await HTTPClient(port: Int(port)).call("DescribeSubnets")
            #expect(answer.contains("subnet-0000000000000000a"))
            try execution.send(signal: signal)
            #expect(try await lines.next() == nil)
        }
        #expect(done.terminationStatus == .exited(0))
    }

    @Test("Half a request does not keep it from stopping") func stopsInARequest() async throws {
        let done = try await run(
            .path(Self.program),
            arguments: ["cloud", "--vpc", Self.example, "--listen", "127.0.0.1:0", "--output", "json"],
            input: .none, output: .sequence, error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let line = try JSONValue(parsing: try #require(try await lines.next()))
            let client = HTTPClient(port: try #require(line["port"]?.intValue))
            // When the first request is answered, the head of the second, sent with it, has been read.
            let first = "GET /?Action=DescribeSubnets&Version=2016-11-15 HTTP/1.1\r\nHost: a\r\n\r\n"
            let half = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nAction="
            let answer = try await client.exchange(Array((first + half).utf8)) {
                try execution.send(signal: .terminate)
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
            #expect(try await lines.next() == nil)
        }
        #expect(done.terminationStatus == .exited(0))
    }

    @Test("A file with problems names them, and nothing is started") func problems() async throws {
        let missing = try await end(["--vpc", "/nonexistent/vpc.yaml"])
        #expect(missing.status == .exited(2) && missing.errors.contains("/nonexistent/vpc.yaml: cannot be read"))
    }

    @Test("Wrong usage", arguments: [[], ["--vpc", "x", "--listen", "8080"], ["--vpc", "x", "--listen", "a:65536"]])
    func usage(arguments: [String]) async throws {
        #expect(try await end(arguments).status == .exited(64))
    }

    @Test("Help shows examples") func help() async throws {
        let help = try await run(
            .path(Self.program), arguments: ["cloud", "--help"], output: .string(limit: 1 << 16))
        #expect(help.standardOutput.contains("warmpool-sim cloud --vpc Config/examples/cloud.yaml"))
        #expect(help.standardOutput.contains("REST API") && help.standardOutput.contains("/v1/instances/INSTANCE"))
    }
}
