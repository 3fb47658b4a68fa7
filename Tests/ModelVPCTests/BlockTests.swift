import Addressing
import Foundation
import Testing

@testable import ModelVPC

@Suite("Blocks of the address map") struct BlockTests {
    @Test("Every block but the first and the last is given, then none") func exhausted() throws {
        let network = try #require(IPv4Network("10.0.0.0/22"))
        var map = AddressMap(network)
        #expect(map.freeBlockCount == 62)
        var given: [IPv4Network] = []
        while let block = map.takeNextBlock() { given.append(block) }
        #expect(given.map(\.base) == (1..<63).map { network[$0 * 16] })
        #expect(given.allSatisfy { $0.prefixLength == 28 } && map.freeBlockCount == 0)
        #expect(map.freeCount == network.count - 5 - 62 * 16)
        map.release(given[7])
        map.release(given[3])
        let again = (map.takeNextBlock(), map.takeNextBlock(), map.takeNextBlock())
        #expect(again == (given[3], given[7], nil))
    }

    /// Random events against a set of addresses. `WARMPOOL_SEED` repeats one history.
    @Test("It agrees with a set of addresses", arguments: [28, 27, 26, 25, 23, 20])
    func agreesWithSet(prefixLength: Int) throws {
        let seed =
            ProcessInfo.processInfo.environment["WARMPOOL_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        print("address map /\(prefixLength): seed \(seed)")
        let network = IPv4Network(containing: try #require(IPv4Address("172.16.0.0")), prefixLength: prefixLength)
        var world = NaiveMap(network)
        var map = AddressMap(network)
        var random = Random(seed: seed)
        var disagreements: [String] = []
        for event in 0..<25_000 {
            let offset = Int(random.next() % UInt64(network.count))
            // Times of growth and times of decline, so that the map becomes full and empty again.
            let grows = event / 1500 % 2 == 0 ? 8 : 2
            let takes = random.next() % 10 < grows
            switch (takes, random.next() % 4) {
            case (true, 0):
                if let disagreement = world.took(map.takeNext()) { disagreements.append("\(event): \(disagreement)") }
            case (true, 1):
                if let disagreement = world.took(map.takeNextBlock()) {
                    disagreements.append("\(event): \(disagreement)")
                }
            case (true, 2):
                if !map.isTaken(network[offset]) { world.taken.insert(offset) }
                map.take(network[offset])
            case (true, _):
                let block = world.block(of: offset)
                if world.isFree(block) { world.taken.formUnion(block) }
                map.take(world.network(of: block))
            case (false, 0), (false, 1):
                guard !world.reserved.contains(offset) else { continue }
                world.taken.remove(offset)
                map.release(network[offset])
            case (false, _):
                let block = world.block(of: offset)
                guard world.reserved.isDisjoint(with: block) else { continue }
                if world.taken.isSuperset(of: block) { world.taken.subtract(block) }
                map.release(world.network(of: block))
            }
            if map.freeCount != world.freeCount || map.freeBlockCount != world.freeBlockCount
                || map.isTaken(network[offset]) != world.taken.contains(offset)
            {
                disagreements.append(
                    "\(event): \(map.freeCount) free, \(map.freeBlockCount) blocks; the set has \(world.freeCount), "
                        + "\(world.freeBlockCount)")
            }
            if !disagreements.isEmpty { break }
        }
        #expect(disagreements == [], "seed \(seed)")
    }
}

/// The addresses taken, as a set of offsets: what an address map has to agree with.
private struct NaiveMap {
    let cidr: IPv4Network
    let reserved: Set<Int>
    var taken: Set<Int>

    init(_ cidr: IPv4Network) {
        self.cidr = cidr
        reserved = [0, 1, 2, 3, cidr.count - 1]
        taken = reserved
    }

    var freeCount: Int { cidr.count - taken.count }
    var freeBlockCount: Int { stride(from: 0, to: cidr.count, by: 16).count { isFree($0..<$0 + 16) } }

    func block(of offset: Int) -> Range<Int> { offset / 16 * 16..<offset / 16 * 16 + 16 }
    func isFree(_ block: Range<Int>) -> Bool { taken.isDisjoint(with: block) }
    func network(of block: Range<Int>) -> IPv4Network {
        IPv4Network(containing: cidr[block.lowerBound], prefixLength: 28)
    }

    /// - Returns: what is wrong with it.
    mutating func took(_ address: IPv4Address?) -> String? {
        guard let address else { return freeCount == 0 ? nil : "no address is given, and \(freeCount) are free" }
        guard let offset = cidr.offset(of: address), taken.insert(offset).inserted else {
            return "\(address) is not free"
        }
        return nil
    }

    /// - Returns: what is wrong with it.
    mutating func took(_ block: IPv4Network?) -> String? {
        guard let block else { return freeBlockCount == 0 ? nil : "no block is given, and \(freeBlockCount) are free" }
        guard block.prefixLength == 28, let offset = cidr.offset(of: block.base), isFree(offset..<offset + 16) else {
            return "\(block) is not free"
        }
        taken.formUnion(offset..<offset + 16)
        return nil
    }
}
