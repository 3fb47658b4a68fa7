import Addressing
import Pool
import Testing

@testable import Providers

/// A mutation that has a token in EC2 is asked for again; one whose token only this process knows is not.
@Suite("Creating and assigning with faults", .timeLimit(.minutes(5))) struct EC2CreationFaultTests {
    let eni = ENIID("eni-0000000000000000b")
    let request = InterfaceRequest(subnet: SubnetID("subnet-1"), secondary: .addresses(1))

    /// The text of an error of one of the cases that leave it in doubt whether the call was carried out.
    private func doubt(_ error: ProviderError?) -> String? {
        switch error {
        case .unreachable(let text), .malformedReply(let text), .transient(_, let text): text
        default: nil
        }
    }

    @Test(
        "A creation whose reply is lost is asked for again with the same token",
        arguments: [
            .closed, .cutOff("<Create"), .reply("<CreateNetworkInterfaceResponse>"),
            .error("InternalError", status: 500),
        ] as [ScriptedEC2.Answer])
    func createAgain(fault: ScriptedEC2.Answer) async throws {
        let cloud = try ScriptedEC2 { $0.action == "CreateNetworkInterface" && $0.number == 1 ? fault : nil }
        let created = try await cloud.provider().createInterface(request, token: MutationToken("t-1"))
        #expect(created.id == eni && created.secondaryAddresses == [IPv4Address("10.0.1.20")])
        let creations = cloud.calls.filter { $0.action == "CreateNetworkInterface" }
        #expect(creations.count == 2 && Set(creations.map(\.form)).count == 1)
        #expect(creations[0].parameters["ClientToken"] == "t-1")
    }

    @Test(
        "A refusal of the repetition does not hide that the creation may have been carried out",
        arguments: ["RequestLimitExceeded", "AuthFailure", "UnauthorizedOperation", "PriorRequestNotComplete"])
    func createInDoubt(code: String) async throws {
        let cloud = try ScriptedEC2 { call in
            guard call.action == "CreateNetworkInterface" else { return nil }
            return call.number == 1 ? .closed : .error(code)
        }
        let error = await #expect(throws: ProviderError.self) {
            try await cloud.provider().createInterface(request, token: MutationToken("t-1"))
        }
        #expect(doubt(error) != nil, "\(String(describing: error)) leaves no doubt")
    }

    @Test("An earlier request that is not complete is waited for") func priorRequest() async throws {
        let cloud = try ScriptedEC2 { call in
            call.action == "CreateNetworkInterface" && call.number < 3 ? .error("PriorRequestNotComplete") : nil
        }
        #expect(try await cloud.provider().createInterface(request, token: MutationToken("t-1")).id == eni)
        let busy = try ScriptedEC2 { call in
            call.action == "CreateNetworkInterface" ? .error("PriorRequestNotComplete") : nil
        }
        let error = await #expect(throws: ProviderError.self) {
            try await busy.provider().createInterface(request, token: MutationToken("t-1"))
        }
        #expect(doubt(error) != nil, "\(String(describing: error)) leaves no doubt")
    }

    @Test("A subnet that is not there is found before anything is created") func noSubnet() async throws {
        let cloud = try ScriptedEC2 { call in
            call.action == "DescribeSubnets" ? .error("InvalidSubnetID.NotFound") : nil
        }
        await #expect(throws: ProviderError.notFound("subnet subnet-1")) {
            try await cloud.provider().createInterface(request, token: MutationToken("t"))
        }
        #expect(!cloud.calls.contains { $0.action == "CreateNetworkInterface" })
    }

    @Test("EC2 may not know everywhere yet what it has created") func consistency() async throws {
        let cloud = try ScriptedEC2 { call in
            call.action == "AttachNetworkInterface" && call.number < 5
                ? .error("InvalidNetworkInterfaceID.NotFound") : nil
        }
        let provider = cloud.provider()
        let created = try await provider.createInterface(request, token: MutationToken("t"))
        try await provider.attach(created.id, deviceIndex: 1)
        #expect(cloud.calls.count { $0.action == "AttachNetworkInterface" } == 5)
        // Of one that this process has not created it is believed at once.
        let other = try ScriptedEC2 { _ in .error("InvalidNetworkInterfaceID.NotFound") }
        await #expect(throws: ProviderError.notFound("interface eni-1")) {
            try await other.provider().attach(ENIID("eni-1"), deviceIndex: 1)
        }
        #expect(other.calls.count == 1)
    }

    @Test(
        "An assignment in doubt is never made twice, and the next look shows its addresses",
        arguments: [
            .closed, .cutOff("<Assign"), .reply("<AssignPrivateIpAddressesResponse>"),
            .error("InternalError", status: 500), .reply("x", headers: ["Content-Type: text/html"]),
        ]
            as [ScriptedEC2.Answer])
    func assignOnce(fault: ScriptedEC2.Answer) async throws {
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "AssignPrivateIpAddresses": fault
            case "DescribeNetworkInterfaces":
                .reply(Canned.interfaces([Canned.interface(secondary: ["10.0.1.30"])]))
            default: nil
            }
        }
        let provider = cloud.provider()
        let error = await #expect(throws: ProviderError.self) {
            try await provider.assign(ENIID(Canned.primary), count: 1, token: MutationToken("t"))
        }
        #expect(doubt(error) != nil, "\(String(describing: error)) leaves no doubt")
        #expect(cloud.calls.count { $0.action == "AssignPrivateIpAddresses" } == 1)
        #expect(try await provider.interfaces()[0].secondaryAddresses == [IPv4Address("10.0.1.30")])
    }

    @Test("A token assigns once in this process, and nothing else") func tokens() async throws {
        let cloud = try ScriptedEC2 { call in
            call.parameters["Ipv4PrefixCount"].map { _ in .reply(Canned.assigned(prefixes: ["10.0.1.16/28"])) }
        }
        let provider = cloud.provider()
        for _ in 0..<2 {
            #expect(
                try await provider.assign(eni, count: 1, token: MutationToken("a")) == [IPv4Address("10.0.1.30")])
            #expect(
                try await provider.assignPrefixes(eni, count: 1, token: MutationToken("p"))
                    == [IPv4Network("10.0.1.16/28")])
        }
        #expect(cloud.calls.count == 2)
        for attempt in [
            { _ = try await provider.assign(eni, count: 2, token: MutationToken("a")) },
            { _ = try await provider.assign(ENIID("eni-x"), count: 1, token: MutationToken("a")) },
            { _ = try await provider.assign(eni, count: 1, token: MutationToken("p")) },
            { _ = try await provider.assignPrefixes(eni, count: 1, token: MutationToken("a")) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: ProviderError.self) { try await attempt() }
            guard case .incorrectState(let text) = error else {
                Issue.record("\(String(describing: error)) instead of an incorrect state")
                continue
            }
            #expect(text.contains("belongs to another request"))
        }
    }

    @Test("The memory of tokens is bounded") func tokenMemory() {
        var completed = CompletedMutations()
        for number in 0..<1_000 {
            completed[MutationToken("\(number)")] = (.assign(eni, count: 1), .addresses([]))
        }
        #expect(completed[MutationToken("0")] == nil && completed[MutationToken("999")] != nil)
        #expect((0..<1_000).count { completed[MutationToken("\($0)")] != nil } == CompletedMutations.capacity)
    }

    @Test("A reply that lists all addresses of the interface is told from what it had") func listsAll() async throws {
        let cloud = try ScriptedEC2 { call in
            call.action == "AssignPrivateIpAddresses"
                ? .reply(Canned.assigned(["10.0.1.10"] + (0..<call.number).map { "10.0.1.3\($0)" })) : nil
        }
        let provider = cloud.provider()
        let primary = ENIID(Canned.primary)
        // Nobody has looked at the interface yet.
        let error = await #expect(throws: ProviderError.self) {
            try await provider.assign(primary, count: 1, token: MutationToken("a"))
        }
        #expect(doubt(error)?.contains("assigned 2 instead of 1 addresses") == true)
        _ = try await provider.interfaces()
        // The first of these two has come with the assignment in doubt.
        let second = await #expect(throws: ProviderError.self) {
            try await provider.assign(primary, count: 1, token: MutationToken("b"))
        }
        #expect(doubt(second) != nil)
    }

    @Test("Fewer prefixes than asked for are a reply that cannot be") func fewerPrefixes() async throws {
        let cloud = try ScriptedEC2 { _ in nil }
        await #expect(
            throws: ProviderError.malformedReply("EC2 says that it assigned 0 instead of 2 prefixes to \(eni)")
        ) { try await cloud.provider().assignPrefixes(eni, count: 2, token: MutationToken("p")) }
    }

    @Test("An exhausted subnet is named even where the interface was never seen") func exhausted() async throws {
        let cloud = try ScriptedEC2 { call in
            switch call.action {
            case "AssignPrivateIpAddresses":
                .error(
                    call.parameters["Ipv4PrefixCount"] == nil
                        ? "InsufficientFreeAddressesInSubnet" : "InsufficientCidrBlocks")
            case "DescribeNetworkInterfaces": .reply(Canned.interfaces([Canned.interface(eni.description)]))
            default: nil
            }
        }
        await #expect(throws: ProviderError.subnetExhausted(SubnetID("subnet-1"))) {
            try await cloud.provider().assign(eni, count: 1, token: MutationToken("a"))
        }
        await #expect(throws: ProviderError.noContiguousPrefix(SubnetID("subnet-1"))) {
            try await cloud.provider().assignPrefixes(eni, count: 1, token: MutationToken("a"))
        }
    }
}
