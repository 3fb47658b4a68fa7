import Addressing
import RateLimiting
import Testing
import Timekeeping

@testable import ModelVPC

@Suite("What takes time") struct TimeTests {
    private let slow: ModelVPC.Settings = {
        var settings = ModelVPC.Settings()
        settings.attachDelay = .init(.seconds(3))
        settings.appearDelay = .init(.seconds(2))
        settings.detachDelay = .init(.seconds(4))
        return settings
    }()

    @Test("An interface is attaching, then attached, then in sight; and goes likewise") func attachment() throws {
        let cloud = try TestCloud(slow)
        let eni = try cloud.create().id
        let reply = try cloud.ask(.attach(eni, to: TestCloud.node, deviceIndex: 1))
        #expect(reply == .attachment(try #require(try cloud.describe(eni)[0].attachment)))
        func state() throws -> ModelVPC.AttachmentDescription.State? { try cloud.describe(eni)[0].attachment?.state }
        func inSight() -> Bool { cloud.vpc.interfacesInSight(of: TestCloud.node).contains { $0.id == eni } }

        #expect(try state() == .attaching)
        #expect(cloud.vpc.nextChange(after: cloud.now) == .origin + .seconds(3))
        cloud.now = .origin + .seconds(3)
        #expect(try state() == .attached)
        #expect(!inSight())
        #expect(cloud.vpc.nextChange(after: cloud.now, of: TestCloud.node) == .origin + .seconds(5))
        #expect(cloud.vpc.nextChange(after: cloud.now, of: .init(rawValue: "i-2")) == nil)
        cloud.vpc.advance(to: .origin + .seconds(5))
        #expect(inSight())
        #expect(cloud.vpc.nextChange(after: .origin + .seconds(5)) == nil)

        cloud.now = .origin + .seconds(10)
        try cloud.ask(.detach(eni))
        #expect(!inSight())
        #expect(try state() == .detaching)
        #expect(cloud.vpc.nextChange(after: cloud.now) == .origin + .seconds(14))
        #expect(throws: Failure.self) {
            try cloud.ask(.attach(try cloud.create().id, to: TestCloud.node, deviceIndex: 1))
        }
        cloud.now = .origin + .seconds(14)
        #expect(try state() == nil)
        try cloud.ask(.delete(eni))
    }

    @Test("One that is detached while attaching never comes into sight") func detachedEarly() throws {
        let cloud = try TestCloud(slow)
        let eni = try cloud.create().id
        try cloud.ask(.attach(eni, to: TestCloud.node, deviceIndex: 1))
        cloud.now = .origin + .seconds(1)
        try cloud.ask(.detach(eni))
        for second in 2...10 {
            cloud.vpc.advance(to: .origin + .seconds(second))
            #expect(cloud.vpc.interfacesInSight(of: TestCloud.node).count == 1)
        }
        #expect(cloud.vpc.interfaces[eni]?.attachment == nil)
    }

    @Test("Time never goes back") func backwards() throws {
        let cloud = try TestCloud(slow)
        cloud.now = .origin + .seconds(100)
        try cloud.create()
        cloud.now = .origin + .seconds(50)
        let eni = try cloud.create().id
        try cloud.ask(.attach(eni, to: TestCloud.node, deviceIndex: 1))
        #expect(cloud.vpc.nextChange(after: .origin) == .origin + .seconds(103))
    }

    @Test("Answers take their latency, each action its own") func latency() throws {
        var settings = ModelVPC.Settings()
        settings.latency = .init(.milliseconds(50) ... .milliseconds(90))
        settings.latencyPerAction[.describeSubnets] = .init(.milliseconds(7))
        let cloud = try TestCloud(settings)
        cloud.now = .origin + .seconds(1)
        #expect(cloud.respond(.describeSubnets).at == cloud.now + .milliseconds(7))
        let latencies = (0..<200).map { _ in cloud.respond(.describeInstance(TestCloud.node)).at - cloud.now }
        #expect(latencies.allSatisfy { .milliseconds(50) <= $0 && $0 <= .milliseconds(90) })
        #expect(Set(latencies).count > 100)
    }

    @Test("Describing is late; the reply that creates is not") func consistency() throws {
        var settings = ModelVPC.Settings()
        settings.consistencyDelay = .init(.seconds(5))
        let cloud = try TestCloud(settings)
        let eni = try cloud.create(.count(1), tags: ["node": "i-1"])
        #expect(eni.secondaryAddresses.count == 1)
        let tag = ModelVPC.Tag(key: "node", value: "i-1")
        #expect(try cloud.interfaces(orTagged: tag).count == 1)
        #expect(throws: Failure.interfaceNotFound(eni.id)) { try cloud.describe(eni.id) }
        cloud.now = .origin + .seconds(5)
        #expect(try cloud.describe(eni.id) == [eni])
        let late = try cloud.assign(eni.id, .count(1))
        #expect(try cloud.describe(eni.id) == [eni])
        #expect(try cloud.freeAddresses() == 247)
        cloud.now = .origin + .seconds(10)
        #expect(try cloud.describe(eni.id)[0].secondaryAddresses == eni.secondaryAddresses + late)
    }

    @Test("The network is never late") func networkIsNotLate() throws {
        var settings = ModelVPC.Settings()
        settings.consistencyDelay = .init(.seconds(5))
        let cloud = try TestCloud(settings)
        let assigned = try cloud.assign(try cloud.primary, .count(2))
        #expect(cloud.vpc.interfacesInSight(of: TestCloud.node)[0].secondaryAddresses == assigned)
    }

    @Test("Buckets empty, refill, and are apart for reads, writes and single actions") func throttling() throws {
        let bucket = TokenBucket(capacity: 3, refillPerSecond: 2)
        let cloud = try TestCloud(
            throttling: .init(
                mutating: bucket, nonMutating: .init(capacity: 5, refillPerSecond: 0),
                perAction: [.createTags: .init(capacity: 1, refillPerSecond: 0.1)]))
        let eni = try cloud.primary
        for _ in 0..<3 { try cloud.ask(.unassign(eni, [])) }
        #expect(throws: Failure.requestLimitExceeded(retryAfter: .milliseconds(500))) {
            try cloud.ask(.unassign(eni, []))
        }
        // A throttled caller changes nothing.
        #expect(throws: Failure.self) { try cloud.create() }
        #expect(cloud.vpc.interfaces.count == 1)
        try cloud.ask(.tag([eni], ["a": "b"]))
        #expect(throws: Failure.requestLimitExceeded(retryAfter: .seconds(10))) { try cloud.ask(.tag([eni], [:])) }
        for _ in 0..<5 { try cloud.ask(.describeSubnets) }
        #expect(throws: Failure.requestLimitExceeded(retryAfter: nil)) { try cloud.ask(.describeSubnets) }

        cloud.now = .origin + .milliseconds(500)
        try cloud.ask(.unassign(eni, []))
        #expect(throws: Failure.self) { try cloud.ask(.unassign(eni, [])) }
        // Ten idle minutes fill it to its capacity, and no further.
        cloud.now = .origin + .seconds(600)
        for _ in 0..<3 { try cloud.ask(.unassign(eni, [])) }
        #expect(throws: Failure.self) { try cloud.ask(.unassign(eni, [])) }
    }

    @Test("Whoever waits as long as told gets through", arguments: [0.3, 1, 7, 999]) func retryAfter(
        rate: Double
    ) throws {
        let cloud = try TestCloud(throttling: .init(mutating: .init(capacity: 1, refillPerSecond: rate)))
        let eni = try cloud.primary
        try cloud.ask(.unassign(eni, []))
        for _ in 0..<50 {
            guard case .failure(.requestLimitExceeded(let wait?)) = cloud.respond(.unassign(eni, [])).result else {
                Issue.record("not throttled")
                return
            }
            cloud.now = cloud.now + wait
            try cloud.ask(.unassign(eni, []))
        }
    }
}
