import Addressing
import Testing
import Timekeeping

@testable import Pool

/// The target that learns: what it concludes, and what the pool then does.
@Suite struct AdaptiveTests {
    private var now = Instant.origin + .seconds(1000)

    private func estimator(wait: Duration = .seconds(1)) -> DemandEstimator {
        DemandEstimator(AdaptiveTarget(wait: wait), now: now)
    }

    private func after(_ duration: Duration, _ estimator: DemandEstimator) -> DemandEstimator {
        var later = estimator
        later.update(now + duration)
        return later
    }

    /// So many pods, a tenth of a second apart.
    private func wave(_ size: Int, at start: Instant, _ estimator: inout DemandEstimator) {
        for pod in 0..<size { estimator.podArrived(start + .milliseconds(100) * pod) }
    }

    @Test func aNodeThatHasSeenNothingKeepsUpToFour() {
        let fresh = after(.zero, estimator())
        #expect(fresh.warm == 4)
        #expect(fresh.slots > 13)
    }

    @Test func aQuietNodeForgetsAllButOneAddress() {
        #expect(after(.seconds(86400), estimator()).warm == 1)
        #expect(after(.seconds(86400 * 365), estimator()).slots == 1)
    }

    @Test func theRestOfAWaveIsExpectedWithItsFirstPod() {
        var estimator = estimator()
        for round in 0..<20 { wave(20, at: now + .seconds(120) * round, &estimator) }
        let quiet = now + .seconds(120) * 20
        estimator.update(quiet)
        #expect(estimator.warm == 4)
        estimator.podArrived(quiet)
        estimator.update(quiet)
        #expect((18...36).contains(estimator.warm))
        let first = estimator.warm
        for _ in 0..<9 { estimator.podArrived(quiet) }
        estimator.update(quiet)
        #expect(estimator.warm < first)
        estimator.update(quiet + .seconds(30))
        #expect(estimator.warm == 4)
    }

    @Test func wavesAreRememberedAndForgotten() {
        var estimator = estimator()
        for round in 0..<20 { wave(20, at: now + .seconds(120) * round, &estimator) }
        let end = now + .seconds(120) * 20
        var slots: [Int] = []
        for minutes in [0, 20, 60, 180, 600] {
            estimator.update(end + .seconds(60 * minutes))
            slots.append(estimator.slots)
        }
        #expect(slots.dropFirst().elementsEqual(slots.dropFirst().sorted(by: >)))
        #expect(slots[1] >= 20 && slots[4] <= 3, "\(slots)")
    }

    @Test func aShorterWaitNeedsMoreWarmAddresses() {
        func warm(wait: Duration) -> Int {
            var estimator = estimator(wait: wait)
            for _ in 0..<200 {
                estimator.asks(MutationToken("t"), now)
                estimator.delivered(MutationToken("t"), now + .seconds(3))
            }
            for round in 0..<20 { wave(20, at: now + .seconds(120) * round, &estimator) }
            estimator.update(now + .seconds(2700))
            return estimator.warm
        }
        let needs = [warm(wait: .zero), warm(wait: .milliseconds(2500)), warm(wait: .seconds(10))]
        #expect(needs[0] >= 20)
        #expect(needs[0] > needs[1] && needs[1] > needs[2])
        #expect(needs[2] == 4)
    }

    @Test func theProvidersTimeIsLearnt() {
        var estimator = estimator()
        for number in 0..<100 {
            estimator.asks(MutationToken("\(number)"), now)
            estimator.delivered(MutationToken("\(number)"), now + .seconds(5))
            estimator.asksENI(now)
            estimator.eniReady(now + .seconds(30))
        }
        #expect(abs(estimator.addressLead.estimate.inSeconds - 5) < 0.1)
        #expect(abs(estimator.eniLead.estimate.inSeconds - 30) < 0.1)
    }

    @Test func throttlingMakesDeliveryLast() {
        var estimator = estimator()
        for number in 0..<50 {
            estimator.asks(MutationToken("\(number)"), now)
            estimator.failed(MutationToken("\(number)"), retryAt: now + .seconds(20))
        }
        #expect(estimator.addressLead.estimate > .seconds(20))
    }

    @Test func anAnswerToNoQuestionTeachesNothing() {
        var estimator = estimator()
        let before = estimator.addressLead
        estimator.delivered(MutationToken("unknown"), now + .seconds(500))
        estimator.failed(MutationToken("unknown"), retryAt: now + .seconds(500))
        #expect(estimator.addressLead == before)
    }

    // MARK: In the pool

    private func world(
        wait: Duration = .seconds(1), minimum: Int = 0, maxPods: Int? = nil,
        limits: NodeLimits = NodeLimits(enis: 4, ipv4PerENI: 15)
    ) -> PoolWorld {
        PoolWorld(limits: limits) {
            $0.target = .adaptive(AdaptiveTarget(wait: wait, minimum: minimum))
            $0.maxPods = maxPods
        }
    }

    /// The daemon looks at the provider's view once a minute.
    private func passQuietly(hours: Int, _ world: inout PoolWorld) {
        for _ in 0..<60 * hours {
            world.reconcile()
            world.run(for: .seconds(60))
        }
    }

    @Test func roomIsMadeOnAnENIWithoutAddresses() throws {
        var world = world()
        world.start()
        world.run(for: .seconds(60))
        #expect(world.pool.addresses.count == 4)
        #expect(world.pool.enis.count >= 2)
        let spare = try #require(world.pool.enis.values.last)
        #expect(spare.isReady && spare.heldCount == 0)
        #expect(world.breach == nil)
    }

    @Test func minimumAndMaxPodsBoundIt() {
        var large = world(minimum: 12)
        large.start()
        large.run(for: .seconds(60))
        #expect(large.pool.addresses.count == 12)
        var small = world(minimum: 12, maxPods: 3)
        small.start()
        small.run(for: .seconds(60))
        #expect(small.pool.addresses.count == 3)
        #expect(small.pool.enis.count == 1)
    }

    @Test func aQuietNodeGivesBackAddressesAndRoom() {
        var world = world()
        world.start()
        for pod in 0..<10 { world.add("p\(pod)") }
        world.run(for: .seconds(20))
        for pod in 0..<10 { world.release("p\(pod)") }
        passQuietly(hours: 6, &world)
        #expect(world.pool.addresses.count == 1)
        #expect(world.pool.enis.count == 1)
        #expect(world.breach == nil)
    }

    @Test func addressesThatCoolSoonCountAsWarm() {
        var world = world()
        world.start()
        world.add("a")
        passQuietly(hours: 6, &world)
        let assigned = world.count(.assign)
        world.release("a")
        // Half a second before the end of its cooldown the address is as good as a free one.
        world.run(for: .milliseconds(29_500))
        world.add("b")
        world.run(for: .milliseconds(100))
        #expect(world.address(of: "b") != nil)
        #expect(world.count(.assign) <= assigned + 1)
    }

    @Test func theTargetCanBeChangedAtRunTime() {
        var world = world()
        world.start()
        world.reconfigure { $0.target = .addresses(warm: 7, minimum: 0) }
        world.run(for: .seconds(10))
        #expect(world.pool.demand == nil)
        #expect(world.pool.addresses.count == 7)
        world.reconfigure { $0.target = .adaptive(AdaptiveTarget(wait: .seconds(2))) }
        world.run(for: .seconds(120))
        #expect(world.pool.demand?.goal.wait == .seconds(2))
        #expect(world.pool.addresses.count == 4)
    }
}
