import InstanceLimits
import Planner
import Pool
import Testing

/// Hand-computed from the rules of the AWS VPC CNI.
@Suite struct SettledPoolTests {
    private func settled(
        _ type: String, _ pods: Int, _ target: WarmTarget, prefixes: Bool = false,
        _ change: (inout PoolConfiguration) -> Void = { _ in }
    ) throws -> SettledPool {
        var configuration = PoolConfiguration()
        configuration.target = target
        configuration.prefixDelegation = prefixes
        change(&configuration)
        return SettledPool(pods: pods, on: NodeLimits(try InstanceType(named: type)), configuration)
    }

    @Test(arguments: [
        // t3.small: 3 ENIs with 3 addresses for pods each.
        ("t3.small", 0, WarmTarget.enis(1), 1, 3), ("t3.small", 1, .enis(1), 2, 6), ("t3.small", 3, .enis(1), 2, 6),
        ("t3.small", 4, .enis(1), 3, 9), ("t3.small", 9, .enis(1), 3, 9),
        // An address target asks for what is missing alone.
        ("m5.large", 0, .addresses(warm: 2, minimum: 0), 1, 2), ("m5.large", 5, .addresses(warm: 2, minimum: 0), 1, 7),
        ("m5.large", 8, .addresses(warm: 2, minimum: 0), 2, 10), ("m5.large", 5, .addresses(warm: 2, minimum: 9), 1, 9),
    ])
    func classicTargets(_ type: String, pods: Int, _ target: WarmTarget, enis: Int, addresses: Int) throws {
        let settled = try settled(type, pods, target)
        #expect(settled.eniCount == enis)
        #expect(settled.attachedAddresses == addresses)
        #expect(settled.unusedAddresses == addresses - pods)
        #expect(settled.interfaces.reduce(0) { $0 + $1.pods } == pods)
        #expect(settled.refusal == nil)
    }

    @Test(arguments: [
        (0, WarmTarget.prefixes(1), 1, 1), (1, .prefixes(1), 2, 1), (16, .prefixes(1), 2, 1), (17, .prefixes(1), 3, 1),
        (5, .addresses(warm: 5, minimum: 0), 1, 0), (15, .addresses(warm: 5, minimum: 0), 2, 1),
        (5, .addresses(warm: 1, minimum: 40), 3, 2),
    ])
    func prefixes(pods: Int, _ target: WarmTarget, prefixes: Int, unused: Int) throws {
        let settled = try settled("m5.large", pods, target, prefixes: true)
        #expect(settled.prefixesPerENI == [prefixes])
        #expect(settled.unusedPrefixes == unused)
        #expect(settled.attachedAddresses == prefixes * 16)
    }

    @Test func aFullNodeRefuses() throws {
        let settled = try settled("m5.2xlarge", 58, .enis(1))
        #expect(settled.pods == 56)
        #expect(settled.addressesPerENI == [14, 14, 14, 14])
        #expect(settled.refusal == .enisFull(enis: 4, addresses: 56))
    }

    @Test func withCustomNetworkingThePrimaryInterfaceHasNone() throws {
        let settled = try settled("m5.large", 10, .addresses(warm: 1, minimum: 0)) {
            $0.placement = .custom(.zone(["a": PodSubnets(subnets: [SubnetID("subnet-a")])]))
        }
        #expect(settled.addressesPerENI == [0, 9, 2])
    }

    @Test func podsOfIPv6AloneNeedNoAddressOfIPv4() throws {
        let settled = try settled("m5.large", 100, .enis(1)) { $0.families = .ipv6 }
        #expect(settled.pods == 100)
        #expect(settled.attachedAddresses == 0)
        #expect(settled.unusedAddresses == 0)
    }
}
