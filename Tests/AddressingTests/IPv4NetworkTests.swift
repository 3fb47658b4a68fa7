import Addressing
import Testing

@Suite("IPv4 networks") struct IPv4NetworkTests {
    @Test(
        "They read and print in CIDR notation",
        arguments: [
            ("0.0.0.0/0", 1 << 32, "255.255.255.255"), ("10.0.0.0/8", 1 << 24, "10.255.255.255"),
            ("10.0.3.0/24", 256, "10.0.3.255"), ("10.0.3.16/28", 16, "10.0.3.31"), ("10.0.3.7/32", 1, "10.0.3.7"),
            ("10.0.3.6/31", 2, "10.0.3.7"),
        ])
    func text(text: String, count: Int, last: String) throws {
        let network = try #require(IPv4Network(text))
        #expect(network.description == text)
        #expect(network.count == count)
        #expect(network.last == IPv4Address(last))
        #expect(network[0] == network.base && network[count - 1] == network.last)
        #expect(network.offset(of: network.last) == count - 1)
    }

    @Test(
        "Anything else is refused, host bits too",
        arguments: [
            "", "/", "10.0.0.0", "10.0.0.0/", "/24", "10.0.0.0/33", "10.0.0.0/024", "10.0.0.0/-1", "10.0.0.0/+8",
            "10.0.0.0/8 ", "10.0.0.0/24/24", "10.0.3.7/24", "10.0.0.1/0", "10.0.0.0/255.0.0.0", "10.0.0/8",
        ])
    func refused(text: String) {
        #expect(IPv4Network(text) == nil)
    }

    @Test("Made of an address, host bits are dropped") func containing() throws {
        let address = try #require(IPv4Address("10.0.3.7"))
        #expect(IPv4Network(containing: address, prefixLength: 24) == IPv4Network("10.0.3.0/24"))
        #expect(IPv4Network(containing: address, prefixLength: 0) == IPv4Network("0.0.0.0/0"))
        #expect(IPv4Network(containing: address, prefixLength: 32).base == address)
    }

    @Test("Addresses are inside from the first to the last") func contains() throws {
        let network = try #require(IPv4Network("10.0.3.16/28"))
        for (text, offset) in [
            ("10.0.3.15", nil), ("10.0.3.16", 0), ("10.0.3.20", 4), ("10.0.3.31", 15), ("10.0.3.32", nil),
            ("0.0.0.0", nil),
        ] {
            let address = try #require(IPv4Address(text))
            #expect(network.contains(address) == (offset != nil))
            #expect(network.offset(of: address) == offset)
        }
    }

    @Test(
        "Containing and overlapping agree with the addresses",
        arguments: [
            ("10.0.0.0/24", "10.0.0.0/24", true, true), ("10.0.0.0/24", "10.0.0.128/25", true, true),
            ("10.0.0.128/25", "10.0.0.0/24", false, true), ("10.0.0.0/25", "10.0.0.128/25", false, false),
            ("0.0.0.0/0", "10.0.0.0/8", true, true), ("10.0.0.0/8", "0.0.0.0/0", false, true),
            ("10.0.0.7/32", "10.0.0.8/32", false, false),
        ])
    func networks(left: String, right: String, contains: Bool, overlaps: Bool) throws {
        let (left, right) = (try #require(IPv4Network(left)), try #require(IPv4Network(right)))
        #expect(left.contains(right) == contains)
        #expect(left.overlaps(right) == overlaps)
        #expect(right.overlaps(left) == overlaps)
    }
}
