import Addressing
import Testing

@testable import ModelVPC

@Suite("The address map of a subnet") struct AddressMapTests {
    @Test("Five addresses are never given", arguments: ["10.0.0.0/28", "10.0.0.0/24", "10.0.0.64/26", "10.0.0.0/20"])
    func reserved(text: String) throws {
        let network = try #require(IPv4Network(text))
        var map = AddressMap(network)
        #expect(map.freeCount == network.count - 5)
        var given: [IPv4Address] = []
        while let address = map.takeNext() { given.append(address) }
        #expect(given == (4..<network.count - 1).map { network[$0] })
        #expect(map.freeCount == 0)
    }

    @Test("An address given back is not given again at once") func nextFit() throws {
        var map = AddressMap(try #require(IPv4Network("10.0.0.0/28")))
        let taken = map.takeNext()
        let first = try #require(taken)
        map.release(first)
        let rest = (0..<10).compactMap { _ in map.takeNext() }
        #expect(rest.count == 10 && !rest.contains(first))
        let last = map.takeNext()
        #expect(last == first)
    }

    /// Random operations against a set that does the obvious thing.
    @Test("It agrees with a set", arguments: [(28, UInt64(1)), (26, 2), (25, 3), (23, 4)])
    func agreesWithSet(prefixLength: Int, seed: UInt64) throws {
        var random = Random(seed: seed)
        let network = IPv4Network(containing: try #require(IPv4Address("172.16.0.0")), prefixLength: prefixLength)
        var map = AddressMap(network)
        var taken: Set<IPv4Address> = []
        let givable = Set((4..<network.count - 1).map { network[$0] })
        for _ in 0..<20_000 {
            let address = network[Int(random.next() % UInt64(network.count))]
            switch random.next() % 5 {
            case 0, 1:
                let next = map.takeNext()
                #expect((next == nil) == (taken.count == givable.count))
                if let next {
                    #expect(givable.contains(next) && !taken.contains(next))
                    taken.insert(next)
                }
            case 2 where givable.contains(address):
                map.take(address)
                taken.insert(address)
            case 3 where givable.contains(address):
                map.release(address)
                taken.remove(address)
            default:
                #expect(map.isTaken(address) == (taken.contains(address) || !givable.contains(address)))
            }
            #expect(map.freeCount == givable.count - taken.count)
        }
    }

    @Test("Addresses of other networks are nothing to it") func foreign() throws {
        var map = AddressMap(try #require(IPv4Network("10.0.0.0/28")))
        let foreign = try #require(IPv4Address("10.0.1.5"))
        map.take(foreign)
        map.release(foreign)
        #expect(map.freeCount == 11 && !map.isTaken(foreign))
    }
}
