import Pool
import Testing

@testable import Providers

/// What goes wrong between a node and EC2 where nothing can be done twice: every error says what happened.
@Suite("EC2 with faults", .timeLimit(.minutes(5))) struct EC2FaultTests {
    @Test(
        "A describe that fails is made again",
        arguments: [
            .error("InternalError", status: 500), .error("Unavailable", status: 503), .closed,
            .cutOff("<DescribeInstancesResponse>"), .reply("bad gateway", status: 502, headers: []),
            .reply("<DescribeInstancesResponse><requestId>"),
        ] as [ScriptedEC2.Answer])
    func describeAgain(fault: ScriptedEC2.Answer) async throws {
        let cloud = try ScriptedEC2 { $0.action == "DescribeInstances" && $0.number < 3 ? fault : nil }
        #expect(try await cloud.provider().describeNode().instanceID == Canned.instance)
        #expect(cloud.calls.count { $0.action == "DescribeInstances" } == 3)
    }

    @Test("A describe that keeps failing ends with the last reason") func describeInVain() async throws {
        let cloud = try ScriptedEC2 { _ in .error("InternalError", "out of order", status: 500) }
        await #expect(
            throws: ProviderError.transient(status: 500, "InternalError: out of order (request req-e)")
        ) { try await cloud.provider().describeNode() }
        #expect(cloud.calls.count == 3)
    }

    @Test("Throttling is left to the caller, who knows all calls") func throttled() async throws {
        let cloud = try ScriptedEC2 { _ in
            .error("RequestLimitExceeded", status: 503, headers: ["Retry-After: 7"])
        }
        await #expect(throws: ProviderError.throttled(retryAfter: .seconds(7))) {
            try await cloud.provider().describeNode()
        }
        #expect(cloud.calls.count == 1)
    }

    @Test("A 503 that says for how long is throttling where nothing can have happened") func unavailable() async throws
    {
        let cloud = try ScriptedEC2 { call in
            call.action.hasPrefix("Describe") || call.action.hasPrefix("Assign")
                ? .error("Unavailable", status: 503, headers: ["Retry-After: 7"]) : nil
        }
        await #expect(throws: ProviderError.throttled(retryAfter: .seconds(7))) {
            try await cloud.provider().describeNode()
        }
        #expect(cloud.calls.count == 1)
        await #expect(throws: ProviderError.transient(status: 503, "Unavailable: words (request req-e)")) {
            try await cloud.provider().assign(ENIID("eni-1"), count: 1, token: MutationToken("a"))
        }
    }

    @Test("A page of a proxy is named as what it is, and no refusal of EC2's", arguments: [200, 403])
    func html(status: Int) async throws {
        let cloud = try ScriptedEC2 { _ in
            .reply("<html><body>Log in</body></html>", status: status, headers: ["Content-Type: text/html"])
        }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().describeNode() }
        guard case .malformedReply(let text) = error else {
            Issue.record("\(String(describing: error)) instead of a malformed reply")
            return
        }
        #expect(text.contains("text/html") && text.contains("127.0.0.1") && text.contains("is there a proxy"))
    }

    @Test("A reply to another action is refused") func anotherReply() async throws {
        let cloud = try ScriptedEC2 { _ in .done("DescribeVpcs") }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().describeNode() }
        #expect(error?.description.contains("it is a 'DescribeVpcsResponse'") == true)
    }

    @Test("A reply of 100 MB is given up at the limit, once") func tooLarge() async throws {
        let cloud = try ScriptedEC2 { _ in .endless(100 << 20) }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().describeNode() }
        guard case .malformedReply(let text) = error else {
            Issue.record("\(String(describing: error)) instead of a malformed reply")
            return
        }
        #expect(text.contains("sent more than 8388608 bytes"))
        #expect(cloud.calls.count == 1)
    }

    @Test("A server that never answers is given up after all attempts") func silence() async throws {
        let cloud = try ScriptedEC2 { _ in .silence }
        let retry = RetryPolicy(
            attempts: 2, backoff: .init(initial: .milliseconds(1), longest: .milliseconds(1)),
            attemptTimeout: .seconds(5), budget: .seconds(120))
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider(retry: retry).describeNode() }
        guard case .unreachable(let text) = error else {
            Issue.record("\(String(describing: error)) instead of unreachable")
            return
        }
        #expect(text.contains("did not answer in time"))
        #expect(cloud.records.map(\.attempts) == [2])
    }

    @Test("Nobody at the address") func refused() async throws {
        let cloud = try ScriptedEC2 { _ in nil }
        let provider = cloud.provider()
        cloud.stop()
        let error = await #expect(throws: ProviderError.self) { try await provider.describeNode() }
        guard case .unreachable(let text) = error else {
            Issue.record("\(String(describing: error)) instead of unreachable")
            return
        }
        #expect(text.contains("EC2 at 127.0.0.1") && text.contains("check the endpoint"))
    }

    @Test("A redirect is not followed, and says whereto") func redirect() async throws {
        let cloud = try ScriptedEC2 { _ in
            .reply("", status: 301, headers: ["Location: https://elsewhere.example/login?next=x"])
        }
        let error = await #expect(throws: ProviderError.self) {
            try await cloud.provider(retry: RetryPolicy(attempts: 1)).describeNode()
        }
        #expect(error?.description.contains("redirects to elsewhere.example (status 301)") == true)
    }

    @Test("A cancelled call ends at once, whatever it waits for") func cancelled() async throws {
        let cloud = try ScriptedEC2 { _ in .silence }
        let provider = cloud.provider()
        let call = Task { try await provider.describeNode() }
        while cloud.calls.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        call.cancel()
        await #expect(throws: ProviderError.unreachable("the call was cancelled")) { try await call.value }
    }
}
