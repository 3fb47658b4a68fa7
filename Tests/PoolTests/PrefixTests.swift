import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Prefix delegation")
struct PrefixTests {
    static let small = NodeLimits(enis: 3, ipv4PerENI: 4, supportsPrefixes: true)

    private func world(
        _ limits: NodeLimits = small, subnetSize: Int = 4000, _ configure: (inout PoolConfiguration) -> Void = { _ in }
    ) -> PoolWorld {
        PoolWorld(limits: limits, subnetSize: subnetSize) {
            $0.prefixDelegation = true
            $0.target = .prefixes(1)
            configure(&$0)
        }
    }

    struct Row: CustomTestStringConvertible {
        var limits = PrefixTests.small
        var target: WarmTarget
        var pods: Int
        var prefixes: [Int]
        var unused: Int

        var testDescription: String { "\(target), \(pods) pods" }
    }

    private static let large = NodeLimits(enis: 15, ipv4PerENI: 50, supportsPrefixes: true)

    /// Source: AWS VPC CNI, `docs/prefix-and-ip-target.md`; for p3dn.24xlarge its prefixes, which are all on the first
    /// ENI: that another one is attached for want of nothing is not taken over. Of the row with 7, 20 and no pod, which
    /// contradicts its own text, the text is taken: a minimum of 20 addresses is 32.
    private static let table: [Row] = [
        Row(target: .prefixes(1), pods: 0, prefixes: [1], unused: 16),
        Row(target: .prefixes(1), pods: 5, prefixes: [2], unused: 27),
        Row(target: .prefixes(1), pods: 16, prefixes: [2], unused: 16),
        Row(target: .prefixes(1), pods: 17, prefixes: [3], unused: 31),
        Row(target: .prefixes(1), pods: 58, prefixes: [3, 2], unused: 22),
        Row(target: .addresses(warm: 1, minimum: 1), pods: 0, prefixes: [1], unused: 16),
        Row(target: .addresses(warm: 1, minimum: 1), pods: 5, prefixes: [1], unused: 11),
        Row(target: .addresses(warm: 1, minimum: 1), pods: 17, prefixes: [2], unused: 15),
        Row(target: .addresses(warm: 1, minimum: 1), pods: 58, prefixes: [3, 1], unused: 6),
        Row(target: .addresses(warm: 7, minimum: 20), pods: 0, prefixes: [2], unused: 32),
        Row(target: .addresses(warm: 7, minimum: 20), pods: 5, prefixes: [2], unused: 27),
        Row(target: .addresses(warm: 7, minimum: 20), pods: 17, prefixes: [2], unused: 15),
        Row(target: .addresses(warm: 7, minimum: 20), pods: 58, prefixes: [3, 2], unused: 22),
        Row(limits: large, target: .prefixes(1), pods: 0, prefixes: [1], unused: 16),
        Row(limits: large, target: .prefixes(1), pods: 3, prefixes: [2], unused: 29),
        Row(limits: large, target: .prefixes(1), pods: 95, prefixes: [7], unused: 17),
        Row(limits: large, target: .addresses(warm: 5, minimum: 10), pods: 0, prefixes: [1], unused: 16),
        Row(limits: large, target: .addresses(warm: 5, minimum: 10), pods: 7, prefixes: [1], unused: 9),
        Row(limits: large, target: .addresses(warm: 5, minimum: 10), pods: 15, prefixes: [2], unused: 17),
        Row(limits: large, target: .addresses(warm: 5, minimum: 10), pods: 45, prefixes: [4], unused: 19),
    ]

