import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

@Suite("Pods in other subnets than the node")
struct PlacementTests {
    private static let network = PodSubnets(subnets: [NaiveCloud.podSubnet], securityGroups: ["sg-pods"])

    private func world(
        podSubnetSize: Int = 4000, enis: Int = 3, _ placement: CustomNetworking = .zone(["z": network])
    ) -> PoolWorld {
        PoolWorld(limits: NodeLimits(enis: enis, ipv4PerENI: 4), podSubnetSize: podSubnetSize) {
            $0.placement = .custom(placement)
            $0.target = .addresses(warm: 2, minimum: 0)
        }
    }

    @Test("the primary ENI has no pod; the others are in the subnet for pods")
    func primaryIsFree() {
        var world = world()
        world.start()
        for pod in 0..<3 { world.add("\(pod)", for: .seconds(60)) }
        world.run(for: .seconds(60))
        #expect(world.cloud.shape.first == 0 && world.pool.attachments.count == 3)
        for attachment in world.pool.attachments.values {
            #expect(world.pool.enis[attachment.eni]?.subnet == NaiveCloud.podSubnet)
        }
        #expect(world.pool.addressLimit(world.cloud.limits) == 6 && world.isConsistent && world.breach == nil)
    }

    @Test("of several subnets the one with most free addresses comes first, and the next when it is exhausted")
    func candidates() {
        let both = PodSubnets(subnets: [NaiveCloud.subnet, NaiveCloud.podSubnet])
        var world = world(podSubnetSize: 4, .named("blue", ["blue": both]))
        world.cloud.free.removeFirst(world.cloud.free.count - 3)
        world.start()
        #expect(world.pool.enis[ENIID("eni-1")]?.subnet == NaiveCloud.podSubnet)
        for pod in 0..<4 { world.add("\(pod)", for: .seconds(60)) }
        world.run(for: .seconds(60))
        #expect(world.pool.enis[ENIID("eni-2")]?.subnet == NaiveCloud.subnet)
        #expect(world.pool.attachments.count == 4 && world.breach == nil)
    }

    @Test("subnets are discovered by their tag")
    func discovery() {
        var world = world(.discovery(securityGroups: ["sg-1"]))
        world.start()
        world.add("a")
        guard case .impossible(let why)? = world.cause(of: "a") else { return #expect(Bool(false), "not impossible") }
        #expect(why == "no subnet of zone z has the tag kubernetes.io/role/cni")
        world.cloud.subnetTags[NaiveCloud.podSubnet] = [SubnetTag.pods: "1"]
        world.reconcile()
        world.run(for: .seconds(20))
        world.add("b")
        #expect(world.pool.attachments[PoolWorld.id("b")]?.eni == ENIID("eni-1") && world.breach == nil)
    }

    @Test(
        "a configuration that names no subnet for this node says what is missing",
        arguments: [
            (CustomNetworking.zone(["other": network]), "customNetworking has no network named 'z'"),
            (.named("blue", [:]), "customNetworking has no network named 'blue'"),
            (
                .zone(["z": PodSubnets(subnets: [SubnetID("subnet-9")])]),
                "none of the subnets of network 'z' (subnet-9) is in zone z of this VPC"
            ),
        ])
    func nowhere(placement: CustomNetworking, why: String) {
        var world = world(placement)
        world.start()
        world.add("a")
        #expect(world.cause(of: "a") == .impossible(why))
        #expect(world.pool.growthObstacle(world.now)?.code == "configuration-impossible")
    }

    @Test("an instance with one ENI has none for pods")
    func oneENI() {
        var world = world(enis: 1)
        world.start()
        world.add("a")
        #expect(world.cause(of: "a").map { $0.sentence(world.now).contains("primary ENI") } == true)
    }

    @Test("a running node moves its pods' subnet: old pods stay, what is free goes, new pods are in the new one")
    func moving() throws {
        var world = world()
        world.reconfigure { $0.placement = .node(subnet: nil, securityGroups: []) }
        world.start()
        world.add("old")
        world.reconfigure { $0.placement = .custom(.zone(["z": Self.network])) }
        world.run(for: .seconds(400))
        #expect(world.cloud.shape.first == 1, "the primary ENI keeps the pod's address and no other")
        world.add("new")
        let eni = try #require(world.pool.attachments[PoolWorld.id("new")]?.eni)
        world.run(for: .seconds(100))
        #expect(world.pool.enis[eni]?.subnet == NaiveCloud.podSubnet && world.address(of: "old") != nil)
        #expect(world.isConsistent && world.breach == nil)
    }

    @Test("security groups and subnet are part of what is asked for")
    func asked() {
        var world = world()
        world.reconcile()
        let asked = world.work.compactMap { work -> NewENI? in
            if case .createENI(_, let eni) = work.action { eni } else { nil }
        }
        #expect(
            asked == [NewENI(subnet: NaiveCloud.podSubnet, securityGroups: ["sg-pods"], kind: .address, count: 2)])
    }
}

