import Addressing
import Testing

@Suite("IPv6 networks") struct IPv6NetworkTests {
    @Test(
        "They read and print in CIDR notation",
        arguments: [
            ("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8:0:3::/64", "2001:db8:0:3:ffff:ffff:ffff:ffff"),
            ("2001:db8:0:3:1::/80", "2001:db8:0:3:1:ffff:ffff:ffff"), ("2001:db8::7/128", "2001:db8::7"),
            ("2001:db8::6/127", "2001:db8::7"),
        ])
    func text(text: String, last: String) throws {
        let network = try #require(IPv6Network(text))
        #expect(network.description == text)
        #expect(network.last == IPv6Address(last))
        #expect(network.contains(network.base) && network.contains(network.last))
    }

    @Test(
        "Anything else is refused, host bits too",
        arguments: [
            "", "/", "2001:db8::", "2001:db8::/", "/64", "::/129", "::/064", "::/-1", "::/+8", "::/8 ", "::/64/64",
            "2001:db8::7/64", "::1/0", "10.0.0.0/8", "fe80::%eth0/64",
        ])
    func refused(text: String) {
        #expect(IPv6Network(text) == nil)
    }

    @Test("Made of an address, host bits are dropped") func containing() throws {
        let address = try #require(IPv6Address("2001:db8:0:3:1:2:3:4"))
        for (length, expected) in [(0, "::/0"), (64, "2001:db8:0:3::/64"), (80, "2001:db8:0:3:1::/80")] {
            #expect(IPv6Network(containing: address, prefixLength: length) == IPv6Network(expected))
        }
        #expect(IPv6Network(containing: address, prefixLength: 128).base == address)
    }

    @Test("Addresses are inside from the first to the last") func contains() throws {
        let network = try #require(IPv6Network("2001:db8:0:3:1::/80"))
        for (text, isInside) in [
            ("2001:db8:0:3:0:ffff:ffff:ffff", false), ("2001:db8:0:3:1::", true), ("2001:db8:0:3:1:2:3:4", true),
            ("2001:db8:0:3:1:ffff:ffff:ffff", true), ("2001:db8:0:3:2::", false), ("::", false),
        ] {
            #expect(network.contains(try #require(IPv6Address(text))) == isInside)
        }
    }

    @Test(
        "Containing and overlapping agree with the addresses",
        arguments: [
            ("2001:db8::/64", "2001:db8::/64", true, true), ("2001:db8::/64", "2001:db8:0:0:1::/80", true, true),
            ("2001:db8:0:0:1::/80", "2001:db8::/64", false, true),
            ("2001:db8::/64", "2001:db8:0:1::/64", false, false), ("::/0", "2001:db8::/32", true, true),
            ("2001:db8::7/128", "2001:db8::8/128", false, false),
        ])
    func networks(left: String, right: String, contains: Bool, overlaps: Bool) throws {
        let (left, right) = (try #require(IPv6Network(left)), try #require(IPv6Network(right)))
        #expect(left.contains(right) == contains)
        #expect(left.overlaps(right) == overlaps)
        #expect(right.overlaps(left) == overlaps)
    }
}
