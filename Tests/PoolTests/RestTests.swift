import Testing
import Timekeeping

@testable import Pool

@Suite("A provider that throttles: waiting pods come first, what nobody waits for rests")
struct RestTests {
    private func throttledWorld() -> PoolWorld {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 5)) {
            $0.target = .addresses(warm: 2, minimum: 0)
        }
        world.fates[.assign] = Array(repeating: .fails(.throttled(retryAfter: nil)), count: 8)
        world.start()
        return world
    }

    @Test("addresses for no pod are asked for less and less often")
    func rest() {
        var world = throttledWorld()
        world.run(for: .seconds(280))
        #expect(world.count(.assign) < 8, "within five minutes")
        world.run(for: .seconds(6 * 3600))
        #expect(world.cloud.shape == [2] && world.pool.nextTick(after: world.now) == nil)
    }

    @Test("a pod that comes while the pool rests is asked for at once")
    func urgency() {
        var world = throttledWorld()
        world.run(for: .seconds(200))
        world.fates[.assign] = []
        let before = world.count(.assign)
        world.add("a")
        #expect(world.count(.assign) == before + 1)
        world.run(for: .seconds(1))
        #expect(world.address(of: "a") != nil && world.breach == nil)
    }

    @Test("while pods wait or come back the provider is asked within the usual pauses")
    func patience() {
        var world = throttledWorld()
        for minute in 0..<4 {
            world.add("pod-\(minute)", for: .seconds(30))
            world.run(for: .seconds(45))
        }
        #expect(world.count(.assign) > 8)
        #expect(world.address(of: "pod-3") != nil)
    }

    @Test("an ENI that no pod waits for is not made while others are throttled, and is made for those who wait")
    func noENIForWarmth() {
        var world = throttledWorld()
        world.reconfigure { $0.target = .addresses(warm: 6, minimum: 0) }
        world.add("a", for: .seconds(300))
        world.run(for: .seconds(290))
        #expect(world.address(of: "a") != nil && world.count(.create) == 0)
        for pod in ["b", "c", "d", "e"] { world.add(pod, for: .seconds(30)) }
        world.run(for: .seconds(20))
        #expect(world.address(of: "e") != nil && world.count(.create) == 1 && world.breach == nil)
    }

    @Test("a view that is there is not read again before the next interval because reading was throttled")
    func viewWillDo() {
        var world = PoolWorld()
        world.start()
        world.run(for: .seconds(60))
        let before = world.count(.readBack)
        world.perform(world.pool.observationFailed(.throttled(retryAfter: nil), jitter: 0.5, now: world.now))
        world.run(for: .seconds(600))
        #expect(world.count(.readBack) == before && world.pool.growthObstacle(world.now) == nil)
    }

    @Test("the first view is asked for until it is there, and soon again where a part of it came")
    func firstView() {
        var pool = Pool(configuration: PoolConfiguration(), nonce: "a", now: .origin)
        var now = Instant.origin
        for _ in 0..<8 {
            _ = pool.observationFailed(.throttled(retryAfter: nil), jitter: 0.9, now: now)
            now = pool.nextTick(after: now) ?? now
        }
        _ = pool.observationFailed(.throttled(retryAfter: nil), jitter: 0.9, now: now)
        #expect(pool.nextTick(after: now) == now + .seconds(54))
        pool.observationAdvanced()
        _ = pool.observationFailed(.throttled(retryAfter: nil), jitter: 0.9, now: now)
        #expect(pool.nextTick(after: now) == now + .milliseconds(900))
    }
}