@Suite("Sticky addresses")
struct StickyTests {
    private func world() -> PoolWorld {
        var world = PoolWorld(limits: NodeLimits(enis: 1, ipv4PerENI: 6)) { $0.stickyFor = .seconds(600) }
        world.start()
        return world
    }

    @Test("a pod that returns under its name gets its address back, at once; another does not")
    func returns() {
        var world = world()
        world.add("db-0")
        let address = world.address(of: "db-0")
        world.release("db-0")
        world.run(for: .seconds(300))
        for pod in ["db-1", "other", "db-00"] { world.add(pod) }
        #expect(
            world.pool.attachments.count == 3
                && !world.pool.attachments.values.contains { $0.addresses.primary == address })
        world.add("db-0")
        #expect(world.address(of: "db-0") == address && world.breach == nil)
    }

    @Test("it is kept over a restart, on the same boot and on another", arguments: [true, false])
    func restart(sameBoot: Bool) {
        var world = world()
        world.add("db-0")
        let address = world.address(of: "db-0")
        if sameBoot { world.release("db-0") }
        world.restart(sameBoot: sameBoot)
        world.start()
        world.add("db-0")
        #expect(address != nil && world.address(of: "db-0") == address && world.breach == nil)
    }

    @Test("an ADD that hopes in vain gets what is kept before its time is over")
    func borrowedLate() {
        var world = world()
        for pod in 0..<5 { world.add("db-\(pod)", for: .seconds(60)) }
        world.run(for: .seconds(10))
        for pod in 0..<4 { world.release("db-\(pod)") }
        let taken = world.address(of: "db-4")
        world.cloud.interfaces[NaiveCloud.primary]?.secondaryAddresses.removeAll { .v4($0) == taken }
        world.release("db-4")
        world.run(for: .seconds(100))
        world.fates[.assign] = [.hangs]
        world.reconcile()
        world.add("web", for: .seconds(20))
        world.run(for: .seconds(21))
        #expect(world.address(of: "web") != nil && world.breach == nil)
    }

    @Test("of two interfaces of one pod the latest address is kept, and the other rests as any does")
    func twoInterfaces() throws {
        var world = world()
        world.add("db-0")
        let first = try #require(world.address(of: "db-0"))
        var other = PoolWorld.id("db-0")
        other.ifname = "eth1"
        let request = AddRequest(
            id: other, pod: PodIdentity(namespace: "default", name: "db-0"), netns: "",
            deadline: world.now + .seconds(5))
        world.perform(world.pool.add(request, waiter: WaiterID(99), now: world.now))
        world.release("db-0")
        world.perform(world.pool.release(other, now: world.now))
        world.run(for: .seconds(31))
        #expect(world.state(first) == .free && world.breach == nil)
    }

    @Test("it is released when its time is over")
    func expiry() {
        var world = world()
        world.add("db-0")
        let address = world.address(of: "db-0")
        world.release("db-0")
        world.run(for: .seconds(601))
        #expect(address.flatMap { world.state($0) } == .free)
        world.add("db-0")
        #expect(world.address(of: "db-0") != nil && world.breach == nil)
    }

    @Test("what is kept is given to others when there is nothing else, after its rest")
    func borrowed() {
        var world = world()
        for pod in 0..<5 { world.add("db-\(pod)", for: .seconds(60)) }
        world.run(for: .seconds(10))
        for pod in 0..<5 { world.release("db-\(pod)") }
        world.add("early")
        #expect(world.cause(of: "early")?.code == "addresses-cooling")
        world.run(for: .seconds(31))
        world.add("web")
        #expect(world.address(of: "web") != nil && world.breach == nil)
        world.add("db-4")
        #expect(world.address(of: "db-4") != nil && world.breach == nil)
    }

    @Test(
        "names that do not end in a short number are nobody's",
        arguments: ["web", "web-", "-1", "web-6d4cf5", "web-1a", "web-24689", "web-01"])
    func names(name: String) {
        #expect(PodName(returning: PodIdentity(namespace: "shop", name: name)) == nil)
    }
}
