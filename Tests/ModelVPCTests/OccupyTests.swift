import Addressing
import ModelVPC
import Testing

@Suite("What others have of a subnet") struct OccupyTests {
    private static let subnet = ModelVPC.SubnetID(rawValue: "subnet-a")

    private func vpc() throws -> ModelVPC {
        let network = try #require(IPv4Network("10.0.0.0/24"))
        var vpc = ModelVPC(cidr: network, seed: 1)
        try vpc.addSubnet(OccupyTests.subnet, cidr: network, zone: "a")
        return vpc
    }

    @Test("So many addresses, from the low end") func addresses() throws {
        var vpc = try vpc()
        #expect(vpc.freeAddressCount(in: OccupyTests.subnet) == 251)
        #expect(vpc.freeBlockCount(in: OccupyTests.subnet) == 14)
        try vpc.occupy(OccupyTests.subnet, addresses: 13)
        #expect(vpc.freeAddressCount(in: OccupyTests.subnet) == 238)
        #expect(vpc.freeBlockCount(in: OccupyTests.subnet) == 13)
        #expect(throws: ModelVPC.Failure.insufficientFreeAddresses(OccupyTests.subnet, free: 238)) {
            try vpc.occupy(OccupyTests.subnet, addresses: 239)
        }
    }

    @Test("Networks, as far as they are free") func networks() throws {
        var vpc = try vpc()
        try vpc.occupy(OccupyTests.subnet, network: try #require(IPv4Network("10.0.0.0/27")))
        try vpc.occupy(OccupyTests.subnet, network: try #require(IPv4Network("10.0.0.16/30")))
        try vpc.occupy(OccupyTests.subnet, network: try #require(IPv4Network("10.0.0.40/32")))
        #expect(vpc.freeAddressCount(in: OccupyTests.subnet) == 256 - 32 - 1 - 1)
        #expect(vpc.freeBlockCount(in: OccupyTests.subnet) == 12)
        #expect(throws: ModelVPC.Failure.self) {
            try vpc.occupy(OccupyTests.subnet, network: try #require(IPv4Network("10.0.1.0/30")))
        }
    }

    @Test("What others took they can give back") func vacated() throws {
        var vpc = try vpc()
        try vpc.occupy(OccupyTests.subnet, addresses: 20)
        let taken = try vpc.occupy(OccupyTests.subnet, addresses: 100)
        #expect(Set(taken).count == 100)
        vpc.vacate(OccupyTests.subnet, addresses: taken)
        #expect(vpc.freeAddressCount(in: OccupyTests.subnet) == 251 - 20)
    }

    @Test("An interface that was left behind has its addresses and is found") func leftBehind() throws {
        var vpc = try vpc()
        #expect(vpc.newestInterface == nil && vpc.presentInterfaces.isEmpty)
        let id = try vpc.leaveInterface(.init(in: OccupyTests.subnet, secondary: .count(3)), at: .origin)
        #expect(vpc.newestInterface == id && vpc.presentInterfaces.map(\.id) == [id])
        #expect(vpc.present(id)?.attachment == nil && vpc.present(id)?.secondaryAddresses.count == 3)
        #expect(vpc.freeAddressCount(in: OccupyTests.subnet) == 251 - 4)
    }

    @Test("An unknown subnet has nothing") func unknown() throws {
        var vpc = try vpc()
        let other = ModelVPC.SubnetID(rawValue: "subnet-b")
        #expect(vpc.freeAddressCount(in: other) == 0)
        #expect(vpc.freeBlockCount(in: other) == 0)
        #expect(throws: ModelVPC.Failure.subnetNotFound(other)) { try vpc.occupy(other, addresses: 1) }
    }
}
