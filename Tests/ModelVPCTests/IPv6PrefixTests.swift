import Addressing
import Foundation
import InstanceLimits
import RateLimiting
import Testing
import Timekeeping

@testable import ModelVPC

@Suite("IPv6 prefixes") struct IPv6PrefixTests {
    private func network(_ text: String) throws -> IPv6Network { try #require(IPv6Network(text)) }

    /// The n-th /80 of the subnet's 2001:db8:0:1::/64.
    private func prefix(_ number: Int) throws -> IPv6Network {
        try network("2001:db8:0:1:\(String(number, radix: 16))::/80")
    }

    @Test("The lowest free prefix is handed out, and the first one never") func lowest() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create().id
        #expect(try cloud.assignIPv6Prefixes(eni, .count(3)) == [prefix(1), prefix(2), prefix(3)])
        #expect(try cloud.describe(eni)[0].ipv6Prefixes == [prefix(1), prefix(2), prefix(3)])
        try cloud.ask(.unassignIPv6Prefixes(eni, [prefix(2)]))
        #expect(try cloud.assignIPv6Prefixes(eni, .these([prefix(0xffff), prefix(5)])) == [prefix(0xffff), prefix(5)])
        #expect(try cloud.assignIPv6Prefixes(eni, .count(3)) == [prefix(2), prefix(4), prefix(6)])
        #expect(try cloud.freeAddresses() == 249)
    }

