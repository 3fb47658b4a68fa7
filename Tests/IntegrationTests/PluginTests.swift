import Fabric
import JSON
import LiveTesting
import Simulator
import Testing

/// The plugin binary over its contract: environment and standard input in, standard output and exit status out.
@Suite(.serialized, .liveFabric("m5.large", settings: ["cooldown": "200ms"])) enum PluginTests {
    /// The node on which all of them run.
    static var node: SimulatedNode {
        get throws { try LiveFabric.current.nodes[0] }
    }

    static let versions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
}

extension PluginTests {
    @Suite struct TheBinary {
        @Test func needsNothingOfTheHost() async throws {
            let plugin = try node.plugin.program
            let libraries = try await NamespaceCommand.run(["ldd", plugin], in: nil)
            let verdict = libraries.standardOutput + libraries.standardError
            #expect(verdict.contains("not a dynamic executable") || verdict.contains("statically linked"))

            let root = try node.directory + "/root"
            try await succeed("mkdir -p \(root)/proc", in: nil)
            try await succeed("cp \(plugin) \(root)/plugin", in: nil)
            let script =
                "mount --rbind /proc \(root)/proc && exec env -i CNI_COMMAND=VERSION $(which chroot) \(root) /plugin"
            let output = try await NamespaceCommand.run(["unshare", "--mount", "sh", "-c", script], in: nil)
            #expect(output.isSuccess && output.standardOutput.contains("1.1.0"), "\(output)")
        }

        @Test func withAnEmptyEnvironmentItNamesWhatIsMissing() async throws {
            let output = try await NamespaceCommand.run(["env", "-i", node.plugin.program], in: nil)
            let error = try JSONValue(parsing: Array(output.standardOutput.utf8))
            #expect(output.status == 1)
            #expect(error["code"] == 4)
            #expect(error["msg"] == "CNI_COMMAND is missing")
            #expect(error["details"] == "it is one of ADD, DEL, CHECK, GC, STATUS, VERSION")
        }

        @Test(arguments: ["", "{", "{}", "[]", #"{"cniVersion": "7"}"#]) func tellsItsVersionsWhateverItReads(
            input: String
        ) async throws {
            let answer = try await node.plugin.answer(PluginCall(.version, interface: nil), input: input)
            #expect(answer.isSuccess, "\(answer)")
            #expect(answer.json == ["cniVersion": "1.1.0", "supportedVersions": .array(versions.map { .string($0) })])
        }

        @Test func withoutAnyStandardInputItStillTellsItsVersions() async throws {
            let output = try await NamespaceCommand.run(
                ["env", "-i", "CNI_COMMAND=VERSION", "sh", "-c", "\"$0\" <&-", node.plugin.program], in: nil)
            #expect(output.isSuccess && output.standardOutput.contains("supportedVersions"), "\(output)")
        }

        @Test func standardInputWithoutEndIsRefused() async throws {
            let output = try await NamespaceCommand.run(
                ["sh", "-c", "yes | \"$0\"", node.plugin.program], in: nil,
                environment: PluginCall(.status).environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own })
            #expect(output.status == 1)
            #expect(output.standardOutput.contains("longer than 4194304 bytes"), "\(output)")
        }

        @Test func standardInputThatIsSilentIsGivenUp() async throws {
            let fifo = try node.directory + "/silent"
            try await succeed("mkfifo \(fifo)", in: nil)
            let output = try await NamespaceCommand.run(
                ["sh", "-c", "\"$0\" <>\(fifo)", node.plugin.program], in: nil,
                environment: PluginCall(.status).environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own })
            let error = try JSONValue(parsing: Array(output.standardOutput.utf8))
            #expect(output.status == 1 && error["code"] == 5, "\(output)")
            #expect(error["msg"] == "stdin did not end: nothing came for 10 s")
        }

        @Test func writesItsLogWhereItIsTold() async throws {
            let pod = try await Sandbox.make("logged", on: node)
            let log = try node.directory + "/plugin.log"
            let members: JSONObject = ["log": ["file": .string(log), "level": "info"]]
            let address = try #require(try await pod.add(members: members).address)
            let deletion = try await pod.run(.delete, members: members)
            #expect(deletion.isSuccess && deletion.output.standardError.isEmpty, "\(deletion)")
            let lines = try await succeed("cat \(log)", in: nil).split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.first?.hasSuffix("ADD warmpool/\(pod.name)/eth0: \(address) (created)") == true)
            #expect(lines.last?.hasSuffix("DEL warmpool/\(pod.name)/eth0") == true)
        }

        @Test func aLogThatCannotBeWrittenIsNoReasonToFail() async throws {
            let pod = try await Sandbox.make("unlogged", on: node)
            _ = try await pod.add(members: ["log": ["file": "/proc/nowhere/plugin.log"]])
            try await pod.delete()
        }
    }
}
