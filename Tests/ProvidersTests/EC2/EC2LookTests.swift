import Addressing
import Pool
import Synchronization
import Testing

@testable import Providers

/// After a failure in doubt, a look at the interface decides what is left to do.
@Suite("EC2's lost replies", .timeLimit(.minutes(5))) struct EC2LookTests {
    let eni = ENIID("eni-0000000000000000b")

    /// A cloud in which a call is carried out and its first reply is lost.
    private func losing(
        _ action: String, before: [String], after: [String]
    ) throws -> ScriptedEC2 {
        let isDone = Mutex(false)
        return try ScriptedEC2 { call in
            switch call.action {
            case action where call.number == 1:
                isDone.withLock { $0 = true }
                return .closed
            case action: return .error("InvalidParameterValue", "it is so already")
            case "DescribeNetworkInterfaces":
                let interfaces = isDone.withLock { $0 } ? after : before
                return interfaces.isEmpty
                    ? .error("InvalidNetworkInterfaceID.NotFound") : .reply(Canned.interfaces(interfaces))
            default: return nil
            }
        }
    }

    private var detached: String { Canned.interface(eni.description, attachment: nil) }
    private var attached: String { Canned.interface(eni.description, attachment: Canned.attachment(index: 1)) }

    @Test("A lost reply to attach, detach, delete or unassign is made up for by looking") func lookedAt() async throws {
        let attaching = try losing("AttachNetworkInterface", before: [detached], after: [attached])
        try await attaching.provider().attach(eni, deviceIndex: 1)
        #expect(attaching.calls.count { $0.action == "AttachNetworkInterface" } == 1)

        let detaching = try losing("DetachNetworkInterface", before: [attached], after: [detached])
        try await detaching.provider().detach(eni)
        #expect(detaching.calls.count { $0.action == "DetachNetworkInterface" } == 1)

        let deleting = try losing("DeleteNetworkInterface", before: [detached], after: [])
        try await deleting.provider().delete(eni)
        #expect(deleting.calls.count { $0.action == "DeleteNetworkInterface" } == 1)

        let address = IPv4Address("10.0.1.20")!
        let with = Canned.interface(eni.description, secondary: [address.description])
        let unassigning = try losing("UnassignPrivateIpAddresses", before: [with], after: [attached])
        try await unassigning.provider().unassign(eni, addresses: [address])
        #expect(unassigning.calls.count { $0.action == "UnassignPrivateIpAddresses" } == 1)
    }

    @Test("What the look does not show yet is asked for again, and the refusal explained by another look")
    func lookedAtLate() async throws {
        let looks = Mutex(0)
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "AttachNetworkInterface" where call.number == 1: return .closed
            case "AttachNetworkInterface": return .error("InvalidNetworkInterface.InUse")
            case "DescribeNetworkInterfaces":
                let look = looks.withLock { count in
                    count += 1
                    return count
                }
                return .reply(Canned.interfaces([look == 1 ? detached : attached]))
            default: return nil
            }
        }
        try await cloud.provider().attach(eni, deviceIndex: 1)
        #expect(cloud.calls.count { $0.action == "AttachNetworkInterface" } == 2)
    }

    @Test("A refusal after a lost reply leaves it in doubt, as long as the look does not show the change")
    func doubtIsKept() async throws {
        let with = Canned.interface(
            eni.description, secondary: ["10.0.1.20"], attachment: Canned.attachment(index: 1))
        let calls: [(String, @Sendable (EC2Provider) async throws -> Void)] = [
            ("DetachNetworkInterface", { [eni] in try await $0.detach(eni) }),
            ("DeleteNetworkInterface", { [eni] in try await $0.delete(eni) }),
            (
                "UnassignPrivateIpAddresses",
                { [eni] in try await $0.unassign(eni, addresses: [IPv4Address("10.0.1.20")!]) }
            ),
        ]
        for (action, call) in calls {
            let cloud = try ScriptedEC2 { call in
                switch call.action {
                case action: call.number == 1 ? .closed : .error("RequestLimitExceeded", status: 503)
                case "DescribeNetworkInterfaces": .reply(Canned.interfaces([with]))
                default: nil
                }
            }
            let error = await #expect(throws: ProviderError.self) { try await call(cloud.provider()) }
            guard case .unreachable(let text) = error else {
                Issue.record("\(String(describing: error)) instead of unreachable")
                continue
            }
            #expect(text.contains("broke off"))
            #expect(cloud.calls.count { $0.action == action } == 2)
        }
    }

    @Test("What did not take place is asked for again") func notDone() async throws {
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "AttachNetworkInterface" where call.number == 1: .closed
            case "DescribeNetworkInterfaces": .reply(Canned.interfaces([detached]))
            default: nil
            }
        }
        try await cloud.provider().attach(eni, deviceIndex: 1)
        #expect(cloud.calls.count { $0.action == "AttachNetworkInterface" } == 2)
    }

    @Test("A mutation and all its looks share one budget") func budget() async throws {
        let cloud = try ScriptedEC2 { _ in .silence }
        let retry = RetryPolicy(
            attempts: 1_000, backoff: .init(initial: .milliseconds(10), longest: .milliseconds(10)),
            attemptTimeout: .milliseconds(100), budget: .milliseconds(500))
        let provider = cloud.provider(retry: retry)
        let error = await #expect(throws: ProviderError.self) { try await provider.attach(eni, deviceIndex: 1) }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error)) instead of unreachable")
            return
        }
        // Each of them takes a tenth of a second, but for the last ones.
        #expect(cloud.calls.count < 20)
    }

    @Test("What is looked up before a mutation is a part of its budget") func budgetOfLooks() async throws {
        let retry = RetryPolicy(
            attempts: 1_000, backoff: .init(initial: .milliseconds(1), longest: .milliseconds(1)),
            attemptTimeout: .milliseconds(100), budget: .seconds(2))
        let calls: [@Sendable (EC2Provider) async throws -> Void] = [
            { [eni] in try await $0.detach(eni) }, { [eni] in try await $0.setDeleteOnTermination(eni, true) },
            { [request = InterfaceRequest(subnet: SubnetID("subnet-1"), secondary: .addresses(1))] in
                _ = try await $0.createInterface(request, token: MutationToken("t"))
            },
        ]
        for call in calls {
            let cloud = try ScriptedEC2 { call in
                switch call.action {
                case "DescribeNetworkInterfaces" where call.number == 16: .reply(Canned.interfaces([attached]))
                case "DescribeInstances" where call.number > 8: nil
                case "DescribeSubnets" where call.number > 8: nil
                default: .silence
                }
            }
            await #expect(throws: ProviderError.self) { try await call(cloud.provider(retry: retry)) }
            // Each takes a tenth of a second, but for those that are answered and the last ones.
            #expect(cloud.calls.count < 28)
        }
    }

    @Test("A plain refusal needs no look") func plainRefusal() async throws {
        let cloud = try ScriptedEC2 { _ in .error("AttachmentLimitExceeded") }
        await #expect(throws: ProviderError.limitReached(.interfaces)) {
            try await cloud.provider().attach(eni, deviceIndex: 1)
        }
        #expect(cloud.calls.count == 1)
    }

    @Test("Of addresses that are partly gone, the rest is taken away") func partlyGone() async throws {
        let gone = IPv4Address("10.0.1.20")!
        let there = IPv4Address("10.0.1.21")!
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "UnassignPrivateIpAddresses" where call.parameters.values.contains(gone.description):
                .error("InvalidParameterValue", "Some of the addresses are not assigned")
            case "DescribeNetworkInterfaces":
                .reply(Canned.interfaces([Canned.interface(eni.description, secondary: [there.description])]))
            default: nil
            }
        }
        try await cloud.provider().unassign(eni, addresses: [gone, there])
        #expect(
            cloud.calls.map(\.action) == [
                "UnassignPrivateIpAddresses", "DescribeNetworkInterfaces", "UnassignPrivateIpAddresses",
            ])
        #expect(cloud.calls.last?.parameters["PrivateIpAddress.1"] == there.description)
        #expect(cloud.calls.last?.parameters["PrivateIpAddress.2"] == nil)
    }

    @Test("A refusal that the look does not explain is passed on") func unexplained() async throws {
        let there = IPv4Address("10.0.1.21")!
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "UnassignPrivateIpAddresses": .error("InvalidParameterValue", "no")
            default: .reply(Canned.interfaces([Canned.interface(eni.description, secondary: [there.description])]))
            }
        }
        await #expect(
            throws: ProviderError.incorrectState(
                "EC2 refuses UnassignPrivateIpAddresses: InvalidParameterValue: no (request req-e)")
        ) { try await cloud.provider().unassign(eni, addresses: [there]) }
    }

    @Test("Detaching what is not this instance's is refused here") func notAttached() async throws {
        for (interface, words) in [
            (detached, "is attached to nothing"),
            (Canned.interface(eni.description, attachment: Canned.attachment(to: "i-other")), "is attached to i-other"),
        ] {
            let cloud = try ScriptedEC2 { _ in .reply(Canned.interfaces([interface])) }
            await #expect(throws: ProviderError.incorrectState("\(eni) \(words)")) {
                try await cloud.provider().detach(eni)
            }
        }
    }
}
