import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Growing: when and where addresses are added")
struct RefillTests {
    @Test("the primary ENI is filled first, then another is created, attached and made ready")
    func growth() throws {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 10))
        world.reconcile()
        #expect(world.pool.enis[NaiveCloud.primary]?.phase == .attaching(since: world.now))
        #expect(world.count(.configure) == 1)
        world.run(for: .seconds(1))
        #expect(world.pool.enis[NaiveCloud.primary]?.isReady == true && world.cloud.shape == [9])

        world.add("a")
        world.run(for: .milliseconds(1500))
        let eni = try #require(world.pool.enis[ENIID("eni-1")])
        #expect(eni.phase == .attaching(since: world.now + .milliseconds(-500)))
        #expect(world.pool.incomingCount(world.now) == 9 && world.cloud.shape == [9])
        world.run(for: .seconds(3))
        #expect(world.cloud.shape == [9, 9] && world.pool.enis[ENIID("eni-1")]?.deviceIndex == 1)
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("a half full ENI is filled up before another is attached")
    func fillFirst() {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 5)) {
            $0.target = .addresses(warm: 1, minimum: 0)
        }
        world.start()
        for (pod, shape) in [("a", [2]), ("b", [3]), ("c", [4]), ("d", [4, 1]), ("e", [4, 2])] {
            world.add(pod)
            world.run(for: .seconds(10))
            #expect(world.cloud.shape == shape)
        }
    }

    @Test("never more than max-pods can use, whatever the target says")
    func maxPods() {
        var world = PoolWorld(limits: NodeLimits(enis: 4, ipv4PerENI: 15)) {
            $0.maxPods = 17
            $0.target = .enis(3)
        }
        world.start()
        #expect(world.cloud.shape == [14, 3])
        for pod in 0..<17 { world.add("\(pod)") }
        world.run(for: .seconds(60))
        #expect(world.cloud.shape == [14, 3] && world.pool.attachments.count == 17)
        world.add("one more")
        #expect(world.cause(of: "one more") == .maxPodsReached(limit: 17))
    }

    @Test("max-pods as the ENIs allow it, less those that are reserved or too many")
    func limits() {
        let limits = NodeLimits(enis: 4, ipv4PerENI: 15)
        var configuration = PoolConfiguration()
        #expect(configuration.addressLimit(limits) == 56 && configuration.kubeletMaxPods(limits) == 58)
        configuration.reservedENIs = 1
        #expect(configuration.addressLimit(limits) == 42 && configuration.eniLimit(limits) == 3)
        configuration.maxENI = 2
        #expect(configuration.addressLimit(limits) == 28)
        configuration.maxPods = 20
        #expect(configuration.addressLimit(limits) == 20 && configuration.kubeletMaxPods(limits) == 20)
        configuration.reservedENIs = 9
        #expect(configuration.eniLimit(limits) == 1, "the primary ENI is always there")
    }

    @Test("MAX_ENI and reserved ENIs bound what is attached", arguments: [(2, 0), (nil, 2), (3, 2)])
    func bounded(_ maxENI: Int?, _ reserved: Int) {
        var world = PoolWorld(limits: NodeLimits(enis: 4, ipv4PerENI: 3)) {
            $0.maxENI = maxENI
            $0.reservedENIs = reserved
            $0.target = .enis(4)
        }
        world.start()
        world.run(for: .seconds(60))
        #expect(world.cloud.shape == [2, 2])
        #expect(world.count(.create) == 1)
    }

    @Test("ENIs of others take slots and device indexes")
    func foreign() {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 3)) { $0.target = .enis(5) }
        world.addForeignENI(deviceIndex: 1)
        world.start()
        world.run(for: .seconds(60))
        #expect(world.pool.enis[ENIID("eni-2")]?.deviceIndex == 2 && world.cloud.attachedCount == 3)
        #expect(world.pool.enis[ENIID("eni-1")] == nil, "left alone")
        #expect(world.count(.create) == 1)
    }

    @Test("a subnet that refused is left alone for 120 s")
    func subnetBackoff() {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 5), subnetSize: 3)
        world.start()
        #expect(world.cloud.shape == [2], "what is there was had")
        let refused = world.count(.assign)
        world.run(for: .seconds(99))
        #expect(world.count(.assign) == refused)
        world.run(for: .seconds(5))
        #expect(world.count(.assign) == refused + 1)
    }

    @Test("a change of the subnet's free count ends the wait")
    func subnetChange() {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 5), subnetSize: 3)
        world.start()
        world.reconcile()
        world.run(for: .seconds(10))
        world.reconcile()
        #expect(world.count(.assign) == 2, "nothing changed")
        world.cloud.free += (1...4).map { NaiveCloud.cidr[200 + $0] }
        world.reconcile()
        world.run(for: .seconds(1))
        #expect(world.cloud.shape == [4])
    }

    @Test("an ENI that is full by the provider's word is passed over, and another grows")
    func fullByWord() {
        var world = PoolWorld(limits: NodeLimits(enis: 2, ipv4PerENI: 4)) {
            $0.target = .addresses(warm: 2, minimum: 0)
        }
        world.fates[.assign] = [.fails(.limitReached(.addressesPerInterface))]
        world.start()
        #expect(world.cloud.shape == [0, 2])
        world.run(for: .seconds(200))
        #expect(world.isConsistent && world.count(.assign) == 1 && world.count(.readBack) <= 1)
    }

    @Test("an instance that takes no more ENIs is not asked for 120 s, and what was created is deleted")
    func noMoreENIs() {
        var world = PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 3)) { $0.target = .enis(2) }
        world.fates[.attach] = [.fails(.limitReached(.interfaces))]
        world.start()
        #expect(world.cloud.interfaces.count == 1 && world.count(.create) == 1)
        world.add("a")
        world.add("b")
        world.add("c")
        #expect(world.cause(of: "c")?.code == "provider-failing")
        #expect(world.cause(of: "c")?.sentence(world.now).hasPrefix("the instance has as many interfaces as") == true)
        world.run(for: .seconds(130))
        #expect(world.cloud.shape == [2, 2, 2] && world.breach == nil)
    }

    @Test("a classic setting means an IP target where one is given, else an ENI target")
    func classic() {
        #expect(WarmTarget.classic(warmENI: 2, warmIP: nil, minimumIP: nil) == .enis(2))
        #expect(WarmTarget.classic(warmENI: 2, warmIP: 3, minimumIP: nil) == .addresses(warm: 3, minimum: 0))
        #expect(WarmTarget.classic(warmENI: 2, warmIP: nil, minimumIP: 4) == .addresses(warm: 0, minimum: 4))
    }
}
