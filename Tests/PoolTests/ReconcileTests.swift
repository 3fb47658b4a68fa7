import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Reconcile: the provider's view and the kernel's pods against the pool")
struct ReconcileTests {
    /// A pool of two ENIs whose every change is long ago.
    private func settled() -> PoolWorld {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 5)) {
            $0.target = .addresses(warm: 6, minimum: 0)
        }
        world.start()
        world.run(for: .seconds(300))
        return world
    }

    @Test("what agrees is left alone")
    func agreement() {
        var world = settled()
        let before = world.store
        let calls = world.calls
        world.reconcile()
        #expect(world.repairs.isEmpty && world.store == before && world.calls == calls)
    }

    @Test("an address that the provider has and the pool does not know rests, then it is used")
    func adoptedAddress() throws {
        var world = settled()
        let address = IPv4Address("10.0.9.9")!
        world.cloud.interfaces[NaiveCloud.primary]?.secondaryAddresses.append(address)
        world.reconcile()
        #expect(world.repairs == [.adoptedBlock(.address(address), NaiveCloud.primary)])
        guard case .cooling(let until, _)? = world.state(address) else { throw Failure("not resting") }
        #expect(until - world.now >= world.pool.configuration.cooldown)
        world.run(for: until - world.now)
        #expect(world.state(address) != .cooling(until: until) && world.breach == nil)
    }

    @Test("an address that the provider no longer has is dropped, or kept from others while a pod uses it")
    func droppedAddress() throws {
        var world = settled()
        world.add("a")
        let used = try #require(world.address(of: "a"))
        let free = try #require(world.pool.enis[NaiveCloud.primary]?.free.first)
        world.cloud.interfaces[NaiveCloud.primary]?.secondaryAddresses.removeAll { [used, free].contains(.v4($0)) }
        world.reconcile()
        #expect(
            Set(world.repairs) == [
                .orphanedAddress(used, PoolWorld.id("a")), .droppedBlock(.address(free.v4!), NaiveCloud.primary),
            ])
        #expect(world.state(used) == .orphaned(PoolWorld.id("a")) && world.state(free) == nil)
        world.add("a")
        #expect(world.address(of: "a") == used, "a running pod never loses its address")
        world.release("a")
        #expect(world.state(used) == nil && world.breach == nil)
    }

    @Test("an address that is back while its pod still runs is the pod's again")
    func recoveredAddress() throws {
        var world = settled()
        world.add("a")
        let used = try #require(world.address(of: "a"))
        let before = world.cloud
        world.cloud.interfaces[NaiveCloud.primary]?.secondaryAddresses.removeAll { .v4($0) == used }
        world.reconcile()
        world.cloud = before
        world.repairs = []
        world.reconcile()
        #expect(world.repairs == [.recoveredAddress(used, PoolWorld.id("a"))])
        #expect(world.state(used) == .assigned(PoolWorld.id("a")))
    }

    @Test("an ENI that somebody attached is taken in")
    func adoptedENI() throws {
        var world = settled()
        let view = try world.cloud.create(MutationToken("other"), .own(2))
        try world.cloud.attach(view.id, deviceIndex: 2)
        world.reconcile()
        #expect(world.repairs == [.adoptedENI(view.id)])
        world.run(for: .seconds(2))
        #expect(world.pool.enis[view.id]?.isReady == true && world.pool.enis[view.id]?.coolingCount == 2)
        #expect(world.breach == nil)
    }

    @Test("an ENI that somebody took away is forgotten at once, or with its last pod")
    func lostENI() throws {
        for used in [false, true] {
            var world = settled()
            if used { for pod in 0..<5 { world.add("\(pod)") } }
            world.run(for: .seconds(10))
            let eni = ENIID("eni-1")
            let pods = world.pool.attachments.values.filter { $0.eni == eni }
            #expect(pods.count == (used ? 1 : 0))
            let gone = world.cloud.interfaces.removeValue(forKey: eni)
            let view = try #require(gone)
            world.run(for: .seconds(100))
            world.reconcile()
            #expect(world.repairs.contains(.lostENI(eni)))
            #expect(pods.allSatisfy { world.state($0.addresses.primary) == .orphaned($0.id) })
            #expect((world.pool.enis[eni]?.phase == .lost) == used)
            world.run(for: .seconds(30))
            #expect(world.pool.enis[ENIID("eni-2")]?.isReady == true, "its place is taken by another")
            for pod in pods { world.release(pod.id.containerID) }
            #expect(world.pool.enis[eni] == nil && world.breach == nil)
            #expect(view.secondaryAddresses.allSatisfy { world.state($0) == nil })
        }
    }

    @Test("a lost ENI whose addresses are still listed stays lost until it is attached again")
    func detachedByOthers() throws {
        var world = settled()
        for pod in 0..<6 { world.add("\(pod)") }
        world.run(for: .seconds(100))
        let eni = ENIID("eni-1")
        try world.cloud.detach(eni)
        for _ in 0..<3 { world.reconcile() }
        #expect(world.pool.enis[eni]?.phase == .lost && world.pool.enis[eni]?.assignedCount == 0)
        world.release("4")
        #expect(world.pool.enis[eni]?.phase == .lost && world.address(of: "5") != nil)
        world.repairs = []
        try world.cloud.attach(eni, deviceIndex: 1)
        world.reconcile()
        world.run(for: .seconds(2))
        #expect(world.pool.enis[eni]?.isReady == true)
        #expect(world.repairs.contains(.recoveredAddress(world.address(of: "5")!, PoolWorld.id("5"))))
        #expect(world.breach == nil)
    }

    @Test("an ENI of this node that is attached to nothing is deleted")
    func leakedENI() throws {
        var world = settled()
        let view = try world.cloud.create(MutationToken("of an earlier run"), .own(2))
        world.reconcile()
        #expect(world.repairs == [.leakedENI(view.id)])
        world.run(for: .seconds(2))
        #expect(world.cloud.interfaces[view.id] == nil && world.pool.enis[view.id] == nil)
        world.run(for: .seconds(100))
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("a view that still shows a deleted ENI makes no loop")
    func ghost() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3))
        world.start()
        world.add("a")
        world.run(for: .seconds(60))
        world.release("a")
        world.run(for: .seconds(34))
        #expect(world.cloud.interfaces.count == 1)
        world.viewLag = .seconds(50)
        world.reconcile()
        world.run(for: .seconds(30))
        #expect(world.count(.readBack) < 6 && world.count(.delete) < 6)
        for _ in 0..<3 {
            world.run(for: .seconds(60))
            world.reconcile()
        }
        world.run(for: .seconds(60))
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("an attachment without an interface is released, once the plugin had time to make it")
    func releasedAttachment() throws {
        var world = settled()
        world.add("a")
        let address = try #require(world.address(of: "a"))
        world.kernel = [:]
        world.run(for: .seconds(119))
        world.reconcile()
        #expect(world.repairs.isEmpty)
        world.run(for: .seconds(1))
        world.reconcile()
        #expect(world.repairs == [.releasedAttachment(PoolWorld.id("a"), PodAddresses(address))])
        #expect(world.state(address) == .cooling(until: world.now + .seconds(30)))
    }

    @Test("a pod that the pool does not know keeps its address")
    func adoptedAttachment() throws {
        var world = settled()
        let free = try #require(world.pool.enis[NaiveCloud.primary]?.free.last)
        world.kernel[PoolWorld.id("stranger")] = PodAddresses(free)
        world.reconcile()
        #expect(world.repairs == [.adoptedAttachment(PoolWorld.id("stranger"), PodAddresses(free))])
        #expect(world.address(of: "stranger") == free && world.breach == nil)
    }

    @Test("a pod whose address is another's, or nobody's, is reported")
    func strayPod() throws {
        var world = settled()
        world.add("a")
        let used = try #require(world.address(of: "a"))
        let nowhere = IPAddress("192.0.2.1")!
        world.kernel[PoolWorld.id("thief")] = PodAddresses(used)
        world.kernel[PoolWorld.id("stray")] = PodAddresses(nowhere)
        world.reconcile()
        #expect(
            Set(world.repairs) == [
                .strayPod(PoolWorld.id("thief"), PodAddresses(used)),
                .strayPod(PoolWorld.id("stray"), PodAddresses(nowhere)),
            ])
        #expect(world.pool.attachments.count == 1)
    }

    @Test("an address that a stray pod uses is not handed out when the provider assigns it")
    func strayAddress() throws {
        var world = settled()
        let address = IPv4Address("10.0.9.9")!
        world.kernel[PoolWorld.id("stray")] = .ipv4(address)
        world.reconcile()
        world.cloud.free.append(address)
        world.reconfigure { $0.target = .addresses(warm: 7, minimum: 0) }
        world.run(for: .seconds(1))
        #expect(world.address(of: "stray") == .v4(address) && world.breach == nil)
    }

    @Test("a view that lags behind undoes nothing that was confirmed")
    func staleView() {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 5)) {
            $0.target = .addresses(warm: 1, minimum: 0)
            $0.cooldown = .seconds(1)
        }
        world.remember()
        world.viewLag = .seconds(25)
        world.start()
        for round in 0..<8 {
            for pod in 0..<5 { world.add("\(round)-\(pod)", for: .seconds(30)) }
            world.run(for: .seconds(10))
            world.reconcile()
            for pod in 0..<5 { world.release("\(round)-\(pod)") }
            world.run(for: .seconds(20))
            world.reconcile()
        }
        #expect(world.repairs.isEmpty && world.breach == nil)
    }

    @Test("what others change is noticed on an ENI that changes all the time")
    func busy() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 20)) {
            $0.target = .addresses(warm: 1, minimum: 0)
            $0.cooldown = .zero
        }
        world.start()
        world.add("victim")
        world.run(for: .seconds(100))
        let address = try #require(world.address(of: "victim"))
        world.cloud.interfaces[NaiveCloud.primary]?.secondaryAddresses.removeAll { .v4($0) == address }
        for round in 0..<10 {
            world.add("\(round)")
            world.run(for: .seconds(20))
            world.reconcile()
            world.release("\(round)")
            world.run(for: .seconds(20))
        }
        #expect(world.state(address) == .orphaned(PoolWorld.id("victim")))
    }
}
