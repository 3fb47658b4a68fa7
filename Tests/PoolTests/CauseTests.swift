import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Causes: why a pod gets no address, in words, and when to try again")
struct CauseTests {
    @Test("max-pods is reached")
    func maxPods() throws {
        var world = PoolWorld { $0.maxPods = 2 }
        world.start()
        for pod in ["a", "b", "c"] { world.add(pod) }
        let cause = try #require(world.cause(of: "c"))
        #expect(cause == .maxPodsReached(limit: 2))
        #expect(cause.code == "max-pods-reached")
        #expect(
            cause.sentence(world.now)
                == "max-pods is reached: 2 of 2 pods have an address; raise maxPods (and kubelet's max-pods) or add a "
                + "node")
        #expect(cause.retryAfter(world.now) == nil)
        #expect(world.pool.obstacle(world.now) == cause)
    }

    @Test("all ENIs are full")
    func enisFull() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3))
        world.start()
        for pod in ["a", "b", "c", "d", "e"] {
            world.add(pod)
            world.run(for: .seconds(6))
        }
        let cause = try #require(world.cause(of: "e"))
        #expect(cause == .enisFull(enis: 2, addresses: 4))
        #expect(cause.code == "enis-full" && cause.retryAfter(world.now) == nil)
        #expect(cause.sentence(world.now).hasPrefix("all ENIs are full: 2 of 2 ENIs attached, 4 of 4 addresses in use"))
    }

    @Test("ENIs that others manage leave less room, and the cause says so")
    func foreignENI() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 3)) {
            $0.target = .addresses(warm: 0, minimum: 0)
        }
        world.addForeignENI(deviceIndex: 1)
        world.start()
        for pod in ["a", "b", "c"] { world.add(pod) }
        world.run(for: .seconds(5))
        #expect(world.address(of: "b") != nil)
        #expect(world.cause(of: "c") == .enisFull(enis: 1, addresses: 2))
    }

    @Test("the subnet is exhausted; the pool tries again after 120 s")
    func subnetExhausted() throws {
        var world = PoolWorld(subnetSize: 3)
        world.start()
        for pod in ["a", "b", "c"] { world.add(pod) }
        let cause = try #require(world.cause(of: "c"))
        guard case .subnetExhausted(NaiveCloud.subnet, let at) = cause else { throw Failure("\(cause)") }
        #expect(cause.code == "subnet-exhausted" && cause.retryAfter(world.now) == at - world.now)
        #expect(
            cause.sentence(world.now)
                == "subnet-1 has no free address left; free addresses in it or add a subnet; next attempt in "
                + (at - world.now).rounded)
        #expect(world.pool.growthObstacle(world.now) == cause)
    }

    @Test("the subnet has no contiguous block")
    func noContiguousPrefix() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 4, supportsPrefixes: true), subnetSize: 14) {
            $0.prefixDelegation = true
            $0.prefixFallback = false
        }
        world.start()
        world.add("a")
        let cause = try #require(world.cause(of: "a"))
        #expect(cause.code == "no-contiguous-prefix" && cause.retryAfter(world.now)! > .seconds(90))
        #expect(cause.sentence(world.now).hasPrefix("subnet-1 has no free aligned /28 block (fragmentation); "))
    }

    @Test("the provider throttles, and says until when")
    func throttled() throws {
        var world = PoolWorld()
        world.fates[.assign] = [.fails(.throttled(retryAfter: .seconds(60)))]
        world.start()
        world.add("a")
        let cause = try #require(world.cause(of: "a"))
        guard case .throttled(let until) = cause else { throw Failure("\(cause)") }
        #expect(cause.code == "provider-throttled" && cause.retryAfter(world.now) == until - world.now)
        #expect(cause.sentence(world.now).hasPrefix("throttled by the provider, which allows"))
        world.add("b", for: until - world.now + .seconds(2))
        world.run(for: until - world.now + .seconds(1))
        #expect(world.address(of: "b") != nil, "who can wait for it is served after it")
    }

    @Test("the node's own limit of calls is not the provider's throttling")
    func callsLimited() throws {
        var world = PoolWorld()
        world.fates[.assign] = [.fails(.callsLimited(retryAfter: .seconds(60)))]
        world.start()
        world.add("a")
        let cause = try #require(world.cause(of: "a"))
        #expect(cause.code == "calls-limited" && cause.retryAfter(world.now)! > .seconds(30))
        #expect(cause.sentence(world.now).contains("(key calls)"))
    }

    @Test("calls that are not made leave the reason standing for which they are not, and end with the first answer")
    func suspended() throws {
        var world = PoolWorld()
        world.fates[.assign] = [
            .fails(.throttled(retryAfter: nil)), .fails(.suspended(retryAfter: .seconds(60), "it is on fire")),
        ]
        world.start()
        world.add("a", for: .seconds(30))
        world.run(for: .seconds(10))
        let cause = try #require(world.pool.growthObstacle(world.now))
        #expect(cause.code == "provider-throttled" && cause.retryAfter(world.now)! > .seconds(20))
        world.run(for: .seconds(100))
        #expect(world.pool.growthObstacle(world.now) == nil && world.cloud.shape.reduce(0, +) > 0)
    }

    @Test("without credentials nobody is told to grant a permission")
    func invalidCredentials() throws {
        var world = PoolWorld()
        world.fates[.assign] = Array(repeating: .fails(.invalidCredentials("no token")), count: 9)
        world.start()
        world.add("a", for: .milliseconds(10))
        let cause = try #require(world.cause(of: "a"))
        #expect(cause.code == "invalid-credentials")
        #expect(
            cause.sentence(world.now).hasPrefix("the node has no credentials that the provider accepts: no token; "))
    }

    @Test("an ENI that cannot be attached is told, with the provider's reason")
    func refusedAttachment() throws {
        var world = PoolWorld()
        world.fates[.attach] = Array(repeating: .fails(.incorrectState("it is in zone b")), count: 50)
        world.start()
        for pod in ["a", "b", "c", "d"] { world.add(pod, for: .seconds(60)) }
        world.run(for: .seconds(60))
        let cause = try #require(world.cause(of: "d"))
        #expect(cause.code == "provider-failing" && cause.sentence(world.now).contains("it is in zone b"))
        world.fates[.attach] = []
        world.run(for: .seconds(600))
        #expect(world.pool.growthObstacle(world.now) == nil)
    }

    @Test("the provider does not answer")
    func unreachable() throws {
        var world = PoolWorld()
        world.start()
        world.fates[.create] = Array(repeating: .isLost(applied: false), count: 50)
        world.fates[.readBack] = Array(repeating: .isLost(applied: false), count: 50)
        for pod in ["a", "b", "c", "d"] { world.add(pod, for: .seconds(300)) }
        world.run(for: .seconds(300))
        let cause = try #require(world.cause(of: "d"))
        guard case .unreachable(let since, "timed out") = cause else { throw Failure("\(cause)") }
        #expect(world.now - since > .seconds(290))
        #expect(cause.code == "provider-unreachable" && cause.retryAfter(world.now) == .seconds(5))
        #expect(
            cause.sentence(world.now)
                == "the provider has not answered for 4 min (timed out); check the network path and the endpoint; the "
                + "daemon keeps trying")
    }

    @Test("the provider refuses this node")
    func permissionDenied() throws {
        var world = PoolWorld()
        world.fates[.assign] = Array(repeating: .fails(.permissionDenied("ec2:AssignPrivateIpAddresses")), count: 9)
        world.start()
        world.add("a", for: .milliseconds(10))
        let cause = try #require(world.cause(of: "a"))
        #expect(cause.code == "permission-denied" && cause.retryAfter(world.now)! > .zero)
        #expect(
            cause.sentence(world.now).hasPrefix(
                "the provider refuses this node: ec2:AssignPrivateIpAddresses; grant the permission to the node's role")
        )
    }

    @Test("the provider fails, and a creation that it refuses is not asked for again at once")
    func failing() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 2))
        world.fates[.create] = Array(repeating: .fails(.notFound("security group sg-1")), count: 1000)
        world.start()
        world.add("a")
        world.add("b", for: .milliseconds(1500))
        world.run(for: .milliseconds(1500))
        let cause = try #require(world.cause(of: "b"))
        #expect(cause.code == "provider-failing")
        #expect(cause.sentence(world.now).hasPrefix("security group sg-1 does not exist; next attempt in "))
        let before = world.count(.create)
        world.run(for: .seconds(600))
        #expect(world.count(.create) - before < 200)
    }

    @Test("an ENI is being attached")
    func attachPending() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 2))
        world.latency[.attach] = .seconds(60)
        world.start()
        world.add("a")
        world.add("b")
        world.run(for: .seconds(10))
        let cause = try #require(world.cause(of: "b"))
        guard case .attachPending(let eni, _) = cause else { throw Failure("\(cause)") }
        #expect(cause.code == "eni-attach-pending" && cause.retryAfter(world.now) == .seconds(5))
        #expect(cause.sentence(world.now).hasPrefix("\(eni) is being attached for 9 s; its addresses"))
        #expect(world.refusedAt("b") == world.now)
    }

    @Test("addresses are on their way, but too late")
    func refillPending() throws {
        var world = PoolWorld { $0.target = .addresses(warm: 0, minimum: 3) }
        world.latency[.assign] = .seconds(60)
        world.start()
        world.add("a", for: .seconds(3))
        world.run(for: .seconds(3))
        let cause = try #require(world.cause(of: "a"))
        #expect(cause == .refillPending(count: 3))
        #expect(cause.code == "refill-pending" && cause.retryAfter(world.now) == .seconds(5))
        #expect(
            cause.sentence(world.now)
                == "3 addresses are on the way from the provider but did not arrive in time; retry")
        #expect(Cause.refillPending(count: 1).sentence(world.now).hasPrefix("1 address is on the way"))
        #expect(world.pool.incomingCount(world.now) == 3)
    }

    @Test("an ADD that comes too late is told so")
    func late() {
        var world = PoolWorld()
        world.start()
        world.add("a", for: .zero)
        #expect(world.cause(of: "a")?.sentence(world.now) == "no address could be had before the deadline; retry")
    }

    @Test("all free addresses are cooling")
    func cooling() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 3))
        world.start()
        world.add("a")
        world.add("b")
        world.release("a")
        world.run(for: .seconds(5))
        world.release("b")
        world.add("c")
        let cause = try #require(world.cause(of: "c"))
        #expect(cause == .cooling(count: 2, until: world.now + .seconds(25)))
        #expect(cause.code == "addresses-cooling" && cause.retryAfter(world.now) == .seconds(25))
        #expect(
            cause.sentence(world.now)
                == "no address is free: 2 are cooling after their pods ended, the first is ready in 25 s")
    }

    @Test("who comes after those that take what is on the way is told of the cooling addresses")
    func coolingBehind() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 3)) {
            $0.target = .addresses(warm: 0, minimum: 0)
        }
        world.start()
        world.add("a")
        world.run(for: .seconds(1))
        world.release("a")
        world.latency[.assign] = .seconds(5)
        world.add("b")
        world.add("c")
        #expect(world.answer(to: "b") == nil)
        #expect(world.cause(of: "c") == .cooling(count: 1, until: world.now + .seconds(30)))
    }

    @Test("the daemon is starting")
    func starting() throws {
        var world = PoolWorld()
        #expect(!world.pool.isReady)
        world.add("a", for: .seconds(3))
        world.run(for: .seconds(3))
        let cause = try #require(world.cause(of: "a"))
        #expect(cause.code == "daemon-starting" && cause.retryAfter(world.now) == .seconds(5))
        #expect(
            cause.sentence(world.now)
                == "the daemon is starting for 3 s and has not read the provider's view yet; retry")
        world.start()
        #expect(world.pool.isReady && world.pool.obstacle(world.now) == nil)
    }

    @Test(
        "a requested address cannot be had",
        arguments: [
            (Cause.Unavailability.unknown, "is not held by this node"),
            (.inUse(PoolWorld.id("b")), "is in use by net/b/eth0"),
            (.cooling(until: .origin + .seconds(12)), "is cooling and ready in 12 s"),
            (.notReady, "belongs to an ENI that is not ready, or is being given back; retry"),
        ])
    func requested(_ reason: Cause.Unavailability, _ words: String) {
        let cause = Cause.requestedAddressUnavailable(IPAddress("10.0.0.7")!, reason)
        #expect(cause.code == "requested-address-unavailable")
        #expect(cause.sentence(.origin).hasPrefix("the requested address 10.0.0.7 \(words)"))
        let wait: Duration? = if case .cooling = reason { .seconds(12) } else { nil }
        #expect(cause.retryAfter(.origin) == wait)
    }

    @Test("a withdrawn ADD")
    func withdrawn() {
        #expect(Cause.withdrawn.code == "withdrawn" && Cause.withdrawn.retryAfter(.origin) == nil)
        #expect(Cause.withdrawn.sentence(.origin) == "the attachment was deleted while it waited for an address")
    }
}
