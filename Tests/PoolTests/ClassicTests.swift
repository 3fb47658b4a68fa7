import Addressing
import Identity
import Testing
import Timekeeping

@testable import Pool

/// The classic rules as a naive step function over plain numbers, written from their formulas (growing, shrinking,
/// choice of ENI) and from nothing else. What rests at the fixed point is compared with the pool.
struct ClassicReference {
    struct ENI: Equatable {
        var addresses: Int
        var pods: Int
    }

    enum Target {
        case enis(Int)
        case addresses(warm: Int, minimum: Int)
    }

    var target: Target
    var perENI: Int
    var maxENIs: Int
    var maxPods: Int
    var enis = [ENI(addresses: 0, pods: 0)]

    var total: Int { enis.map(\.addresses).reduce(0, +) }
    var assigned: Int { enis.map(\.pods).reduce(0, +) }
    var available: Int { total - assigned }

    /// How many addresses are too few, if others than these were not there.
    func short(_ total: Int, _ available: Int) -> Int {
        switch target {
        case .enis(0): available == 0 ? perENI : 0
        case .enis(let warm): available < warm * perENI ? perENI : 0
        case .addresses(let warm, let minimum): max(warm - available, minimum - total, 0)
        }
    }

    /// The places of the ENIs, from the fullest to the emptiest, the older first among equals.
    var byPods: [Int] { enis.indices.sorted { (-enis[$0].pods, $0) < (-enis[$1].pods, $1) } }

    mutating func grow() {
        while total < min(maxPods, maxENIs * perENI) {
            let step = min(short(total, available), min(maxPods, maxENIs * perENI) - total)
            guard step > 0 else { return }
            if let place = byPods.first(where: { enis[$0].addresses < perENI }) {
                enis[place].addresses += min(step, perENI - enis[place].addresses)
            } else if enis.count < maxENIs {
                enis.append(ENI(addresses: min(step, perENI), pods: 0))
            } else {
                return
            }
        }
    }

    mutating func shrink() {
        while true {
            if case .addresses(let warm, let minimum) = target {
                var over = max(min(available - warm, total - minimum), 0)
                // From the emptiest, the primary ENI last.
                for place in byPods.reversed().filter({ $0 > 0 }) + [0] {
                    let going = min(over, enis[place].addresses - enis[place].pods)
                    enis[place].addresses -= going
                    over -= going
                }
            }
            let removable = enis.indices.dropFirst().last { place in
                let eni = enis[place]
                guard eni.pods == 0 else { return false }
                if total - eni.addresses >= maxPods { return true }
                if case .enis(let warm) = target, eni.addresses > 0, available < (warm + 1) * perENI { return false }
                return short(total - eni.addresses, available - eni.addresses) == 0
            }
            guard let removable else { return }
            enis.remove(at: removable)
        }
    }

    mutating func add() {
        if available == 0 { growForPod() }
        guard assigned < maxPods, let place = byPods.first(where: { enis[$0].addresses > enis[$0].pods }) else {
            return
        }
        enis[place].pods += 1
        grow()
    }

    /// A pod that waits counts as one that is assigned.
    private mutating func growForPod() {
        let room = min(maxPods, maxENIs * perENI) - total
        let step = min(short(total, available - 1), room)
        guard step > 0 else { return }
        if let place = byPods.first(where: { enis[$0].addresses < perENI }) {
            enis[place].addresses += min(step, perENI - enis[place].addresses)
        } else if enis.count < maxENIs {
            enis.append(ENI(addresses: min(step, perENI), pods: 0))
        }
    }
}

@Suite("The classic targets, as documented")
struct ClassicTests {
    struct Setting: CustomTestStringConvertible {
        var limits: NodeLimits
        var warmENI = 1
        var warmIP: Int?
        var minimumIP: Int?
        var maxENI: Int?
        var reserved = 0
        var maxPods: Int?

        var testDescription: String {
            "\(limits.enis)×\(limits.ipv4PerENI) warm \(warmENI)/\(warmIP ?? -1)/\(minimumIP ?? -1), "
                + "maxENI \(maxENI ?? -1), reserved \(reserved), maxPods \(maxPods ?? -1)"
        }

        var reference: ClassicReference {
            let maxENIs = max(1, min(maxENI ?? 99, limits.enis - reserved))
            let perENI = limits.ipv4PerENI - 1
            return ClassicReference(
                target: warmIP == nil && minimumIP == nil
                    ? .enis(warmENI) : .addresses(warm: warmIP ?? 0, minimum: minimumIP ?? 0),
                perENI: perENI, maxENIs: maxENIs, maxPods: min(maxPods ?? 999, maxENIs * perENI))
        }

        var world: PoolWorld {
            var world = PoolWorld(limits: limits, subnetSize: 1000) {
                $0.target = .classic(warmENI: warmENI, warmIP: warmIP, minimumIP: minimumIP)
                $0.maxENI = maxENI
                $0.reservedENIs = reserved
                $0.maxPods = maxPods
                $0.cooldown = .zero
            }
            for call in world.latency.keys { world.latency[call] = .milliseconds(1) }
            return world
        }
    }