    @Test("A /64 has 65,535 to give, and no more") func exhausted() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create().id
        #expect(throws: Failure.insufficientCIDRBlocks(TestCloud.subnet)) {
            try cloud.assignIPv6Prefixes(eni, .count(65_536))
        }
        let all = try cloud.assignIPv6Prefixes(eni, .count(65_535))
        #expect(try Set(all).count == 65_535 && all.last == prefix(0xffff))
        #expect(throws: Failure.insufficientCIDRBlocks(TestCloud.subnet)) {
            try cloud.assignIPv6Prefixes(try cloud.create().id, .count(1))
        }
        try cloud.ask(.unassignIPv6Prefixes(eni, [prefix(0x1234)]))
        #expect(try cloud.assignIPv6Prefixes(eni, .count(1)) == [prefix(0x1234)])
    }

    @Test(
        "Networks that are no prefixes of the subnet",
        arguments: [
            "2001:db8:0:1::/80", "2001:db8:0:1:2::/79", "2001:db8:0:1:1::/81", "2001:db8:0:1::/64",
            "2001:db8:0:2:1::/80", "::/80",
        ])
    func impossible(text: String) throws {
        let cloud = try TestCloud()
        let (eni, asked, before) = (try cloud.primary, try network(text), cloud.vpc)
        let error = #expect(throws: Failure.self) { try cloud.assignIPv6Prefixes(eni, .these([asked])) }
        #expect(error?.code == "InvalidParameterValue")
        #expect(cloud.vpc == before)
    }

    @Test("Given prefixes are assigned; those that are there already stay, another's are refused") func given() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let wanted = [try prefix(7)]
        for _ in 1...2 { #expect(try cloud.assignIPv6Prefixes(eni, .these(wanted)) == wanted) }
        #expect(try cloud.describe(eni)[0].ipv6Prefixes == wanted)
        let error = #expect(throws: Failure.self) {
            try cloud.assignIPv6Prefixes(try cloud.create().id, .these([prefix(8), prefix(7)]))
        }
        #expect(error?.description == "2001:db8:0:1:7::/80 is assigned to another interface")
        #expect(try cloud.assignIPv6Prefixes(eni, .these([prefix(8)])) == [prefix(8)])
    }

    @Test("The instance's type limits them, apart from IPv4") func limits() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        try cloud.assign(eni, .count(3))
        let full = Failure.ipv6LimitExceeded(eni, limit: 3)
        #expect(full.code == "PrivateIpAddressLimitExceeded")
        for count in [4, .max] { #expect(throws: full) { try cloud.assignIPv6Prefixes(eni, .count(count)) } }
        // Its own address counts as one.
        try cloud.assignIPv6Prefixes(eni, .count(2))
        #expect(throws: full) { try cloud.assignIPv6Prefixes(eni, .count(1)) }
        let wide = try cloud.create().id
        let four = try cloud.assignIPv6Prefixes(wide, .count(4))
        #expect(throws: Failure.ipv6LimitExceeded(wide, limit: 3)) { try cloud.attach(wide, deviceIndex: 1) }
        try cloud.ask(.unassignIPv6Prefixes(wide, [four[0]]))
        try cloud.attach(wide, deviceIndex: 1)
        #expect(ModelVPC.Limits(try InstanceType(named: "m5.large")).ipv6PerInterface == 10)
        #expect(ModelVPC.Limits(interfaces: 1, ipv4PerInterface: 1).ipv6PerInterface == 0)
    }

    @Test("Xen instances have none") func hypervisors() throws {
        let cloud = try TestCloud()
        let old = try cloud.vpc.launch(
            .init(rawValue: "i-old"), type: "t2.small", limits: .init(try InstanceType(named: "t2.small")),
            in: TestCloud.subnet, at: .origin)
        let refusal = Failure.prefixesUnsupported(by: old)
        #expect(throws: refusal) { try cloud.assignIPv6Prefixes(old.primaryInterface, .count(1)) }
        let eni = try cloud.create().id
        try cloud.assignIPv6Prefixes(eni, .count(1))
        #expect(throws: refusal) { try cloud.ask(.attach(eni, to: old.id, deviceIndex: 1)) }
    }

    @Test("A subnet without IPv6 has none, whatever is asked for") func withoutIPv6() throws {
        let cloud = try TestCloud()
        let eni = try cloud.create(in: TestCloud.tiny).id
        let before = cloud.vpc
        for prefixes in [.count(1), .these([try prefix(1)])] as [ModelVPC.IPv6Prefixes] {
            let error = #expect(throws: Failure.self) { try cloud.assignIPv6Prefixes(eni, prefixes) }
            #expect(error?.code == "IncorrectState")
            #expect(error?.description.hasPrefix("subnet-tiny has no IPv6 CIDR") == true)
        }
        for count in [0, -1] {
            #expect(throws: Failure.self) { try cloud.assignIPv6Prefixes(try cloud.primary, .count(count)) }
        }
        #expect(cloud.vpc == before)
    }

    @Test("A subnet's IPv6 network is a /64 of its own") func subnets() throws {
        let cloud = try TestCloud()
        for (text, words) in [
            ("2001:db8:0:1::/64", "is the IPv6 network of subnet-a"), ("2001:db8:0:2::/63", "is no /64"),
            ("2001:db8:0:2::/80", "is no /64"),
        ] {
            let before = cloud.vpc
            let error = #expect(throws: Failure.self) {
                try cloud.vpc.addSubnet(
                    .init(rawValue: "s"), cidr: #require(IPv4Network("10.0.9.0/24")), ipv6CIDR: try network(text),
                    zone: "a")
            }
            #expect(error?.description.contains(words) == true)
            #expect(cloud.vpc == before)
        }
        guard case .subnets(let subnets) = try cloud.ask(.describeSubnets) else { throw TestCloud.OtherReply() }
        #expect(subnets.map(\.ipv6CIDR) == [try network("2001:db8:0:1::/64"), nil, nil])
    }

    @Test("They show late, as addresses do; a token assigns them once") func late() throws {
        var settings = ModelVPC.Settings()
        settings.consistencyDelay = .init(.seconds(2))
        let cloud = try TestCloud(settings)
        let eni = try cloud.primary
        let assigned = try cloud.assignIPv6Prefixes(eni, .count(1), token: "p")
        #expect(try cloud.assignIPv6Prefixes(eni, .count(1), token: "p") == assigned)
        #expect(throws: Failure.idempotentParameterMismatch(token: "p")) {
            try cloud.assignIPv6Prefixes(eni, .count(2), token: "p")
        }
        #expect(try cloud.describe(eni)[0].ipv6Prefixes == [])
        #expect(cloud.vpc.interfacesInSight(of: TestCloud.node)[0].ipv6Prefixes == assigned)
        cloud.now = .origin + .seconds(2)
        #expect(try cloud.describe(eni)[0].ipv6Prefixes == assigned)
        #expect(try JSONDecoder().decode(ModelVPC.self, from: JSONEncoder().encode(cloud.vpc)) == cloud.vpc)
    }

    @Test("Taking away what is not assigned is an error only where it is asked to be") func strictly() throws {
        let cloud = try TestCloud()
        let eni = try cloud.primary
        let assigned = try cloud.assignIPv6Prefixes(eni, .count(1))
        let before = cloud.vpc
        let error = #expect(throws: Failure.self) {
            try cloud.ask(.unassignIPv6Prefixes(eni, assigned + [prefix(9), prefix(0)], strictly: true))
        }
        #expect(error?.code == "InvalidParameterValue" && cloud.vpc == before)
        try cloud.ask(.unassignIPv6Prefixes(eni, [prefix(9), prefix(0)]))
        #expect(cloud.vpc == before)
        try cloud.ask(.unassignIPv6Prefixes(eni, assigned, strictly: true))
        #expect(try cloud.describe(eni)[0].ipv6Prefixes == [])
    }

    @Test("Deletion and termination free them") func freed() throws {
        let cloud = try TestCloud()
        let loose = try cloud.create().id
        let first = try cloud.assignIPv6Prefixes(loose, .count(1))
        let second = try cloud.assignIPv6Prefixes(try cloud.primary, .count(1))
        try cloud.ask(.delete(loose))
        try cloud.vpc.terminate(TestCloud.node, at: cloud.now)
        #expect(try cloud.assignIPv6Prefixes(try cloud.create().id, .count(2)) == first + second)
    }

    @Test("Both actions are throttled and fail by their own names") func actions() throws {
        let bucket = TokenBucket(capacity: 1, refillPerSecond: 0)
        let cloud = try TestCloud(
            throttling: .init(perAction: [.assignIpv6Addresses: bucket]),
            faults: [.init(.fail(.internalError), of: [.unassignIpv6Addresses], count: 1)])
        let eni = try cloud.primary
        let assigned = try cloud.assignIPv6Prefixes(eni, .count(1))
        #expect(throws: Failure.requestLimitExceeded(retryAfter: nil)) { try cloud.assignIPv6Prefixes(eni, .count(1)) }
        #expect(throws: Failure.internalError) { try cloud.ask(.unassignIPv6Prefixes(eni, assigned)) }
        try cloud.ask(.unassignIPv6Prefixes(eni, assigned))
        #expect(ModelVPC.Action(rawValue: "AssignIpv6Addresses")?.isMutating == true)
        #expect(ModelVPC.Action(rawValue: "UnassignIpv6Addresses")?.isMutating == true)
    }
}
