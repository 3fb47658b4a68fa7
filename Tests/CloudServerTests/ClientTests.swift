import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import CloudServer

/// The stories are in `clients.py`; `Scripts/setup test` installs the clients.
@Suite("Third-party clients") struct ClientTests {
    private func tell(_ story: String, _ change: (inout CloudConfiguration) -> Void = { _ in }) async throws {
        let python = CloudConfigurationTests.root.appending(path: ".build/test-tools/bin/python").path
        try #require(FileManager.default.isExecutableFile(atPath: python), "run Scripts/setup test first")
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "clients.py").path
        try await ServerUnderTest.run {
            $0.credentials = [.init(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "example-secret")]
            change(&$0)
        } _: { server in
            let done = try await run(
                .path(FilePath(python)), arguments: [script, story, server.endpoint],
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            #expect(done.terminationStatus.isSuccess, "\(done.standardError)")
        }
    }

    @Test("boto3: an interface from creation to deletion, up to its limit") func life() async throws {
        try await tell("life")
    }

    @Test("boto3: prefixes until the subnet has none") func prefixes() async throws {
        try await tell("prefixes") {
            // The limit of the interface is not in the way.
            $0.instances[0].limits.ipv4PerInterface = 50
        }
    }

    @Test("boto3: IPv6 prefixes up to the limit") func ipv6() async throws {
        try await tell("ipv6")
    }

    @Test("boto3: filters and paginators") func describing() async throws {
        try await tell("describing")
    }

    @Test("boto3: keys that are wrong") func signing() async throws {
        try await tell("signing")
    }

    @Test("boto3: throttling") func throttling() async throws {
        try await tell("throttling") {
            $0.cloud.throttling.perAction[.createTags] = .init(capacity: 2, refillPerSecond: 0)
        }
    }

    @Test("boto3: an instance that signs with its role's keys, and a rule for it alone") func role() async throws {
        try await tell("role") {
            $0.role = .init(name: "pods", lifetime: .seconds(3600))
            $0.cloud.faults = [
                .init(
                    .fail(.unauthorized(.describeSubnets)), of: [.describeSubnets],
                    by: .init(rawValue: TestCloud.node))
            ]
        }
    }

    @Test("boto3: keys of a role after their time") func expired() async throws {
        try await tell("expired") { $0.role = .init(name: "pods", lifetime: .seconds(1)) }
    }

    @Test("boto3: calls that fail, and one that is done and never answered") func faults() async throws {
        try await tell("faults") {
            $0.cloud.faults = [
                .init(.fail(.internalError), of: [.describeSubnets], count: 1),
                .init(.fail(.unavailable), of: [.describeSubnets], count: 1),
                .init(.loseReply, of: [.createNetworkInterface], count: 1),
            ]
        }
    }

    @Test("aws: an interface from creation to deletion") func commands() async throws {
        try await tell("commands")
    }
}
