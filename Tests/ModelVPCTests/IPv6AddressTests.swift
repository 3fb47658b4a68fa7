import Addressing
import InstanceLimits
import Testing

@testable import ModelVPC

@Suite("IPv6 addresses of interfaces") struct IPv6AddressTests {
    @Test("An instance's primary interface has one, and no other interface") func primary() throws {
        let cloud = try TestCloud()
        let address = try #require(IPv6Address("2001:db8:0:1::a00:104"))
        #expect(try cloud.describe(try cloud.primary)[0].ipv6Address == address)
        #expect(cloud.vpc.interfacesInSight(of: TestCloud.node)[0].ipv6Address == address)
        #expect(try cloud.describe(try cloud.primary)[0].subnetIPv6CIDR == IPv6Network("2001:db8:0:1::/64"))
        #expect(try cloud.create().ipv6Address == nil)
    }

    @Test("Each has another, and a later one can have that of one that is gone") func unique() throws {
        let cloud = try TestCloud()
        let limits = ModelVPC.Limits(interfaces: 1, ipv4PerInterface: 2, ipv6PerInterface: 1)
        func address(of id: String) throws -> IPv6Address? {
            let instance = try cloud.vpc.launch(
                .init(rawValue: id), type: "t", limits: limits, in: TestCloud.subnet, at: cloud.now)
            return cloud.vpc.present(instance.primaryInterface)?.ipv6Address
        }
        let seen = [
            try cloud.describe(try cloud.primary)[0].ipv6Address, try address(of: "i-2"), try address(of: "i-3"),
        ]
        #expect(Set(seen.compactMap(\.self)).count == 3)
        #expect(try #require(IPv6Network("2001:db8:0:1::/80")).contains(try #require(seen[2])))
    }

    @Test("A subnet without IPv6 gives none, and a type without IPv6 gets none") func none() throws {
        let cloud = try TestCloud()
        let limits = ModelVPC.Limits(try InstanceType(named: "m5.large"))
        let tiny = try cloud.vpc.launch(
            .init(rawValue: "i-2"), type: "m5.large", limits: limits, in: TestCloud.tiny, at: cloud.now)
        #expect(cloud.vpc.present(tiny.primaryInterface)?.ipv6Address == nil)
        #expect(cloud.vpc.present(tiny.primaryInterface)?.subnetIPv6CIDR == nil)
        let old = try cloud.vpc.launch(
            .init(rawValue: "i-3"), type: "c1.medium", limits: .init(try InstanceType(named: "c1.medium")),
            in: TestCloud.subnet, at: cloud.now)
        #expect(cloud.vpc.present(old.primaryInterface)?.ipv6Address == nil)
    }

    @Test("Xen instances have one too, but no prefixes") func hypervisors() throws {
        let cloud = try TestCloud()
        let old = try cloud.vpc.launch(
            .init(rawValue: "i-2"), type: "c3.large", limits: .init(try InstanceType(named: "c3.large")),
            in: TestCloud.subnet, at: cloud.now)
        #expect(cloud.vpc.present(old.primaryInterface)?.ipv6Address != nil)
        let eni = try cloud.create().id
        try cloud.ask(.attach(eni, to: old.id, deviceIndex: 1))
        #expect(throws: Failure.prefixesUnsupported(by: old)) { try cloud.assignIPv6Prefixes(eni, .count(1)) }
    }

    @Test("The VPC's IPv6 networks are those of its subnets") func networks() throws {
        let cloud = try TestCloud()
        try cloud.vpc.addSubnet(
            .init(rawValue: "s"), cidr: #require(IPv4Network("10.0.9.0/24")),
            ipv6CIDR: IPv6Network("2001:db8:0:9::/64"), zone: "b")
        #expect(cloud.vpc.ipv6Networks.map(\.description) == ["2001:db8:0:1::/64", "2001:db8:0:9::/64"])
    }
}
