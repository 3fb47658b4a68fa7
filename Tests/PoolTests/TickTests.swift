import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Ticks: never too late, never for nothing")
struct TickTests {
    @Test("an idle pool at its targets asks for no tick")
    func idle() {
        var world = PoolWorld()
        world.start()
        #expect(world.pool.nextTick(after: world.now) == nil)
        world.add("a")
        world.run(for: .seconds(10))
        world.release("a")
        #expect(world.pool.nextTick(after: world.now) == world.now + .seconds(30))
        world.run(for: .seconds(3600))
        #expect(world.pool.nextTick(after: world.now) == nil)
        let before = world.ticks
        world.run(for: .seconds(86_400))
        #expect(world.ticks == before && before < 20)
    }

    @Test("ticking only when the pool asks for it gives the same as ticking all the time", arguments: 0..<24)
    func sufficient(_ seed: Int) {
        func history(_ period: Duration?) -> [String] {
            var random = SplitMix64(seed: UInt64(seed))
            var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 5), subnetSize: 14) {
                $0.target = seed % 2 == 0 ? .enis(1) : .addresses(warm: 2, minimum: 3)
                if seed % 3 == 0 { $0.maxPods = 6 }
            }
            world.tickPeriod = period
            world.reconcile()
            var history: [String] = []
            for step in 0..<60 {
                switch random.next() % 8 {
                case 0...2: world.add("\(step)", for: .seconds(Int(random.next() % 40)))
                case 3...4:
                    if let pod = world.kernel.keys.min(by: { $0.containerID < $1.containerID }) {
                        world.release(pod.containerID)
                    }
                case 5: world.fates[.assign] = [.fails(.throttled(retryAfter: .seconds(3)))]
                case 6: world.fates[.create] = [.isLost(applied: random.next() % 2 == 0)]
                default: world.reconfigure { $0.maxPods = Int(3 + random.next() % 9) }
                }
                world.run(for: .milliseconds(100 * Int(1 + random.next() % 300)))
                history.append(
                    "\(step) at \((world.now - .origin).text): \(world.cloud.shape), "
                        + "\(world.kernel.values.map(\.description).sorted()), \(world.calls.sorted { "\($0)" < "\($1)" })"
                )
            }
            #expect(world.breach == nil)
            return history
        }
        let asked = history(nil)
        let always = history(.milliseconds(100))
        #expect(zip(asked, always).first { $0 != $1 }.map { "\($0.0) | \($0.1)" } == nil)
    }
}
