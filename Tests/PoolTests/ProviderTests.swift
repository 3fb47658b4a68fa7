import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("The provider's answers, failures and silence")
struct ProviderTests {
    /// A mutation whose answer is lost: whether or not it was carried out, the view tells, nothing leaks and nothing
    /// is handed out twice.
    @Test(
        "a lost answer is resolved by reading back",
        arguments: [
            PoolWorld.Call.create, .attach, .configure, .assign, .unassign, .detach, .delete,
        ], [true, false])
    func lostAnswer(_ call: PoolWorld.Call, applied: Bool) {
        for lag in [Duration.zero, .seconds(20)] {
            var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 3)) {
                $0.target = call == .unassign ? .addresses(warm: 1, minimum: 0) : .enis(1)
                $0.cooldown = .zero
            }
            world.viewLag = lag
            world.remember()
            world.fates[call] = [.isLost(applied: applied)]
            world.start()
            world.run(for: .seconds(60))
            for pod in ["a", "b", "c"] { world.add(pod, for: .seconds(120)) }
            world.run(for: .seconds(200))
            #expect(world.pool.attachments.count == 3)
            for pod in ["a", "b", "c"] { world.release(pod) }
            world.run(for: .seconds(10))
            for pod in ["d", "e", "f"] { world.add(pod, for: .seconds(120)) }
            world.run(for: .seconds(100))
            #expect(world.pool.attachments.values.allSatisfy { world.cloud.serves($0.addresses.primary, on: $0.eni) })
            for pod in ["d", "e", "f"] { world.release(pod) }
            for _ in 0..<10 {
                world.run(for: .seconds(60))
                world.reconcile()
            }
            world.run(for: .seconds(60))
            #expect(world.isConsistent && world.breach == nil, "lag \(lag.text)")
            #expect(world.cloud.shape == (call == .unassign ? [1] : [2]), "lag \(lag.text)")
            #expect(world.count(.readBack) < 30 && world.pool.nextTick(after: world.now) == nil)
        }
    }

    @Test("an assignment that was carried out without an answer serves those who wait as soon as it is seen")
    func lostAssignment() {
        var world = PoolWorld { $0.target = .addresses(warm: 0, minimum: 0) }
        world.start()
        world.run(for: .seconds(60))
        world.fates[.assign] = [.isLost(applied: true)]
        world.add("a")
        world.run(for: .seconds(1))
        #expect(world.address(of: "a") != nil && world.count(.assign) == 1 && world.cloud.shape == [1])
    }

    @Test("an ENI that was created without an answer is found by its token")
    func lostCreation() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3)) { $0.target = .enis(2) }
        world.fates[.create] = [.isLost(applied: true)]
        world.start()
        #expect(world.cloud.shape == [2, 2] && world.count(.create) == 1 && world.repairs.isEmpty)
    }

    @Test(
        "an ENI that the provider is attaching for ever is detached and replaced, after a restart too",
        arguments: [true, false])
    func stuckInAttaching(restarts: Bool) {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3)) { $0.target = .enis(2) }
        world.fates[.attach] = [.isLost(applied: true)]
        world.fates[.configure] =
            [.succeeds] + Array(repeating: .fails(.incorrectState("its interface did not appear")), count: 40)
        world.start()
        world.run(for: .seconds(20))
        let stuck = world.pool.enis.values.first { !$0.isPrimary }?.id
        guard let stuck else { return #expect(stuck != nil) }
        world.cloud.interfaces[stuck]?.attachment = .attaching(deviceIndex: 1)
        if restarts { world.restart() }
        for _ in 0..<30 {
            world.run(for: .seconds(10))
            if world.pool.enis[stuck] == nil { world.fates[.configure] = [] }
            world.reconcile()
        }
        #expect(world.count(.detach) == 1 && world.count(.delete) == 1 && world.count(.create) == 2)
        #expect(world.cloud.shape == [2, 2] && world.pool.enis.values.allSatisfy(\.isReady))
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("while a creation is in doubt no other is asked for")
    func creationInDoubt() {
        var world = PoolWorld(limits: NodeLimits(enis: 4, ipv4PerENI: 3))
        world.start()
        world.fates[.create] = [.isLost(applied: false)]
        world.add("a")
        world.run(for: .seconds(5))
        for pod in ["b", "c", "d", "e"] { world.add(pod, for: .seconds(100)) }
        world.run(for: .seconds(50))
        #expect(world.count(.create) == 1 && world.address(of: "b") != nil && world.answer(to: "e") == nil)
        world.run(for: .seconds(40))
        #expect(world.address(of: "e") != nil && world.isConsistent && world.breach == nil)
    }

    @Test("what a view after a restart shows may be what was given back before it: it rests, in doubt or not")
    func ghostInDoubt() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 9)) {
            $0.target = .addresses(warm: 4, minimum: 0)
            $0.cooldown = .zero
        }
        world.start()
        world.run(for: .seconds(100))
        world.viewLag = .seconds(10)
        world.reconfigure { $0.target = .addresses(warm: 1, minimum: 0) }
        world.run(for: .seconds(1))
        #expect(world.cloud.shape == [1])
        world.restart()
        // Read before the provider took the addresses away.
        let before = world.observation
        #expect(before.interfaces[0].secondaryAddresses.count == 4)
        var early = before
        early.interfaces[0].secondaryAddresses = world.cloud.interfaces[NaiveCloud.primary]!.secondaryAddresses
        world.perform(world.pool.reconcile(early, takenAt: world.now, now: world.now))
        world.run(for: .seconds(1))
        world.fates[.assign] = [.isLost(applied: false)]
        for pod in ["a", "b", "c"] { world.add(pod, for: .seconds(100)) }
        world.run(for: .seconds(1))
        world.perform(world.pool.reconcile(before, takenAt: world.now, now: world.now))
        #expect(world.pool.attachments.values.allSatisfy { world.cloud.serves($0.addresses.primary, on: $0.eni) })
        world.viewLag = .zero
        world.run(for: .seconds(90))
        #expect(world.pool.attachments.values.allSatisfy { world.cloud.serves($0.addresses.primary, on: $0.eni) })
        #expect(world.pool.attachments.count == 3 && world.breach == nil)
    }

    @Test("an answer to another question is not this one's")
    func anotherToken() throws {
        var world = PoolWorld { $0.target = .addresses(warm: 2, minimum: 0) }
        world.fates[.assign] = [.hangs]
        world.start()
        let stranger = IPv4Address("10.0.9.9")!
        world.perform(
            world.pool.assigned(NaiveCloud.primary, [.address(stranger)], token: MutationToken("x"), now: world.now))
        #expect(world.state(stranger) == nil && world.pool.enis[NaiveCloud.primary]?.incomingAddresses == 2)
    }

    @Test("an address that turns out to be a pod's while it is taken away stays the pod's")
    func takenFromPod() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 9)) {
            $0.target = .addresses(warm: 4, minimum: 0)
        }
        world.start()
        world.run(for: .seconds(100))
        world.fates[.unassign] = [.hangs]
        world.reconfigure { $0.target = .addresses(warm: 1, minimum: 0) }
        let leaving = try #require(world.pool.addresses.values.first { $0.state == .releasing })
        world.kernel[PoolWorld.id("stranger")] = PodAddresses(leaving.address)
        world.reconcile()
        world.perform(world.pool.unassigned(NaiveCloud.primary, [leaving.block], now: world.now))
        #expect(world.state(leaving.address) == .orphaned(PoolWorld.id("stranger")), "nobody else gets it")
        #expect(world.address(of: "stranger") == leaving.address && world.breach == nil)
    }

    @Test("an ENI whose detachment is in doubt hands out nothing")
    func lostDetachment() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3)) { $0.target = .enis(1) }
        world.start()
        world.add("a")
        world.run(for: .seconds(100))
        world.release("a")
        world.fates[.detach] = [.isLost(applied: true)]
        world.fates[.readBack] = [.hangs]
        world.run(for: .seconds(60))
        #expect(world.count(.detach) == 1 && world.cloud.attachedCount == 1)
        for pod in ["x", "y", "z"] { world.add(pod, for: .seconds(5)) }
        #expect(world.pool.attachments.values.allSatisfy { world.cloud.serves($0.addresses.primary, on: $0.eni) })
        #expect(world.address(of: "z") == nil)
        world.reconcile()
        world.run(for: .seconds(60))
        #expect(world.repairs.isEmpty, "our own doing is no disagreement")
    }

    @Test("an ENI that disappears while an assignment is in doubt does not stay in doubt for ever")
    func goneInDoubt() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 5)) {
            $0.target = .addresses(warm: 5, minimum: 0)
        }
        world.start()
        #expect(world.cloud.shape == [4, 1])
        world.fates[.assign] = [.isLost(applied: false)]
        world.reconfigure { $0.target = .addresses(warm: 6, minimum: 0) }
        world.run(for: .milliseconds(450))
        world.cloud.interfaces[ENIID("eni-1")] = nil
        world.run(for: .seconds(200))
        #expect(world.isConsistent && world.cloud.shape == [4, 2] && world.breach == nil)
        #expect(world.count(.readBack) < 20)
    }

    @Test("answers that nobody waits for change nothing")
    func unexpected() throws {
        var world = PoolWorld()
        world.start()
        let before = world.store
        let address = IPv4Address("10.0.9.9")!
        let eni = NaiveCloud.primary
        let view = try #require(world.cloud.interfaces[eni])
        world.perform(world.pool.created(MutationToken("x"), view, now: world.now))
        world.perform(world.pool.assigned(eni, [.address(address)], token: MutationToken("x"), now: world.now))
        world.perform(world.pool.unassigned(eni, Array(world.pool.blocks(of: eni)), now: world.now))
        world.perform(world.pool.detached(eni, now: world.now))
        world.perform(world.pool.deleted(eni, now: world.now))
        world.perform(world.pool.ready(eni, now: world.now))
        let lost = ProviderError.unreachable("timed out")
        world.perform(
            world.pool.failed(.assign(eni, .address, count: 1, MutationToken("x")), lost, jitter: 0, now: world.now))
        world.perform(world.pool.failed(.detachENI(eni), .throttled(retryAfter: nil), jitter: 0, now: world.now))
        world.perform(world.pool.failed(.deleteENI(ENIID("no")), .notFound("no"), jitter: 0, now: world.now))
        #expect(world.store == before && world.pool.enis[eni]?.isReady == true && world.breach == nil)
    }

    @Test("a provider that fails is left alone for a while, and asked again until it answers")
    func backoff() {
        var world = PoolWorld { $0.target = .addresses(warm: 1, minimum: 0) }
        world.fates[.assign] = Array(repeating: .fails(.transient(status: 503, "overloaded")), count: 4)
        world.start()
        world.run(for: .seconds(600))
        #expect(world.cloud.shape == [1] && world.count(.assign) == 5 && world.pool.growthObstacle(world.now) == nil)
    }

    @Test("failures whose view can be read still slow the pool down")
    func backoffWithView() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3)) { $0.target = .enis(2) }
        world.fates[.attach] = Array(repeating: .fails(.transient(status: 500, "broken")), count: 10000)
        world.reconcile()
        world.run(for: .seconds(600))
        #expect(world.count(.attach) < 40, "\(world.count(.attach))")
        #expect(world.count(.readBack) < 60, "\(world.count(.readBack))")
    }

    @Test("a throttled detachment is put off, and the ENI serves meanwhile")
    func throttledDetach() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3)) { $0.target = .enis(1) }
        world.start()
        world.add("a")
        world.run(for: .seconds(60))
        world.release("a")
        world.fates[.detach] = [.fails(.throttled(retryAfter: .seconds(3)))]
        world.run(for: .seconds(50))
        #expect(world.count(.detach) == 1)
        for pod in ["x", "y", "z"] { world.add(pod) }
        #expect(["x", "y", "z"].allSatisfy { world.address(of: $0) != nil })
        #expect(world.cloud.shape == [2, 2] && world.breach == nil)
    }

    @Test("an ENI that is gone already counts as deleted")
    func deletedTwice() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3))
        world.start()
        world.add("a")
        world.run(for: .seconds(60))
        world.release("a")
        world.fates[.delete] = [.isLost(applied: true)]
        world.run(for: .seconds(300))
        #expect(world.isConsistent && world.count(.delete) == 2 && world.repairs.isEmpty)
    }
}
