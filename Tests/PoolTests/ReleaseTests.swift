import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Shrinking: what is given back, and when")
struct ReleaseTests {
    /// Two ENIs, the second one too many since the pods ended and their addresses rested.
    private func surplusENI() -> PoolWorld {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 3))
        world.start()
        world.add("a")
        world.add("b")
        world.add("c")
        world.run(for: .seconds(20))
        return world
    }

    @Test("a role that may not give back does not keep the pool from growing")
    func deniedRelease() {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 30)) {
            $0.target = .addresses(warm: 8, minimum: 0)
        }
        world.fates[.unassign] = Array(repeating: .fails(.permissionDenied("no")), count: 50)
        world.start()
        world.reconfigure { $0.target = .addresses(warm: 2, minimum: 0) }
        world.run(for: .seconds(300))
        for pod in 0..<12 { world.add("\(pod)", for: .seconds(30)) }
        world.run(for: .seconds(30))
        #expect(world.pool.attachments.count == 12 && world.breach == nil)
    }

    @Test("an ENI that nobody needs is detached and deleted")
    func removal() {
        var world = surplusENI()
        #expect(world.cloud.shape == [2, 2, 2])
        for pod in ["a", "b", "c"] { world.release(pod) }
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [2] && world.cloud.interfaces.count == 1)
        #expect(world.count(.detach) == 2 && world.count(.delete) == 2)
        #expect(world.isConsistent && world.breach == nil && world.repairs.isEmpty)
    }

    @Test("an ENI on its way out hands out nothing, is stored as leaving, and gives its place back when it is gone")
    func leaving() throws {
        var world = surplusENI()
        for pod in ["a", "b", "c"] { world.release(pod) }
        while world.count(.detach) == 0 { world.run(for: .seconds(1)) }
        let eni = try #require(world.pool.enis.values.first { if case .detaching = $0.phase { true } else { false } })
        #expect(world.store.addresses.values.filter { $0.eni == eni.id }.allSatisfy { $0.state == .releasing })
        for pod in 0..<4 { world.add("\(pod)") }
        #expect(world.pool.attachments.values.allSatisfy { $0.eni != eni.id })
        world.run(for: .seconds(20))
        #expect(world.pool.attachments.count == 4 && world.cloud.interfaces[eni.id] == nil && world.breach == nil)
    }

    @Test("not before it is attached for 60 s")
    func lifetime() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3)) { $0.cooldown = .seconds(1) }
        world.start()
        world.run(for: .seconds(300))
        world.add("a")
        world.run(for: .seconds(4))
        let attached = world.now
        #expect(world.cloud.shape == [2, 2])
        world.release("a")
        world.run(for: .seconds(59))
        #expect(world.count(.detach) == 0)
        world.run(for: .seconds(2))
        #expect(world.count(.detach) == 1 && world.now - attached > .seconds(60))
    }

    @Test("not while a pod uses it, nor while one of its addresses cools")
    func inUse() {
        var world = surplusENI()
        for pod in ["a", "b"] { world.release(pod) }
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [2, 2], "c's ENI stays, and one other: the target is not met without it")
        world.reconfigure { $0.target = .enis(0) }
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [2, 2] && world.pool.attachments[PoolWorld.id("c")]?.eni == ENIID("eni-1"))

        world.reconfigure { $0.cooldown = .seconds(200) }
        world.release("c")
        world.run(for: .seconds(199))
        #expect(world.cloud.shape == [2, 2])
        world.run(for: .seconds(10))
        #expect(world.cloud.shape == [2])
    }

    @Test("not if the others alone miss the target")
    func targetFirst() {
        var world = surplusENI()
        world.release("c")
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [2, 2], "two pods on the primary ENI, two free addresses on the other")
    }

    @Test("one step every 30 s")
    func interval() {
        var world = PoolWorld(limits: NodeLimits(enis: 4, ipv4PerENI: 3)) { $0.target = .enis(4) }
        world.start()
        world.run(for: .seconds(300))
        world.reconfigure { $0.target = .enis(0) }
        #expect(world.count(.detach) == 1)
        world.run(for: .seconds(29))
        #expect(world.count(.detach) == 1)
        world.run(for: .seconds(1))
        #expect(world.count(.detach) == 2)
        world.run(for: .seconds(30))
        #expect(world.count(.detach) == 3)
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [2], "the primary ENI never goes")
    }

    @Test("an ENI that others manage is never touched")
    func noManage() {
        var world = surplusENI()
        world.cloud.interfaces[ENIID("eni-2")]?.tags[ENITag.noManage] = "true"
        world.reconcile()
        for pod in ["a", "b", "c"] { world.release(pod) }
        world.run(for: .seconds(100))
        world.reconcile()
        world.run(for: .seconds(300))
        #expect(Set(world.cloud.interfaces.keys) == [NaiveCloud.primary, ENIID("eni-2")])
        #expect(world.cloud.shape == [2, 2])
    }

    @Test("surplus addresses go first, from the ENI with fewest pods, the primary one last")
    func surplus() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 5)) {
            $0.target = .addresses(warm: 7, minimum: 0)
        }
        world.start()
        world.add("a")
        world.run(for: .seconds(100))
        #expect(world.cloud.shape == [4, 4])
        let kept = try #require(world.pool.enis[ENIID("eni-1")]).free.first
        world.reconfigure { $0.target = .addresses(warm: 4, minimum: 0) }
        world.run(for: .seconds(10))
        #expect(world.cloud.shape == [4, 1] && world.pool.enis[ENIID("eni-1")]?.free.first == kept)
        world.reconfigure { $0.target = .addresses(warm: 1, minimum: 0) }
        world.run(for: .seconds(200))
        #expect(world.cloud.shape == [2], "an empty ENI goes as well")
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("a minimum is kept")
    func minimum() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 8)) {
            $0.target = .addresses(warm: 5, minimum: 4)
        }
        world.start()
        world.reconfigure { $0.target = .addresses(warm: 1, minimum: 4) }
        world.run(for: .seconds(100))
        #expect(world.cloud.shape == [4])
    }

    @Test("a lowered max-pods takes free addresses and empty ENIs away, and touches no pod")
    func loweredMaxPods() {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 5)) { $0.target = .enis(1) }
        world.start()
        for pod in ["a", "b", "c"] { world.add(pod) }
        world.run(for: .seconds(100))
        #expect(world.cloud.shape == [4, 4])
        world.reconfigure { $0.maxPods = 2 }
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [3] && world.pool.attachments.count == 3)
        world.add("d")
        #expect(world.cause(of: "d") == .maxPodsReached(limit: 2))
        world.release("a")
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [2] && world.isConsistent && world.breach == nil)
    }

    @Test("max-pods binds at once, though there are free addresses still")
    func loweredMaxPodsAtOnce() {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 9))
        world.start()
        for pod in ["a", "b", "c"] { world.add(pod) }
        world.reconfigure { $0.maxPods = 3 }
        #expect(world.pool.enis[NaiveCloud.primary]?.free.count == 5)
        world.add("one more")
        #expect(world.cause(of: "one more") == .maxPodsReached(limit: 3))
    }

    @Test("an ADD that is refused at the moment when a step is due does not put it off")
    func refusedWhileDue() {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 9)) {
            $0.target = .addresses(warm: 2, minimum: 8)
        }
        world.start()
        for pod in ["a", "b"] { world.add(pod) }
        world.run(for: .seconds(300))
        world.fates[.unassign] = [.fails(.incorrectState("busy"))]
        world.reconfigure { $0.maxPods = 2 }
        world.run(for: .seconds(100))
        world.add("c")
        #expect(world.cause(of: "c") == .maxPodsReached(limit: 2))
        world.run(for: .seconds(100))
        #expect(world.cloud.shape == [2] && world.isConsistent)
    }

    @Test("what could not be given back is tried again, and nothing more is taken in its stead")
    func failedUnassign() {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 9)) {
            $0.target = .addresses(warm: 8, minimum: 0)
        }
        world.start()
        world.run(for: .seconds(60))
        world.fates[.unassign] = Array(repeating: .fails(.incorrectState("busy")), count: 20)
        world.reconfigure { $0.maxPods = 6 }
        world.run(for: .seconds(1000))
        #expect(world.cloud.shape == [6] && world.isConsistent && world.count(.unassign) == 21)
    }

    @Test("that the node may not give back keeps nobody from growing")
    func deleteDenied() {
        var world = surplusENI()
        world.fates[.delete] = Array(repeating: .fails(.permissionDenied("ec2:DeleteNetworkInterface")), count: 1000)
        for pod in ["a", "b", "c"] { world.release(pod) }
        world.run(for: .seconds(300))
        let tries = world.count(.delete)
        #expect(tries < 10)
        for pod in ["x", "y"] { world.add(pod) }
        world.add("z", for: .milliseconds(500))
        #expect(world.cause(of: "z")?.code != "permission-denied")
    }
}
