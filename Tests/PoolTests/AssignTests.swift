import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("ADD, DEL, GC: who gets which address")
struct AssignTests {
    @Test("a pod gets a free address at once, and every transition of its life is stored")
    func life() throws {
        var world = PoolWorld()
        world.start()
        world.add("a")
        let address = try #require(world.address(of: "a"))
        #expect(world.state(address) == .assigned(PoolWorld.id("a")))
        #expect(world.cloud.serves(address, on: NaiveCloud.primary))

        world.release("a")
        #expect(world.state(address) == .cooling(until: world.now + .seconds(30)))
        world.run(for: .seconds(29))
        #expect(world.state(address) == .cooling(until: world.now + .seconds(1)))
        world.run(for: .seconds(1))
        #expect(world.state(address) == .free)
        #expect(world.breach == nil)
    }

    @Test("the same ADD again gets the same address, waiting or not, even after a restart")
    func idempotence() throws {
        var world = PoolWorld()
        world.add("early")
        world.add("early")
        world.start()
        let address = try #require(world.address(of: "early"))
        #expect(world.answers.count == 2)
        for answer in world.answers.values {
            guard case .granted(let grant) = answer else { throw Failure("refused") }
            #expect(grant.attachment.addresses.primary == address)
        }
        world.restart()
        world.add("early", address: "192.0.2.1")
        guard case .granted(let grant)? = world.answer(to: "early") else { throw Failure("refused") }
        #expect(grant.isRepeat && grant.attachment.addresses.primary == address)
        #expect(world.pool.attachments.count == 1)
    }

    @Test("DEL of an unknown attachment changes nothing")
    func unknown() {
        var world = PoolWorld()
        world.start()
        let before = world.store
        world.release("nobody")
        #expect(world.store == before)
        #expect(world.pool.release(PoolWorld.id("nobody"), now: world.now).actions.isEmpty)
    }

    @Test("DEL of a waiting ADD withdraws it")
    func withdrawal() {
        var world = PoolWorld()
        world.add("a")
        world.release("a")
        #expect(world.cause(of: "a") == .withdrawn)
        world.start()
        #expect(world.pool.attachments.isEmpty)
    }

    @Test("an ADD whose caller is gone is not answered and takes no address")
    func cancellation() {
        var world = PoolWorld()
        let waiter = world.add("a")
        world.cancel(waiter)
        world.start()
        #expect(world.answers.isEmpty && world.pool.attachments.isEmpty && world.pool.waiterCount == 0)
    }

