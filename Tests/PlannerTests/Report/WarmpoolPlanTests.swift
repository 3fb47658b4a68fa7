import Foundation
import JSON
import Subprocess
import Testing

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// The program `warmpool-plan`, as a shell runs it.
@Suite(.timeLimit(.minutes(5))) struct WarmpoolPlanTests {
    /// The program under test is beside the test bundle.
    private static let program =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "warmpool-plan").path

    private struct Ending {
        var status: TerminationStatus
        var output: String
        var errors: String

        var json: JSONValue { get throws { try JSONValue(parsing: output) } }
    }

    private func plan(_ arguments: String..., input: String = "") async throws -> Ending {
        let ending = try await run(
            .path(FilePath(Self.program)), arguments: Arguments(arguments), input: .string(input),
            output: .string(limit: 1 << 24), error: .string(limit: 1 << 20))
        return Ending(status: ending.terminationStatus, output: ending.standardOutput, errors: ending.standardError)
    }

    /// A file that is removed when nobody holds it any more.
    private final class TestFile: Sendable {
        let path: String

        init(_ text: String, extension name: String = "yaml") throws {
            path = FileManager.default.temporaryDirectory.appending(path: "warmpool-\(UUID().uuidString).\(name)").path
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    // MARK: The command line

    @Test(arguments: ["cluster", "max-pods", "pool", "subnet", "compare", "init"])
    func helpShowsExamplesAndExitStatus(_ command: String) async throws {
        let all = try await plan("--help")
        #expect(all.status == .exited(0) && all.output.contains("  \(command) "))
        let help = try await plan(command, "--help")
        #expect(help.status == .exited(0) && help.output.contains("EXAMPLES\n  "))
        #expect(help.output.contains("warmpool-plan \(command)"))
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completion(_ shell: String) async throws {
        let script = try await plan("--generate-completion-script", shell)
        #expect(script.status == .exited(0) && script.output.contains("max-pods"))
    }

    @Test(arguments: [
        ["--frobnicate"], ["plan"], ["max-pods"], ["max-pods", "--all", "--instance-type", "m5.large"],
        ["max-pods", "--all", "--max-eni", "0"], ["max-pods", "--all", "--reserved-enis", "-1"],
        ["max-pods", "--all", "--output", "xml"], ["pool", "--instance-type", "m5.large"],
        ["pool", "--instance-type", "m5.large", "--pods", "-1"],
        ["pool", "--instance-type", "m5.large", "--pods", "1", "--warm-ip-target", "-2"],
        ["subnet", "--cidr", "10.0.0.0/24", "--nodes", "many", "--instance-type", "m5.large"], ["cluster"],
        ["cluster", "-f", "x", "--fail-on", "never"], ["compare", "a.yaml"],
    ])
    func aWrongCommandLineIsUsageError(_ arguments: [String]) async throws {
        let ending = try await run(
            .path(FilePath(Self.program)), arguments: Arguments(arguments), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        #expect(ending.terminationStatus == .exited(64))
        #expect(ending.standardError.contains("Usage:") && ending.standardOutput.isEmpty)
    }

    @Test(arguments: [
        ["max-pods", "--instance-type", "m5.larg"], ["pool", "--instance-type", "m5.larg", "--pods", "1"],
        ["subnet", "--cidr", "10.0.0.0/24", "--nodes", "1", "--instance-type", "m5.larg"],
    ])
    func anUnknownInstanceTypeIsNamed(_ arguments: [String]) async throws {
        let ending = try await run(
            .path(FilePath(Self.program)), arguments: Arguments(arguments), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        #expect(ending.terminationStatus == .exited(2) && ending.standardOutput.isEmpty)
        #expect(ending.standardError.contains("instance type 'm5.larg' is unknown (like it: m5.large"))
    }

    // MARK: max-pods

    private func maxPods(_ arguments: String...) async throws -> [String] {
        let ending = try await run(
            .path(FilePath(Self.program)), arguments: Arguments(["max-pods", "--output", "json"] + arguments),
            output: .string(limit: 1 << 24), error: .discarded)
        #expect(ending.terminationStatus == .exited(0))
        let rows = try #require(try JSONValue(parsing: ending.standardOutput).arrayValue)
        return rows.map { $0.text() }
    }

    @Test func maxPodsAreThoseOfAmazonsTable() async throws {
        // Sources: eni-max-pods.txt for the first mode; ENIs × slots × 16 with the caps of 110 and 250 for prefixes.
        #expect(
            try await maxPods("--instance-type", "t3.micro", "m5.large", "m5.24xlarge") == [
                #"{"instanceType":"t3.micro","maxPods":4,"enis":2,"ipv4PerENI":2,"limitedBy":"addresses"}"#,
                #"{"instanceType":"m5.large","maxPods":29,"enis":3,"ipv4PerENI":10,"limitedBy":"addresses"}"#,
                #"{"instanceType":"m5.24xlarge","maxPods":737,"enis":15,"ipv4PerENI":50,"limitedBy":"addresses"}"#,
            ])
        #expect(
            try await maxPods(
                "--prefix-delegation", "--instance-type", "t3.micro", "m5.large", "m5.24xlarge", "t2.small")
                == [
                    #"{"instanceType":"t3.micro","maxPods":34,"enis":2,"ipv4PerENI":2,"limitedBy":"addresses"}"#,
                    #"{"instanceType":"m5.large","maxPods":110,"enis":3,"ipv4PerENI":10,"limitedBy":"recommended"}"#,
                    #"{"instanceType":"m5.24xlarge","maxPods":250,"enis":15,"ipv4PerENI":50,"limitedBy":"recommended"}"#,
                    #"{"instanceType":"t2.small","maxPods":11,"enis":3,"ipv4PerENI":4,"limitedBy":"addresses"}"#,
                ])
    }

    @Test func maxPodsKnowCustomNetworkingAndENIsOfOthers() async throws {
        func number(_ arguments: String...) async throws -> Int? {
            let ending = try await run(
                .path(FilePath(Self.program)),
                arguments: Arguments(["max-pods", "--instance-type", "m5.large", "--output", "json"] + arguments),
                output: .string(limit: 1 << 20), error: .discarded)
            return try JSONValue(parsing: ending.standardOutput).arrayValue?.first?["maxPods"]?.intValue
        }
        #expect(try await number("--custom-networking") == 20)
        #expect(try await number("--reserved-enis", "1") == 20)
        #expect(try await number("--max-eni", "1") == 11)
        #expect(try await number("--custom-networking", "--max-eni", "1") == 2)
    }

    @Test func everyTypeHasARow() async throws {
        #expect(try await maxPods("--all").count > 1000)
        let table = try await plan("max-pods", "--all")
        #expect(table.output.contains("  m5.large "))
    }

    // MARK: pool

    @Test func aSettledPoolIsThatOfTheDaemon() async throws {
        // 20 pods and 5 warm ones: two ENIs of 9, and 7 on the third.
        let addresses = try await plan(
            "pool", "--instance-type", "m5.large", "--pods", "20", "--warm-ip-target", "5", "--output", "json")
        #expect(addresses.status == .exited(0))
        let json = try addresses.json
        #expect(json["eniCount"] == 3 && json["attachedAddresses"] == 25 && json["unusedAddresses"] == 5)
        #expect(json["addressesPerENI"] == [9, 9, 7] && json["prefixesPerENI"] == [0, 0, 0])
        // 20 pods are in two prefixes; one more is kept for the prefix target of 1.
        let prefixes = try await plan(
            "pool", "--instance-type", "m5.large", "--pods", "20", "--prefix-delegation", "--output", "json")
        #expect(try prefixes.json["prefixesPerENI"] == [3] && prefixes.json["unusedPrefixes"] == 1)
        #expect(try prefixes.json["attachedAddresses"] == 48 && prefixes.json["unusedAddresses"] == 28)
    }

    @Test func aNodeThatIsTooSmallSaysSo() async throws {
        let ending = try await plan("pool", "--instance-type", "m5.large", "--pods", "30")
        #expect(ending.status == .exited(3))
        #expect(ending.output.contains("3 pods pending: all ENIs are full: 3 of 3 ENIs attached, 27 of 27 addresses"))
    }
}