    @Test("the published examples", arguments: table)
    func published(row: Row) {
        var world = world(row.limits) { $0.target = row.target }
        world.start()
        for pod in 0..<row.pods {
            world.add("\(pod)", for: .seconds(60))
            world.run(for: .seconds(10))
        }
        world.run(for: .seconds(120))
        #expect(world.cloud.prefixShape == row.prefixes)
        #expect(world.pool.census(world.now).free == row.unused)
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("pods fill the fullest prefix, so that the others become whole and are given back")
    func packing() throws {
        var world = world { $0.target = .addresses(warm: 0, minimum: 0) }
        world.start()
        for pod in 0..<40 { world.add("\(pod)", for: .seconds(60)) }
        world.run(for: .seconds(10))
        #expect(world.cloud.prefixShape == [3])
        for pod in 4..<40 { world.release("\(pod)") }
        world.run(for: .seconds(31))
        let fullest = try #require(world.pool.enis[NaiveCloud.primary]?.prefixes.values.map(\.assigned).max())
        world.add("new")
        #expect(world.pool.enis[NaiveCloud.primary]?.prefixes.values.map(\.assigned).max() == fullest + 1)
        world.run(for: .seconds(120))
        #expect(world.cloud.prefixShape == [1] && world.isConsistent && world.breach == nil)
    }

    @Test("max-pods is rounded up to whole prefixes, and no further")
    func maxPods() {
        var world = world {
            $0.maxPods = 20
            $0.target = .prefixes(3)
        }
        world.start()
        #expect(world.cloud.prefixShape == [2])
        for pod in 0..<21 { world.add("\(pod)") }
        #expect(world.pool.attachments.count == 20 && world.cause(of: "20") == .maxPodsReached(limit: 20))
    }

    @Test("without a /28 in the subnet single addresses are used, and that is said")
    func fallback() throws {
        // 14 and 12 of two blocks: no whole one.
        var world = world(subnetSize: 13)
        world.start()
        for pod in 0..<3 { world.add("\(pod)") }
        world.run(for: .seconds(30))
        #expect(world.pool.attachments.count == 3 && world.cloud.prefixShape.allSatisfy { $0 == 0 })
        let note = try #require(world.pool.notes(world.now).first)
        #expect(note.hasPrefix("subnet-1 has no free aligned /28 block: single addresses are used in it"))

        world.reconcile()
        world.cloud.free += (16..<64).map { NaiveCloud.cidr[$0] }
        world.reconcile()
        world.run(for: .seconds(300))
        #expect(world.cloud.prefixShape.contains(1), "prefixes are used as soon as there are some")
        #expect(world.pool.attachments.count == 3 && world.breach == nil)
    }

    @Test("without a /28 and without leave to use single addresses, pods are refused with the reason")
    func noFallback() throws {
        var world = world(subnetSize: 13) { $0.prefixFallback = false }
        world.start()
        world.add("a")
        let cause = try #require(world.cause(of: "a"))
        guard case .noContiguousPrefix(NaiveCloud.subnet, _) = cause else { throw Failure("\(cause)") }
        #expect(world.pool.growthObstacle(world.now) == cause)
    }

    @Test("an instance type without prefixes uses single addresses, and that is said")
    func unsupported() {
        var world = world(NodeLimits(enis: 3, ipv4PerENI: 4)) { $0.target = .addresses(warm: 2, minimum: 0) }
        world.start()
        #expect(world.cloud.shape == [2])
        #expect(world.pool.notes(world.now).first?.contains("this instance type has no prefixes") == true)
    }

    @Test("a running node changes from addresses to prefixes and back, and its pods keep what they have")
    func switching() throws {
        var world = world {
            $0.prefixDelegation = false
            $0.target = .addresses(warm: 2, minimum: 0)
        }
        world.start()
        for pod in 0..<3 { world.add("\(pod)") }
        world.run(for: .seconds(60))
        let before = world.pool.attachments
        world.reconfigure { $0.prefixDelegation = true }
        world.run(for: .seconds(300))
        #expect(world.pool.attachments == before)
        #expect(world.pool.enis.values.reduce(0) { $0 + $1.singles.free.count } == 0, "free addresses are given back")
        #expect(world.cloud.prefixShape.reduce(0, +) == 1)
        #expect(world.pool.notes(world.now).first?.contains("being given up") == true)
        world.add("new")
        #expect(
            world.pool.attachments[PoolWorld.id("new")].map { world.pool.addresses[$0.addresses.primary]?.block.kind }
                == .prefix)
        for pod in 0..<3 { world.release("\(pod)") }
        world.run(for: .seconds(120))
        #expect(world.cloud.shape.reduce(0, +) == 16, "the last addresses go with their pods")

        world.reconfigure { $0.prefixDelegation = false }
        world.run(for: .seconds(120))
        world.add("newer")
        #expect(
            world.pool.attachments[PoolWorld.id("newer")].map { world.pool.addresses[$0.addresses.primary]?.block.kind }
                == .address)
        world.release("new")
        world.run(for: .seconds(120))
        #expect(world.cloud.prefixShape.reduce(0, +) == 0 && world.isConsistent && world.breach == nil)
    }

    @Test("with all slots full of addresses, free ones make room for a prefix")
    func switchingFullNode() {
        var world = world(NodeLimits(enis: 1, ipv4PerENI: 5, supportsPrefixes: true)) {
            $0.prefixDelegation = false
            $0.target = .enis(1)
        }
        world.start()
        world.add("a")
        #expect(world.cloud.shape == [4])
        world.reconfigure { $0.prefixDelegation = true }
        world.run(for: .seconds(200))
        #expect(world.cloud.prefixShape == [3] && world.address(of: "a") != nil && world.breach == nil)
    }

    @Test("with all slots full of prefixes, free ones make room for addresses")
    func switchingBackFullNode() {
        var world = world(NodeLimits(enis: 1, ipv4PerENI: 3, supportsPrefixes: true)) { $0.target = .enis(1) }
        world.start()
        world.add("a")
        #expect(world.cloud.prefixShape == [2])
        world.reconfigure { $0.prefixDelegation = false }
        world.run(for: .seconds(200))
        #expect(world.cloud.prefixShape == [1] && world.cloud.shape == [17] && world.breach == nil)
    }

    @Test("of fewer prefixes than are wanted, those that there are are had")
    func lastPrefixes() {
        // One whole block among 4 to 35, besides 12 addresses before and 4 after it.
        var world = world(subnetSize: 32) {
            $0.target = .prefixes(3)
            $0.prefixFallback = false
        }
        world.start()
        #expect(world.cloud.prefixShape == [1])
        world.add("a")
        #expect(world.address(of: "a") != nil && world.breach == nil)
    }

    @Test("the warm addresses of a full node are not given away for a prefix that is not to be had")
    func fallbackStays() {
        var world = world(NodeLimits(enis: 1, ipv4PerENI: 6, supportsPrefixes: true), subnetSize: 6)
        world.start()
        world.run(for: .seconds(30))
        #expect(world.cloud.shape == [5])
        for _ in 0..<20 {
            world.run(for: .seconds(60))
            world.reconcile()
        }
        #expect(world.cloud.shape == [5] && world.breach == nil)
    }

    @Test("cooling addresses do not make a prefix go and come")
    func noThrashing() {
        var world = world { $0.target = .addresses(warm: 1, minimum: 0) }
        world.reconfigure { $0.cooldown = .seconds(3600) }
        world.start()
        for pod in 0..<16 { world.add("\(pod)", for: .seconds(60)) }
        world.run(for: .seconds(60))
        for pod in 0..<16 { world.release("\(pod)") }
        world.run(for: .seconds(60))
        let calls = world.count(.assign) + world.count(.unassign)
        world.run(for: .seconds(600))
        #expect(world.count(.assign) + world.count(.unassign) == calls && world.breach == nil)
    }

    @Test("what is left of a prefix that was taken away serves nobody, and is whole again when the prefix is back")
    func lostPrefix() throws {
        var world = world()
        world.start()
        world.add("a")
        world.run(for: .seconds(100))
        let address = try #require(world.address(of: "a"))
        let before = world.cloud
        world.cloud.interfaces[NaiveCloud.primary]?.prefixes.removeAll { $0.contains(address.v4!) }
        world.reconcile()
        #expect(world.state(address) == .orphaned(PoolWorld.id("a")))
        #expect(world.repairs.contains(.orphanedAddress(address, PoolWorld.id("a"))))
        world.cloud = before
        world.reconcile()
        #expect(world.state(address) == .assigned(PoolWorld.id("a")))
        world.run(for: .seconds(100))
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("the recommended max-pods depends on the machine's size")
    func recommended() {
        var configuration = PoolConfiguration()
        configuration.prefixDelegation = true
        let large = NodeLimits(enis: 8, ipv4PerENI: 30, supportsPrefixes: true, vCPUs: 48)
        let tiny = NodeLimits(enis: 2, ipv4PerENI: 2, supportsPrefixes: true, vCPUs: 2)
        #expect(configuration.addressLimit(large) == 8 * 29 * 16 && configuration.kubeletMaxPods(large) == 250)
        #expect(configuration.addressLimit(tiny) == 32 && configuration.kubeletMaxPods(tiny) == 34)
        #expect(
            configuration.kubeletMaxPods(NodeLimits(enis: 3, ipv4PerENI: 10, supportsPrefixes: true, vCPUs: 2)) == 110)
    }
}
