import Addressing
import InstanceLimits
import ModelVPC
import Pool
import Providers
import Testing
import Timekeeping

@Suite("The mock provider", .timeLimit(.minutes(5))) struct MockProviderTests {
    @Test(
        "Every failure of the cloud has its error",
        arguments: [
            (.insufficientCIDRBlocks(.init(rawValue: "s")), .noContiguousPrefix(SubnetID("s"))),
            (.requestLimitExceeded(retryAfter: .seconds(2)), .throttled(retryAfter: .seconds(2))),
            (.requestLimitExceeded(retryAfter: nil), .throttled(retryAfter: nil)),
            (
                .unauthorized(.describeSubnets), .permissionDenied("the caller may not DescribeSubnets")
            ),
            (.internalError, .transient(status: 500, "internal error")),
            (.unavailable, .transient(status: 503, "overloaded")),
            (.incorrectState("x"), .incorrectState("x")),
            (.noAnswer, .unreachable("DescribeSubnets got no answer within 10 ms")),
        ] as [(ModelVPC.Failure, ProviderError)])
    func errors(failure: ModelVPC.Failure, expected: ProviderError) async throws {
        let provider = try await MockProvider(
            cloud: TestMock.cloud(faults: [.init(.fail(failure))]), node: TestMock.node(), timeout: .milliseconds(10))
        await #expect(throws: expected) { _ = try await provider.subnets() }
    }

    @Test("A token bucket throttles all nodes together") func throttling() async throws {
        let cloud = try TestMock.cloud(throttling: .init(nonMutating: .init(capacity: 1, refillPerSecond: 0)))
        let one = try await MockProvider(cloud: cloud, node: TestMock.node("i-1"))
        let two = try await MockProvider(cloud: cloud, node: TestMock.node("i-2"))
        _ = try await one.describeNode()
        await #expect(throws: ProviderError.throttled(retryAfter: nil)) { _ = try await two.describeNode() }
    }

    @Test("After a lost reply, reading back shows what was done") func lostReply() async throws {
        let cloud = try TestMock.cloud(faults: [.init(.loseReply, of: [.assignPrivateIpAddresses], count: 1)])
        let provider = try await MockProvider(cloud: cloud, node: TestMock.node(), timeout: .milliseconds(10))
        let eni = try await provider.describeNode().primaryENI
        await #expect(throws: ProviderError.unreachable("AssignPrivateIpAddresses got no answer within 10 ms")) {
            _ = try await provider.assign(eni, count: 2, token: MutationToken("a"))
        }
        #expect(try await provider.interfaces()[0].secondaryAddresses.count == 2)
    }

    @Test("A call that hangs can be cancelled") func cancelHanging() async throws {
        let cloud = try TestMock.cloud(faults: [.init(.fail(.noAnswer))])
        let provider = try await MockProvider(cloud: cloud, node: TestMock.node(), timeout: .seconds(3600))
        let call = Task { try await provider.subnets() }
        call.cancel()
        await #expect(throws: ProviderError.unreachable("the call was cancelled")) { _ = try await call.value }
    }

    @Test("A slow answer arrives") func latency() async throws {
        var settings = ModelVPC.Settings()
        settings.latency = .init(.milliseconds(20))
        let provider = try await MockProvider(cloud: TestMock.cloud(settings), node: TestMock.node())
        let before = ContinuousClock.now
        #expect(try await provider.subnets().count == 3)
        #expect(ContinuousClock.now - before >= .milliseconds(20))
    }

    @Test("A node has the limits of its type") func instanceType() async throws {
        let node = MockNode(
            instanceID: "i-9", subnet: SubnetID("subnet-roomy"), type: try InstanceType(named: "m5.large"))
        let view = try await MockProvider(cloud: TestMock.cloud(), node: node).describeNode()
        #expect(view.instanceID == "i-9" && view.instanceType == "m5.large" && view.zone == "a")
        #expect(view.limits == NodeLimits(enis: 3, ipv4PerENI: 10, ipv6PerENI: 10, supportsPrefixes: true, vCPUs: 2))
    }

    @Test("A configuration that cannot be is refused by name") func badConfiguration() async throws {
        var configuration = try TestMock.configuration()
        configuration.subnets[1].cidr = configuration.subnets[0].cidr
        let refused = configuration
        let error = #expect(throws: ProviderError.self) {
            try MockCloud(refused, storage: .memory, now: TestMock.now)
        }
        #expect(error?.description.contains("10.0.1.0/24 of subnet-tiny overlaps") == true)
        await #expect(throws: ProviderError.notFound("subnet subnet-none")) {
            let node = MockNode(
                instanceID: "i-1", subnet: SubnetID("subnet-none"), limits: NodeLimits(enis: 1, ipv4PerENI: 2))
            _ = try await MockProvider(cloud: TestMock.cloud(), node: node)
        }
    }
}
