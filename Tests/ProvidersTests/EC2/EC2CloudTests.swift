import Addressing
import ModelVPC
import Pool
import Providers
import Testing

/// The dialect against a whole cloud in which something goes wrong: what the cloud has afterwards is what counts.
@Suite("EC2 against a cloud with faults", .timeLimit(.minutes(5))) struct EC2CloudTests {
    let roomy = SubnetID("subnet-roomy")

    /// Gives up on a reply that never comes after a moment, and tries often enough that no slow machine runs out of
    /// attempts.
    private static let losing = RetryPolicy(
        attempts: 20, backoff: .init(initial: .milliseconds(1), longest: .milliseconds(10)),
        attemptTimeout: .seconds(3), budget: .seconds(240))

    private func cloud(losing action: ModelVPC.Action) async throws -> TestCloudServer {
        try await TestCloudServer(faults: [.init(.loseReply, of: [action], count: 1)])
    }

    private func create(
        _ provider: EC2Provider, _ secondary: InterfaceRequest.Secondary = .addresses(1), token: String = "t"
    ) async throws -> InterfaceView {
        try await provider.createInterface(
            InterfaceRequest(subnet: roomy, secondary: secondary), token: MutationToken(token))
    }

    @Test("A creation whose reply is lost makes one interface, the one that is returned") func create() async throws {
        let cloud = try await cloud(losing: .createNetworkInterface)
        let provider = cloud.provider(retry: EC2CloudTests.losing)
        let created = try await create(provider)
        let interfaces = try await provider.interfaces()
        #expect(interfaces.count == 2 && interfaces.contains(created))
        #expect(try await provider.subnets().first { $0.id == roomy }?.freeAddresses == 248)
        #expect(cloud.records.withLock { $0.contains { $0.action == "CreateNetworkInterface" && $0.attempts >= 2 } })
    }

    @Test("An assignment whose reply is lost is not repeated, and the next look shows its addresses")
    func assign() async throws {
        let provider = try await cloud(losing: .assignPrivateIpAddresses).provider(retry: EC2CloudTests.losing)
        let primary = try await provider.describeNode().primaryENI
        let error = await #expect(throws: ProviderError.self) {
            try await provider.assign(primary, count: 2, token: MutationToken("t"))
        }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error)) instead of unreachable")
            return
        }
        #expect(try await provider.interfaces()[0].secondaryAddresses.count == 2)
    }

    @Test("A lost reply to attach, detach, delete and unassign is made up for") func looks() async throws {
        let cloud = try await TestCloudServer(
            faults: [
                .init(.loseReply, of: [.attachNetworkInterface], count: 1),
                .init(.loseReply, of: [.detachNetworkInterface], count: 1),
                .init(.loseReply, of: [.deleteNetworkInterface], count: 1),
                .init(.loseReply, of: [.unassignPrivateIpAddresses], count: 1),
                .init(.loseReply, of: [.modifyNetworkInterfaceAttribute], count: 1),
            ])
        let provider = cloud.provider(retry: EC2CloudTests.losing)
        let eni = try await create(provider, .addresses(2))
        func shown() async throws -> InterfaceView? { try await provider.interfaces().first { $0.id == eni.id } }
        try await provider.attach(eni.id, deviceIndex: 1)
        #expect(try await shown()?.attachment == .attached(deviceIndex: 1))
        try await provider.setDeleteOnTermination(eni.id, true)
        try await provider.unassign(eni.id, addresses: eni.secondaryAddresses)
        #expect(try await shown()?.secondaryAddresses == [])
        try await provider.detach(eni.id)
        #expect(try await shown()?.attachment == .detached)
        try await provider.delete(eni.id)
        #expect(try await shown() == nil)
    }

    @Test("Failures before anything is done are overcome") func failures() async throws {
        let faults: [ModelVPC.FaultRule] = [ModelVPC.Action.createNetworkInterface, .attachNetworkInterface].map {
            .init(.fail(.internalError), of: [$0], count: 1)
        }
        let provider = try await TestCloudServer(faults: faults).provider()
        let eni = try await create(provider)
        try await provider.attach(eni.id, deviceIndex: 1)
        let interfaces = try await provider.interfaces()
        #expect(interfaces.map(\.attachment) == [.attached(deviceIndex: 0), .attached(deviceIndex: 1)])
    }

    @Test("An interface that describing does not show yet can be worked with") func consistency() async throws {
        var settings = ModelVPC.Settings()
        settings.consistencyDelay = .init(.milliseconds(500))
        let provider = try await TestCloudServer(settings).provider()
        let eni = try await create(provider)
        try await provider.attach(eni.id, deviceIndex: 1)
        // These two need to find the attachment first.
        try await provider.setDeleteOnTermination(eni.id, true)
        try await provider.detach(eni.id)
    }

    @Test("Throttling and missing permission come through as they are") func refusals() async throws {
        let cloud = try await TestCloudServer(
            faults: [
                .init(.fail(.requestLimitExceeded(retryAfter: nil)), of: [.describeSubnets], count: 1),
                .init(.fail(.unauthorized(.deleteNetworkInterface)), of: [.deleteNetworkInterface]),
            ])
        let provider = cloud.provider()
        await #expect(throws: ProviderError.throttled(retryAfter: nil)) { try await provider.subnets() }
        let eni = try await create(provider)
        let error = await #expect(throws: ProviderError.self) { try await provider.delete(eni.id) }
        guard case .permissionDenied(let text) = error else {
            Issue.record("\(String(describing: error)) instead of permission denied")
            return
        }
        let request = try #require(cloud.records.withLock { $0.last?.requestID })
        #expect(text.contains("UnauthorizedOperation") && text.hasSuffix("(request \(request))"))
    }

    @Test("A token of another request is refused") func mismatch() async throws {
        let provider = try await TestCloudServer().provider()
        _ = try await create(provider, .addresses(1), token: "same")
        let error = await #expect(throws: ProviderError.self) {
            try await create(provider, .addresses(2), token: "same")
        }
        guard case .incorrectState(let text) = error else {
            Issue.record("\(String(describing: error)) instead of an incorrect state")
            return
        }
        #expect(text.contains("IdempotentParameterMismatch"))
    }

    @Test("The VPC's networks are the metadata service's to say, and the subnets' where there is none")
    func networks() async throws {
        let cloud = try await TestCloudServer()
        #expect(try await cloud.provider().describeNode().networks == [IPv4Network("10.0.0.0/16")])
        let node = try await cloud.provider(withMetadata: false).describeNode()
        #expect(
            node.networks.map(\.description).sorted() == ["10.0.1.0/24", "10.0.2.0/28", "10.0.3.0/24", "10.0.4.0/24"])
        #expect(node.ipv6Networks.map(\.description).sorted() == ["2001:db8:0:1::/64", "2001:db8:0:3::/64"])
    }

    @Test("Many interfaces come page by page") func pages() async throws {
        let provider = try await TestCloudServer().provider(pageSize: 5)
        var created: Set<ENIID> = []
        for number in 0..<23 {
            created.insert(try await create(provider, .addresses(0), token: "\(number)").id)
        }
        let shown = try await provider.interfaces()
        #expect(Set(shown.map(\.id)) == created.union([try await provider.describeNode().primaryENI]))
        #expect(shown.count == 24)
    }

    @Test("The server believes our signature, and no other") func signatures() async throws {
        let known = try await FixedCredentials().credentials()
        func cloud(_ secret: String) async throws -> TestCloudServer {
            try await TestCloudServer(
                credentials: [
                    .init(
                        accessKeyID: known.accessKeyID, secretAccessKey: secret, sessionToken: known.sessionToken)
                ])
        }
        let node = try await cloud(known.secretAccessKey).provider().describeNode()
        #expect(node.instanceID == TestMock.node().instanceID)
        let error = await #expect(throws: ProviderError.self) {
            try await cloud("another").provider().describeNode()
        }
        guard case .invalidCredentials(let text) = error else {
            Issue.record("\(String(describing: error)) instead of invalid credentials")
            return
        }
        #expect(text.contains("SignatureDoesNotMatch") || text.contains("AuthFailure"))
    }
}
