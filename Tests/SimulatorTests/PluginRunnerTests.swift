import JSON
import Testing

@testable import Simulator

@Suite struct PluginRunnerTests {
    @Test func environmentAndInputAreTheCalls() async throws {
        // The answer is an error object whose details are what the plugin was given.
        let fake = try FakePrograms(
            plugin: """
                printf '{"code": 7, "msg": "%s %s %s %s %s", "details": "%s"}' "$CNI_COMMAND" "$CNI_CONTAINERID" \
                "$CNI_NETNS" "$CNI_IFNAME" "$CNI_ARGS" "$(cat | sed 's/"/\\\\"/g')"
                exit 1
                """)
        let runner = PluginRunner(
            program: fake.programs.plugin, namespace: nil, configuration: ["name": "net", "socket": "/s"])
        let call = PluginCall(
            .check, container: "c1", netns: "/n", arguments: ["A": "1"], cniVersion: "0.4.0", members: ["mtu": 1400])
        guard case .failure(.plugin(let failure)) = try await runner.run(call) else {
            Issue.record("the plugin's error is not reported")
            return
        }
        #expect(failure.code == 7)
        #expect(failure.message == "CHECK c1 /n eth0 IgnoreUnknown=1;A=1")
        let input = try JSONValue(parsing: Array((failure.details ?? "").utf8))
        #expect(input == ["name": "net", "socket": "/s", "cniVersion": "0.4.0", "mtu": 1400])
    }

    @Test func silenceIsASuccessWithoutResult() async throws {
        let fake = try FakePrograms(plugin: "exit 0")
        let runner = PluginRunner(program: fake.programs.plugin, namespace: nil, configuration: [:])
        #expect(try await runner.run(PluginCall(.status)).get() == nil)
        await #expect(throws: LiveError.self) { try await runner.succeed(PluginCall(.add)) }
    }

    @Test(arguments: ["echo rubbish; exit 1", "echo rubbish", "exit 1", "echo '{\"code\": 7}'; exit 1"])
    func whatIsNeitherResultNorErrorIsMalformed(script: String) async throws {
        let fake = try FakePrograms(plugin: script)
        let runner = PluginRunner(program: fake.programs.plugin, namespace: nil, configuration: [:])
        let error = await #expect(throws: LiveError.self) { _ = try await runner.run(PluginCall(.add)) }
        guard case .malformedResult(operation: "ADD", _)? = error else {
            Issue.record("\(error?.description ?? "no error")")
            return
        }
    }
}
