import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("IPv6 and dual stack")
struct FamilyTests {
    private func world(
        _ families: IPFamilies, ipv6PerENI: Int = 10, _ configure: (inout PoolConfiguration) -> Void = { _ in }
    ) -> PoolWorld {
        PoolWorld(limits: NodeLimits(enis: 3, ipv4PerENI: 4, ipv6PerENI: ipv6PerENI, supportsPrefixes: true)) {
            $0.families = families
            configure(&$0)
        }
    }

    @Test("a pod of both families gets an address of each, from the same ENI")
    func dualStack() throws {
        var world = world(.dualStack)
        world.start()
        for pod in 0..<5 { world.add("\(pod)", for: .seconds(60)) }
        world.run(for: .seconds(30))
        #expect(world.pool.attachments.count == 5)
        for attachment in world.pool.attachments.values {
            let ipv6 = try #require(attachment.addresses.ipv6)
            #expect(world.pool.enis[attachment.eni]?.ipv6Prefix?.contains(ipv6) == true)
            #expect(attachment.addresses.all.allSatisfy { world.cloud.serves($0, on: attachment.eni) })
        }
        #expect(Set(world.pool.attachments.values.map(\.addresses.ipv6)).count == 5)
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("pods of IPv6 alone need one /80 and no IPv4 address")
    func ipv6() {
        var world = world(.ipv6)
        world.start()
        for pod in 0..<40 { world.add("\(pod)") }
        #expect(Set(world.pool.attachments.values.compactMap(\.addresses.ipv6)).count == 40)
        #expect(world.cloud.shape == [0] && world.count(.create) == 0)
        world.release("7")
        let freed = world.pool.addresses.values.filter { $0.state.coolingUntil != nil }
        #expect(freed.count == 1)
        world.run(for: .seconds(31))
        #expect(freed.allSatisfy { world.pool.addresses[$0.address] == nil } && world.breach == nil)
    }

    @Test("a running node gets a second family, and gives it up again with its last pod")
    func switching() {
        var world = world(.ipv4)
        world.start()
        world.add("old")
        world.reconfigure { $0.families = .dualStack }
        world.run(for: .seconds(60))
        world.add("new")
        #expect(world.addresses(of: "old")?.families == .ipv4 && world.addresses(of: "new")?.families == .dualStack)
        world.reconfigure { $0.families = .ipv4 }
        world.run(for: .seconds(120))
        #expect(world.pool.enis[NaiveCloud.primary]?.ipv6Prefix != nil, "a pod has an address of it")
        world.release("new")
        world.run(for: .seconds(200))
        #expect(world.cloud.interfaces.values.allSatisfy { $0.ipv6Prefixes.isEmpty })
        #expect(world.addresses(of: "old") != nil && world.isConsistent && world.breach == nil)
    }

    @Test("from IPv4 to IPv6 alone: free IPv4 addresses go, those of pods stay")
    func leavingIPv4() {
        var world = world(.ipv4)
        world.start()
        world.add("old")
        world.reconfigure { $0.families = .ipv6 }
        world.run(for: .seconds(300))
        #expect(world.cloud.shape == [1] && world.addresses(of: "old")?.families == .ipv4)
        world.add("new")
        #expect(world.addresses(of: "new")?.families == .ipv6 && world.isConsistent && world.breach == nil)
    }

    @Test("an instance type without IPv6 is said to have none")
    func unsupported() {
        var world = world(.dualStack, ipv6PerENI: 0)
        world.start()
        world.add("a")
        guard case .impossible(let why)? = world.cause(of: "a") else { return #expect(Bool(false), "not impossible") }
        #expect(why.contains("IPv6"))
    }

    @Test("a subnet without a /80 is named, and asked again later")
    func noPrefix() throws {
        var world = world(.dualStack)
        world.cloud.freeIPv6 = []
        world.start()
        world.add("a", for: .seconds(5))
        world.run(for: .seconds(10))
        let cause = try #require(world.cause(of: "a"))
        #expect(cause.code == "provider-failing" && cause.sentence(world.now).contains("subnet-1"))
        world.cloud.freeIPv6 = [IPv6Network("2001:db8:0:0:7::/80")!]
        world.run(for: .seconds(130))
        world.add("b")
        #expect(world.addresses(of: "b")?.families == .dualStack && world.breach == nil)
    }

    @Test(
        "a pod that the store forgot keeps both addresses, or its only one of IPv6",
        arguments: [IPFamilies.dualStack, .ipv6])
    func lostStore(families: IPFamilies) {
        var world = world(families)
        world.start()
        world.add("a")
        let before = world.addresses(of: "a")
        world.restart(losingStore: true)
        world.start()
        #expect(before?.families == families && world.addresses(of: "a") == before && world.breach == nil)
    }

    @Test("a /80 that was taken away is noticed; who has an address of it alone is told")
    func lostPrefix() throws {
        var world = world(.ipv6)
        world.start()
        world.add("a")
        world.run(for: .seconds(100))
        let address = try #require(world.address(of: "a"))
        let gone = try #require(world.cloud.interfaces[NaiveCloud.primary]?.ipv6Prefixes.first)
        world.cloud.interfaces[NaiveCloud.primary]?.ipv6Prefixes = []
        world.reconcile()
        #expect(world.repairs.contains(.orphanedAddress(address, PoolWorld.id("a"))))
        world.run(for: .seconds(10))
        world.add("b")
        let other = try #require(world.addresses(of: "b")?.ipv6)
        #expect(!gone.contains(other) && world.breach == nil)
    }

    @Test("an address that another pod has beside its IPv4 address is nobody's to request, in any mode")
    func companions() throws {
        var world = world(.dualStack)
        world.start()
        world.add("a")
        let taken = try #require(world.addresses(of: "a")?.ipv6)
        world.reconfigure { $0.families = .ipv6 }
        let prefix = try #require(world.pool.enis[NaiveCloud.primary]?.ipv6Prefix)
        for address in [taken, prefix.base, prefix.base.advanced(by: 1), prefix.last] {
            world.add("b", address: address.description)
            #expect(world.cause(of: "b") == .requestedAddressUnavailable(.v6(address), .unknown))
        }
        #expect(world.breach == nil)
    }

    @Test("a pod of both families whose IPv4 route is gone is known by both when the store is lost")
    func lostStoreAndRoute() throws {
        var world = world(.dualStack)
        world.start()
        world.add("a")
        let addresses = try #require(world.addresses(of: "a"))
        world.restart(losingStore: true)
        world.kernel[PoolWorld.id("a")] = .ipv6(try #require(addresses.ipv6))
        world.start()
        #expect(world.addresses(of: "a") == addresses && world.breach == nil)
    }

    @Test("a subnet without IPv6 is passed over, and where there is no other that is said")
    func subnetWithoutIPv6() {
        var world = PoolWorld(
            limits: NodeLimits(enis: 3, ipv4PerENI: 4, ipv6PerENI: 4, supportsPrefixes: true), podSubnetSize: 4000
        ) {
            let both = PodSubnets(subnets: [NaiveCloud.subnet, NaiveCloud.podSubnet])
            $0.families = .dualStack
            $0.placement = .custom(.named("pods", ["pods": both]))
        }
        world.cloud.subnetsWithoutIPv6 = [NaiveCloud.podSubnet]
        world.cloud.free.removeFirst(3000)
        world.start()
        world.add("a")
        #expect(world.pool.attachments[PoolWorld.id("a")]?.eni == ENIID("eni-1"))
        #expect(world.pool.enis[ENIID("eni-1")]?.subnet == NaiveCloud.subnet)
        world.cloud.subnetsWithoutIPv6 = [NaiveCloud.subnet, NaiveCloud.podSubnet]
        world.reconcile()
        world.add("b")
        #expect(world.cause(of: "b")?.code == "configuration-impossible" && world.breach == nil)
    }

    @Test("requested addresses: of a family that pods have, and those of both families belong together")
    func requested() throws {
        var world = world(.dualStack)
        world.start()
        let eni = try #require(world.pool.enis[NaiveCloud.primary])
        let free = try #require(eni.singles.free.first)
        let companion = try #require(eni.ipv6Prefix).companion(of: free)
        world.add("a", address: companion.description)
        #expect(world.addresses(of: "a") == .dualStack(free, companion))
        world.add("b", address: "2001:db8::7")
        #expect(world.cause(of: "b") == .requestedAddressUnavailable(IPAddress("2001:db8::7")!, .unknown))
        world.add("b", address: companion.description)
        #expect(world.cause(of: "b") == .requestedAddressUnavailable(.v6(companion), .inUse(PoolWorld.id("a"))))
        world.reconfigure { $0.families = .ipv6 }
        world.add("c", address: "10.0.0.9")
        #expect(world.cause(of: "c") == .requestedAddressUnavailable(IPAddress("10.0.0.9")!, .otherFamily))
        let wanted = try #require(eni.ipv6Prefix).address(number: 77)
        world.add("d", address: wanted.description)
        #expect(world.addresses(of: "d") == .ipv6(wanted) && world.breach == nil)
        let own = IPAddress.v6(try #require(eni.ipv6Address))
        world.add("e", address: own.description)
        #expect(world.cause(of: "e") == .requestedAddressUnavailable(own, .unknown))
    }
}