    @Test("those who wait are served in order of arrival, from one provider call")
    func coalescing() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 15)) {
            $0.target = .addresses(warm: 0, minimum: 0)
        }
        world.start()
        #expect(world.count(.assign) == 0)
        let pods = (0..<8).map { "pod-\($0)" }
        for pod in pods { world.add(pod) }
        world.run(for: .seconds(5))
        #expect(pods.allSatisfy { world.address(of: $0) != nil })
        // One call for the first, one for all who came while it was under way.
        #expect(world.count(.assign) == 2)
        let addresses = pods.compactMap { world.address(of: $0) }
        #expect(Set(addresses).count == pods.count)

    }

    @Test("who waits longest gets what is ready first")
    func order() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 3))
        world.start()
        for pod in ["a", "b"] { world.add(pod) }
        let addresses = ["a", "b"].map { world.address(of: $0) }
        for pod in ["a", "b"] {
            world.release(pod)
            world.run(for: .seconds(5))
        }
        for pod in ["x", "y", "z"] { world.add(pod, for: .seconds(60)) }
        #expect(world.cause(of: "z") == .enisFull(enis: 1, addresses: 2), "the third waits in vain")
        world.run(for: .seconds(20))
        #expect(world.address(of: "x") == addresses[0] && world.answer(to: "y") == nil)
        world.run(for: .seconds(5))
        #expect(world.address(of: "y") == addresses[1])
        #expect(world.breach == nil)
    }

    @Test("an address that rests longest is taken first; the fullest ENI first, the older among equals")
    func choice() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 4)) {
            $0.target = .enis(2)
            $0.cooldown = .zero
        }
        world.start()
        #expect(world.cloud.shape == [3, 3])
        for pod in ["a", "b", "c", "d"] { world.add(pod) }
        let enis = ["a", "b", "c", "d"].map { world.pool.attachments[PoolWorld.id($0)]?.eni }
        #expect(enis == [NaiveCloud.primary, NaiveCloud.primary, NaiveCloud.primary, ENIID("eni-1")])

        let first = try #require(world.address(of: "a"))
        world.release("a")
        world.release("b")
        world.add("e")
        #expect(world.address(of: "e") != nil && world.pool.attachments[PoolWorld.id("e")]?.eni == NaiveCloud.primary)
        #expect(world.address(of: "e") == first, "free for longer than b's")
    }

    @Test("a cooldown of zero frees an address at once")
    func noCooldown() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 2)) { $0.cooldown = .zero }
        world.start()
        world.add("a")
        let address = try #require(world.address(of: "a"))
        world.release("a")
        #expect(world.state(address) == .free)
        world.add("b")
        #expect(world.address(of: "b") == address)
        #expect(world.breach == nil)
    }

    @Test("a pod waits for a cooling address, if it is ready before the deadline")
    func coolingInTime() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 2))
        world.start()
        world.add("a")
        let address = try #require(world.address(of: "a"))
        world.release("a")
        world.run(for: .seconds(25))
        world.add("b", for: .seconds(10))
        #expect(world.answer(to: "b") == nil)
        world.run(for: .seconds(5))
        #expect(world.address(of: "b") == address)
    }

    @Test("a requested address is given when it is free, and refused with the reason when it is not")
    func requested() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 5)) {
            $0.target = .addresses(warm: 4, minimum: 0)
        }
        world.start()
        let free = try #require(world.pool.enis[NaiveCloud.primary]).free
        world.add("a", address: free[2].description)
        #expect(world.address(of: "a") == free[2])

        func refusal(_ pod: String, _ address: String) -> Cause? {
            world.add(pod, address: address)
            return world.cause(of: pod)
        }
        let unknown = IPAddress("192.0.2.9")!
        #expect(refusal("b", "192.0.2.9") == .requestedAddressUnavailable(unknown, .unknown))
        #expect(
            refusal("c", free[2].description) == .requestedAddressUnavailable(free[2], .inUse(PoolWorld.id("a"))))
        world.release("a")
        #expect(
            refusal("d", free[2].description)
                == .requestedAddressUnavailable(free[2], .cooling(until: world.now + .seconds(30))))
        world.fates[.unassign] = [.hangs]
        world.reconfigure { $0.target = .addresses(warm: 1, minimum: 0) }
        world.run(for: .seconds(31))
        let leaving = try #require(world.pool.addresses.values.first { $0.state == .releasing })
        #expect(
            refusal("e", leaving.address.description) == .requestedAddressUnavailable(leaving.address, .notReady))
        #expect(world.breach == nil)
    }

    @Test("an address that was requested while the daemon started is refused as soon as that is known")
    func requestedEarly() throws {
        var world = PoolWorld()
        world.add("a", for: .seconds(100), address: "192.0.2.9")
        #expect(world.answer(to: "a") == nil)
        world.reconcile()
        #expect(world.cause(of: "a") == .requestedAddressUnavailable(IPAddress("192.0.2.9")!, .unknown))
    }

    @Test("GC names the attachments that the runtime no longer has, of its own network only")
    func garbage() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 5))
        world.start()
        for pod in ["a", "b", "c"] { world.add(pod) }
        let stale = world.pool.stale(in: "net", valid: [PoolWorld.id("b")])
        #expect(stale.map(\.id) == [PoolWorld.id("a"), PoolWorld.id("c")])
        #expect(world.pool.stale(in: "another", valid: []).isEmpty)
    }
}

/// A story that cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
