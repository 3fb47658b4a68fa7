import Foundation
import Glibc
import Testing

@testable import Addressing

@Suite("IPv6 addresses") struct IPv6AddressTests {
    @Test(
        "They read in every form, and print in the canonical one",
        arguments: [
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:1", "::1"),
            ("2001:DB8::0007", "2001:db8::7"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("::ffff:10.0.3.7", "::ffff:10.0.3.7"),
            ("::FFFF:0a00:0307", "::ffff:10.0.3.7"), ("64:ff9b::10.0.3.7", "64:ff9b::a00:307"),
            ("1:2:3:4:5:6:10.0.3.7", "1:2:3:4:5:6:a00:307"), ("::10.0.3.7", "::a00:307"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("1:2::3:10.0.3.7", "1:2::3:a00:307"),
        ])
    func text(text: String, canonical: String) throws {
        let address = try #require(IPv6Address(text))
        #expect(address.description == canonical)
        #expect(IPv6Address(canonical) == address)
        #expect(IPv6Address("[\(text)]".dropFirst().dropLast()) == address)
    }

    @Test(
        "Anything else is refused, zones too",
        arguments: [
            "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
            "1::2::3", "12345::", "g::", "::1 ", " ::1", ":1::", "::1:", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "10.0.3.7",
            "::10.0.3", "::10.0.3.256", "::010.0.3.7", "10.0.3.7::", "::10.0.3.7:1", "1:2:3:4:5:6:7:10.0.3.7",
            "::ffff:10.0.3.7.1", "fe80::1%eth0", "fe80::1%1", "::1/128", "[::1]", "+1::", "-1::", "::１", "0x1::",
        ])
    func refused(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test("They are ordered by their value, and count on") func values() throws {
        let address = try #require(IPv6Address("2001:db8::ffff"))
        #expect(address.bits == UInt128(0x2001_0db8) << 96 | 0xffff)
        #expect(address.advanced(by: 1) == IPv6Address("2001:db8::1:0"))
        #expect(address < address.advanced(by: 1))
        #expect(IPv6Address(bits: .max).advanced(by: 1) == IPv6Address("::"))
    }

    @Test("Encoded they are text, and what is none is named") func codable() throws {
        let address = try #require(IPv6Address("2001:db8::7"))
        let encoded = try JSONEncoder().encode([address])
        #expect(String(decoding: encoded, as: UTF8.self) == #"["2001:db8::7"]"#)
        #expect(try JSONDecoder().decode([IPv6Address].self, from: encoded) == [address])
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([IPv6Address].self, from: Data(#"["10.0.3.7"]"#.utf8))
        }
        #expect("\(try #require(error))".contains("'10.0.3.7' is not an IPv6 address such as 2001:db8::7"))
    }

    @Test("Random values print as the C library prints them") func printing() throws {
        var generator = SeededGenerator()
        for _ in 0..<20_000 {
            let address = IPv6Address(bits: generator.bits())
            // The C library writes dotted decimal also for the IPv4-compatible addresses, which RFC 4291 deprecates.
            guard address.bits >> 32 != 0 || address.bits >> 16 == 0 else { continue }
            let expected = try #require(libraryText(address))
            #expect(address.description == expected, "seed \(generator.seed)")
            #expect(IPv6Address(expected) == address, "seed \(generator.seed)")
        }
    }

    @Test("Random texts read as the C library reads them") func reading() {
        var generator = SeededGenerator()
        var good = 0
        for _ in 0..<50_000 {
            let text = generator.text()
            let expected = libraryAddress(text)
            if expected != nil { good += 1 }
            #expect(IPv6Address(text) == expected, "seed \(generator.seed): '\(text)'")
        }
        #expect(good > 1_000, "seed \(generator.seed)")
    }

    private func libraryText(_ address: IPv6Address) -> String? {
        var bits = address.bits.bigEndian
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &bits, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func libraryAddress(_ text: String) -> IPv6Address? {
        var bits: UInt128 = 0
        return inet_pton(AF_INET6, text, &bits) == 1 ? IPv6Address(bits: UInt128(bigEndian: bits)) : nil
    }
}

/// SplitMix64. Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
private struct SeededGenerator: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    /// `WARMPOOL_SEED` repeats one history.
    init() {
        seed = ProcessInfo.processInfo.environment["WARMPOOL_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// The bits of an address of which about half of the groups are zero, and some the mark of an IPv4-mapped one.
    mutating func bits() -> UInt128 {
        var bits: UInt128 = 0
        for _ in 0..<8 {
            let any = UInt16.random(in: 0 ... .max, using: &self)
            let group: UInt16 = [0, 0, 0, 0xffff, any & 0xf, any].randomElement(using: &self) ?? 0
            bits = bits << 16 | UInt128(group)
        }
        return bits
    }

    /// Something like an address: groups, gaps and dotted decimal, now and then with a character too much or too few.
    mutating func text() -> String {
        let pieces = ["0", "1", "00ab", "FFFF", "12345", "g", "", "10.0.3.7", "256.1.1.1", "1.2.3", "01.2.3.4"]
        var text = ""
        for index in 0..<Int.random(in: 1...9, using: &self) {
            if index > 0 { text += Int.random(in: 0..<5, using: &self) == 0 ? "::" : ":" }
            // Mostly a good group.
            let choice = Int.random(in: 0..<20, using: &self)
            let group = String(UInt16.random(in: 0 ... .max, using: &self), radix: 16)
            text += choice < pieces.count ? pieces[choice] : group
        }
        switch Int.random(in: 0..<8, using: &self) {
        case 0: return "::" + text
        case 1: return text + "::"
        case 2: return text + ":10.0.3.\(UInt8.random(in: 0 ... .max, using: &self))"
        case 3: return String(text.dropLast())
        default: return text
        }
    }
}