    static let grid: [Setting] = {
        var grid: [Setting] = []
        for limits in [(2, 2), (3, 4), (4, 6), (3, 10)].map({ NodeLimits(enis: $0.0, ipv4PerENI: $0.1) }) {
            for (maxENI, reserved, maxPods) in [
                (nil, 0, nil), (2, 0, nil), (nil, 1, nil), (nil, 0, 7), (3, 2, 5), (nil, 0, 1),
            ] as [(Int?, Int, Int?)] {
                for warmENI in 0...3 {
                    grid.append(
                        Setting(
                            limits: limits, warmENI: warmENI, maxENI: maxENI, reserved: reserved, maxPods: maxPods))
                }
                for (warmIP, minimumIP) in [
                    (0, nil), (1, nil), (2, nil), (5, nil), (nil, 3), (nil, 10), (2, 5), (5, 10), (1, 12), (30, nil),
                ] as [(Int?, Int?)] {
                    grid.append(
                        Setting(
                            limits: limits, warmIP: warmIP, minimumIP: minimumIP, maxENI: maxENI, reserved: reserved,
                            maxPods: maxPods))
                }
            }
        }
        return grid
    }()

    @Test("over a grid of limits and targets, pod by pod, up and down", arguments: grid)
    func contract(_ setting: Setting) throws {
        var reference = setting.reference
        var world = setting.world
        reference.grow()
        world.reconcile()
        world.run(for: .seconds(1))
        #expect(world.cloud.shape == reference.enis.map(\.addresses), "no pod")
        var pods: [String] = []
        for pod in 0..<(setting.limits.enis * setting.limits.ipv4PerENI) {
            reference.add()
            world.add("\(pod)", for: .milliseconds(500))
            world.run(for: .seconds(1))
            if world.address(of: "\(pod)") != nil { pods.append("\(pod)") }
            #expect(pods.count == reference.assigned)
            #expect(world.cloud.shape == reference.enis.map(\.addresses), "\(pods.count) pods, growing")
        }
        // Time enough that growing has nothing to do with the steps of shrinking.
        world.run(for: .seconds(600))
        reference.shrink()
        #expect(world.cloud.shape == reference.enis.map(\.addresses), "\(pods.count) pods, at rest")
        while let pod = pods.popLast() {
            let eni = try #require(world.pool.attachments[PoolWorld.id(pod)]?.eni)
            let place = try #require(world.pool.enis.keys.firstIndex(of: eni))
            world.release(pod)
            world.run(for: .seconds(400))
            reference.enis[place].pods -= 1
            reference.grow()
            reference.shrink()
            reference.grow()
            #expect(world.cloud.shape == reference.enis.map(\.addresses), "\(pods.count) pods, shrinking")
        }
        #expect(world.isConsistent && world.breach == nil && world.repairs.isEmpty)
    }

    /// What the AWS VPC CNI documents: addresses held, on how many ENIs, for a number of pods.
    @Test(
        "the documented examples",
        arguments: [
            // t3.small, 3 × 4, WARM_ENI_TARGET=1
            (
                Setting(limits: NodeLimits(enis: 3, ipv4PerENI: 4)),
                [0: [3], 1: [3, 3], 3: [3, 3], 4: [3, 3, 3], 9: [3, 3, 3]]
            ),
            // m5.large, 3 × 10, WARM_ENI_TARGET=1
            (
                Setting(limits: NodeLimits(enis: 3, ipv4PerENI: 10)),
                [0: [9], 1: [9, 9], 9: [9, 9], 10: [9, 9, 9], 27: [9, 9, 9]]
            ),
            // m5.large, WARM_ENI_TARGET=0: another ENI only when nothing is left
            (
                Setting(limits: NodeLimits(enis: 3, ipv4PerENI: 10), warmENI: 0),
                [0: [9], 8: [9], 9: [9, 9], 17: [9, 9], 18: [9, 9, 9]]
            ),
            // m5.large, WARM_ENI_TARGET=2
            (Setting(limits: NodeLimits(enis: 3, ipv4PerENI: 10), warmENI: 2), [0: [9, 9], 1: [9, 9, 9]]),
            // m5.large, WARM_IP_TARGET=5, MINIMUM_IP_TARGET=10
            (
                Setting(limits: NodeLimits(enis: 3, ipv4PerENI: 10), warmIP: 5, minimumIP: 10),
                [
                    0: [9, 1], 5: [9, 1], 6: [9, 2], 10: [9, 6], 13: [9, 9], 14: [9, 9, 1], 22: [9, 9, 9],
                    27: [9, 9, 9],
                ]
            ),
            // m5.2xlarge, 4 × 15, WARM_IP_TARGET=1
            (
                Setting(limits: NodeLimits(enis: 4, ipv4PerENI: 15), warmIP: 1),
                [0: [1], 1: [2], 13: [14], 14: [14, 1], 56: [14, 14, 14, 14]]
            ),
            // m5.2xlarge with kubelet's 58 pods: 56 addresses are all there is
            (
                Setting(limits: NodeLimits(enis: 4, ipv4PerENI: 15), maxPods: 58),
                [0: [14], 1: [14, 14], 58: [14, 14, 14, 14]]
            ),
            // A target beyond max-pods holds no more than max-pods
            (
                Setting(limits: NodeLimits(enis: 4, ipv4PerENI: 15), warmIP: 50, maxPods: 20),
                [0: [14, 6], 20: [14, 6]]
            ),
        ])
    func documented(_ setting: Setting, _ table: [Int: [Int]]) {
        for (pods, shape) in table {
            var world = setting.world
            world.start()
            for pod in 0..<pods {
                world.add("\(pod)", for: .milliseconds(500))
                world.run(for: .seconds(1))
            }
            #expect(world.cloud.shape == shape, "\(pods) pods")
            #expect(world.breach == nil)
        }
    }
}
