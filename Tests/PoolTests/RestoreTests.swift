import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Start from the store")
struct RestoreTests {
    private func running() -> PoolWorld {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 4))
        world.start()
        for pod in ["a", "b", "c", "d"] { world.add(pod) }
        world.run(for: .seconds(10))
        world.release("b")
        return world
    }

    @Test("on the same boot everything is as it was, and nobody gets a new address before the view was read")
    func sameBoot() throws {
        var world = running()
        let before = world.store
        let cooling = world.pool.addresses.values.filter { if case .cooling = $0.state { true } else { false } }
        world.run(for: .seconds(3))
        world.restart()
        #expect(world.store == before)
        #expect(cooling.allSatisfy { world.state($0.address) == $0.state })
        world.add("a")
        #expect(world.answer(to: "a") != nil, "a known attachment is answered")
        world.add("new")
        #expect(world.answer(to: "new") == nil)
        world.reconcile()
        world.run(for: .seconds(1))
        #expect(world.address(of: "new") != nil && world.repairs.isEmpty && world.count(.attach) == 2)
        world.run(for: .seconds(200))
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("a cooldown that ended while the daemon was down is over")
    func cooledMeanwhile() {
        var world = running()
        world.now = world.now + .seconds(31)
        world.restart()
        #expect(world.pool.addresses.values.allSatisfy { $0.state == .free || $0.state.attachment != nil })
    }

    @Test("on a new boot the pods are gone, and their addresses rest by the new clock")
    func newBoot() {
        var world = running()
        let used = world.pool.addresses.values.filter { $0.state != .free }.map(\.address)
        #expect(used.count == 4)
        world.now = .origin + .seconds(5)
        world.restart(sameBoot: false)
        #expect(world.pool.attachments.isEmpty)
        #expect(used.allSatisfy { world.state($0) == .cooling(until: .origin + .seconds(35)) })
        world.start()
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("what was being given back is given back")
    func releasing() {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 9)) {
            $0.target = .addresses(warm: 8, minimum: 0)
        }
        world.start()
        world.run(for: .seconds(60))
        world.fates[.unassign] = [.hangs]
        world.reconfigure { $0.target = .addresses(warm: 3, minimum: 0) }
        #expect(world.pool.addresses.values.count { $0.state == .releasing } == 5)
        world.restart()
        world.start()
        #expect(world.cloud.shape == [3] && world.isConsistent && world.breach == nil)
    }

    @Test("an ENI whose detachment the crash interrupted hands out nothing until it is sure to be attached")
    func detaching() throws {
        var world = running()
        for pod in ["a", "c", "d"] { world.release(pod) }
        while world.count(.detach) == 0 { world.run(for: .seconds(1)) }
        guard case .detachENI(let eni)? = world.work.first?.action else { throw Failure("no detachment") }
        world.restart()
        world.reconcile()
        world.run(for: .seconds(1))
        try world.cloud.detach(eni)
        for pod in 0..<3 { world.add("\(pod)") }
        #expect(world.pool.attachments.values.allSatisfy { $0.eni != eni })
        #expect(world.breach == nil)
    }

    @Test("what the crash kept from being stored is found in the view: nothing leaks")
    func interrupted() throws {
        for applied in [true, false] {
            for call in [PoolWorld.Call.create, .attach, .assign, .unassign, .detach, .delete] {
                var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 3)) {
                    $0.cooldown = .seconds(1)
                    $0.target = call == .unassign ? .addresses(warm: 1, minimum: 0) : .enis(1)
                }
                world.fates[call] = [.hangs]
                world.start()
                for pod in ["a", "b"] { world.add(pod, for: .seconds(100)) }
                world.run(for: .seconds(50))
                for pod in ["a", "b"] { world.release(pod) }
                world.run(for: .seconds(200))
                let hanging = try #require(world.work.first { $0.dueAt == .distantFuture })
                var copy = world
                if applied {
                    copy.finish(hanging, .isLost(applied: true))
                    world.cloud = copy.cloud
                }
                world.restart()
                for _ in 0..<6 {
                    world.reconcile()
                    world.run(for: .seconds(100))
                }
                #expect(world.isConsistent && world.breach == nil, "\(call), applied: \(applied)")
                // Where the primary ENI got nothing, another one got it all.
                let expected = call == .unassign ? [[1]] : call == .assign ? [[2], [0, 2]] : [[2]]
                #expect(expected.contains(world.cloud.shape), "\(call), applied: \(applied)")
            }
        }
    }

    @Test("without a store the pool is rebuilt from the provider and the kernel, and no running pod loses its address")
    func lostStore() {
        for cooldown in [0, 30] {
            var world = running()
            world.reconfigure { $0.cooldown = .seconds(cooldown) }
            world.run(for: .seconds(100))
            let pods = world.kernel
            #expect(pods.count == 3)
            world.restart(losingStore: true)
            for pod in 0..<3 { world.add("early-\(pod)", for: .seconds(100)) }
            world.reconcile()
            #expect(world.pool.attachments.mapValues(\.addresses) == pods)
            world.run(for: .seconds(100))
            #expect(world.pool.attachments.count == 6)
            #expect(pods.allSatisfy { world.pool.attachments[$0.key]?.addresses == $0.value })
            #expect(world.isConsistent && world.breach == nil)
        }
    }

    @Test("a pod on an ENI that is detached by then is remembered, and its address is nobody else's")
    func lostStoreAndENI() throws {
        var world = running()
        let pod = try #require(world.pool.attachments.values.first { $0.eni != NaiveCloud.primary })
        try world.cloud.detach(pod.eni)
        world.restart(losingStore: true)
        world.start()
        #expect(world.state(pod.addresses.primary) == .orphaned(pod.id) && world.cloud.interfaces[pod.eni] == nil)
        for name in 0..<6 { world.add("\(name)", for: .seconds(100)) }
        world.run(for: .seconds(100))
        #expect(world.pool.attachments.values.count { $0.addresses == pod.addresses } == 1 && world.breach == nil)
        world.release(pod.id.containerID)
        world.run(for: .seconds(100))
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("an ENI with pods that does not fit any more is lost, and its pods are remembered")
    func noRoomForOldENI() throws {
        var world = running()
        let pod = try #require(world.pool.attachments.values.first { $0.eni != NaiveCloud.primary })
        try world.cloud.detach(pod.eni)
        world.fates[.attach] = [.fails(.limitReached(.interfaces))]
        world.restart()
        world.start()
        #expect(world.state(pod.addresses.primary) == .orphaned(pod.id) && world.pool.enis[pod.eni]?.phase == .lost)
        world.release(pod.id.containerID)
        world.reconcile()
        world.run(for: .seconds(300))
        #expect(world.cloud.interfaces[pod.eni] == nil && world.isConsistent && world.breach == nil)
    }
}
