import Addressing
import HTTPTesting
import JSON
import Pool
import Providers
import Testing

/// What goes wrong between a node and its cloud, and that nothing is done twice.
@Suite("REST with faults", .timeLimit(.minutes(5))) struct RESTFaultTests {
    private static let eni = ENIID("eni-1")

    @Test(
        "A request is repeated when no reply came and when the server failed",
        arguments: [
            .closed, .problem("transient", status: 500), .problem("transient", status: 503),
            .reply("bad gateway", status: 502, headers: ["Content-Type: text/html"]),
        ] as [ScriptedREST.Answer])
    func again(fault: ScriptedREST.Answer) async throws {
        let cloud = try ScriptedREST { _, number in
            number < 3 ? fault : .reply(#"{"addresses": ["10.0.0.7"]}"#)
        }
        let assigned = try await cloud.provider().assign(RESTFaultTests.eni, count: 1, token: MutationToken("a"))
        #expect(assigned.map(\.description) == ["10.0.0.7"])
        // The key tells the server that all are one.
        #expect(cloud.requests.map { $0["idempotency-key"] } == ["a", "a", "a"])
        #expect(cloud.records.map(\.attempts) == [3])
    }

    @Test("Repeating has an end") func inVain() async throws {
        let cloud = try ScriptedREST { _, _ in .problem("transient", status: 500) }
        await #expect(throws: ProviderError.transient(status: 500, "words (request req-1)")) {
            try await cloud.provider().describeNode()
        }
        #expect(cloud.requests.count == 3)
    }

    @Test(
        "What a repetition cannot mend is not repeated",
        arguments: [
            .problem("throttled", status: 429, headers: ["Retry-After: 7"]),
            .problem("transient", status: 503, headers: ["Retry-After: 7"]),
            .problem("invalid-request", status: 400), .reply("{", status: 200),
            .reply("", status: 302, headers: ["Location: /login"]),
        ] as [ScriptedREST.Answer])
    func once(answer: ScriptedREST.Answer) async throws {
        let cloud = try ScriptedREST { _, _ in answer }
        await #expect(throws: ProviderError.self) { try await cloud.provider().describeNode() }
        #expect(cloud.requests.count == 1)
    }

    @Test(
        "A refusal of the repetition does not hide that the first attempt may have been carried out",
        arguments: [
            .problem("throttled", status: 429, headers: ["Retry-After: 7"]),
            .problem("invalid-credentials", status: 401), .problem("permission-denied", status: 403),
        ] as [ScriptedREST.Answer])
    func doubtIsKept(refusal: ScriptedREST.Answer) async throws {
        let calls: [@Sendable (RESTProvider) async throws -> Void] = [
            { _ = try await $0.assign(RESTFaultTests.eni, count: 1, token: MutationToken("a")) },
            { _ = try await $0.assignPrefixes(RESTFaultTests.eni, count: 1, token: MutationToken("p")) },
            { provider in
                let request = InterfaceRequest(subnet: SubnetID("subnet-1"), secondary: .addresses(1))
                _ = try await provider.createInterface(request, token: MutationToken("c"))
            },
            { try await $0.attach(RESTFaultTests.eni, deviceIndex: 1) }, { try await $0.detach(RESTFaultTests.eni) },
            { try await $0.delete(RESTFaultTests.eni) },
        ]
        for call in calls {
            let cloud = try ScriptedREST { _, number in number == 1 ? .closed : refusal }
            let error = await #expect(throws: ProviderError.self) { try await call(cloud.provider()) }
            guard case .unreachable(let text) = error else {
                Issue.record("\(String(describing: error)) instead of unreachable")
                continue
            }
            #expect(text.contains("broke off"))
            #expect(cloud.requests.count == 2 && cloud.records.map(\.error) == [error])
        }
        // A request that only reads is in no doubt.
        let cloud = try ScriptedREST { _, number in number == 1 ? .closed : refusal }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().describeNode() }
        switch error {
        case .throttled, .invalidCredentials, .permissionDenied: break
        default: Issue.record("\(String(describing: error)) instead of the refusal")
        }
    }

    @Test("A detachment in doubt stays in doubt when the look at it fails") func lookFails() async throws {
        let cloud = try ScriptedREST { request, number in
            switch (request.method, number) {
            case ("GET", _): .problem("throttled", status: 429)
            case (_, 1): .problem("transient", status: 500)
            default: .problem("incorrect-state", status: 409)
            }
        }
        await #expect(throws: ProviderError.transient(status: 500, "words (request req-1)")) {
            try await cloud.provider().detach(RESTFaultTests.eni)
        }
    }

    @Test("A 503 that says for how long is throttling where nothing can have happened") func unavailable() async throws
    {
        let cloud = try ScriptedREST { _, _ in .problem("transient", status: 503, headers: ["Retry-After: 7"]) }
        await #expect(throws: ProviderError.throttled(retryAfter: .seconds(7))) {
            try await cloud.provider().describeNode()
        }
        await #expect(throws: ProviderError.transient(status: 503, "words (request req-1)")) {
            try await cloud.provider().assign(RESTFaultTests.eni, count: 1, token: MutationToken("a"))
        }
    }

    @Test("Throttling is left to the caller, with the server's wish") func throttled() async throws {
        let cloud = try ScriptedREST { _, _ in .problem("throttled", status: 429, headers: ["Retry-After: 7"]) }
        await #expect(throws: ProviderError.throttled(retryAfter: .seconds(7))) {
            try await cloud.provider().describeNode()
        }
    }

    @Test("An interface that a lost attempt has deleted is deleted") func deletedInDoubt() async throws {
        let missing = ScriptedREST.Answer.problem(
            "not-found", status: 404, ["resource": ["kind": "interface", "id": "eni-1"]])
        let cloud = try ScriptedREST { _, number in number == 1 ? .closed : missing }
        try await cloud.provider().delete(RESTFaultTests.eni)
        let other = try ScriptedREST { _, number in missing }
        await #expect(throws: ProviderError.notFound("interface eni-1")) {
            try await other.provider().delete(RESTFaultTests.eni)
        }
    }

    @Test("An interface that a lost attempt has detached is detached; one that can't be is not")
    func detachedInDoubt() async throws {
        let interface = try OpenAPIDocument().example(of: "createInterface", status: "201")
        var attached = try #require(interface.objectValue)
        attached["attachment"] = try OpenAPIDocument().example(of: "attachInterface", status: "200")
        let refusal = ScriptedREST.Answer.problem("incorrect-state", status: 409)
        for (shown, isDetached) in [(interface, true), (.object(attached), false)] {
            let cloud = try ScriptedREST { request, number in
                request.method == "GET" ? .reply(shown.text()) : number == 1 ? .closed : refusal
            }
            if isDetached {
                try await cloud.provider().detach(RESTFaultTests.eni)
            } else {
                await #expect(throws: ProviderError.incorrectState("words (request req-1)")) {
                    try await cloud.provider().detach(RESTFaultTests.eni)
                }
            }
            #expect(cloud.requests.map(\.method) == ["DELETE", "DELETE", "GET"])
        }
        // Without a doubt there is nothing to look for.
        let plain = try ScriptedREST { _, _ in refusal }
        await #expect(throws: ProviderError.incorrectState("words (request req-1)")) {
            try await plain.provider().detach(RESTFaultTests.eni)
        }
        #expect(plain.requests.count == 1)
    }

    @Test(
        "A reply that cannot be read says what is wrong with it",
        arguments: [
            ("", "application/json", "expected a value"), ("{\"id\": \"i-1\"", "application/json", "line 1"),
            ("[]", "application/json", "expected an object"),
            (#"{"id": "i-1", "type": "t"}"#, "application/json", "zone: missing"),
            (#"{"id": "i-1", "type": "t", "zone": 7}"#, "application/json", "zone: expected a string"),
            ("<html>", "text/html", "sent text/html instead of application/json"),
        ])
    func malformed(body: String, type: String, reason: String) async throws {
        let cloud = try ScriptedREST { _, _ in .reply(body, headers: ["Content-Type: \(type)"]) }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().describeNode() }
        guard case .malformedReply(let text) = error else {
            Issue.record("\(String(describing: error)) instead of a malformed reply")
            return
        }
        #expect(text.contains(reason) && text.contains("127.0.0.1"))
        #expect(cloud.records.map(\.error) == [error])
    }

    @Test("A reply of 100 MB is given up at the limit, once") func tooLarge() async throws {
        let cloud = try ScriptedREST { _, _ in .endless(100 << 20) }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().describeNode() }
        #expect(error?.description.contains("sent more than 8388608 bytes") == true)
        #expect(cloud.requests.count == 1)
    }

    @Test("A server that never answers is given up after all attempts") func silence() async throws {
        let cloud = try ScriptedREST { _, _ in .silence }
        let retry = RetryPolicy(
            attempts: 2, backoff: .init(initial: .milliseconds(1), longest: .milliseconds(1)),
            attemptTimeout: .seconds(5), budget: .seconds(120))
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider(retry: retry).describeNode() }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error)) instead of unreachable")
            return
        }
        #expect(cloud.records.map(\.attempts) == [2])
    }

    @Test("Nobody at the address") func refused() async throws {
        let cloud = try ScriptedREST { _, _ in .done }
        let provider = cloud.provider()
        cloud.stop()
        let error = await #expect(throws: ProviderError.self) { try await provider.describeNode() }
        guard case .unreachable(let text) = error else {
            Issue.record("\(String(describing: error)) instead of unreachable")
            return
        }
        #expect(text.contains("the cloud at 127.0.0.1"))
    }

    @Test("A cancelled call ends at once, whatever it waits for") func cancelled() async throws {
        let cloud = try ScriptedREST { _, _ in .silence }
        let provider = cloud.provider()
        let call = Task { try await provider.describeNode() }
        while cloud.requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        call.cancel()
        await #expect(throws: ProviderError.unreachable("the call was cancelled")) { try await call.value }
    }
}
