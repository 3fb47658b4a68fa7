import Addressing
import Foundation
import Testing

@Suite("IPv4 addresses") struct IPv4AddressTests {
    @Test(
        "They read and print as dotted decimals",
        arguments: [
            ("0.0.0.0", 0), ("10.0.3.7", 0x0a00_0307), ("255.255.255.255", UInt32.max), ("1.20.100.0", 0x0114_6400),
        ])
    func text(text: String, bits: UInt32) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.bits == bits)
        #expect(address.description == text)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", ".", "10", "10.0.0", "10.0.0.0.0", "10.0.0.", ".10.0.0", "10..0.0", "256.0.0.1", "10.0.0.1000",
            "010.0.0.1", "10.0.0.00", "+1.0.0.0", "-1.0.0.0", " 10.0.0.1", "10.0.0.1 ", "10.0.0.1\n", "10.0.0.1\0",
            "0x0a.0.0.1", "10.0.0.1/24", "١.٠.٠.١", "10.0.0.a", "::1", "4294967296.0.0.0",
        ])
    func refused(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test("A part of a longer text is read without copying") func substring() {
        #expect(IPv4Address("src 10.0.0.1".dropFirst(4)) == IPv4Address(bits: 0x0a00_0001))
    }

    @Test("They are in the order of their numbers, not of their texts") func order() throws {
        let texts = ["10.0.0.9", "10.0.0.10", "9.255.255.255", "200.0.0.1"]
        let sorted = try texts.map { try #require(IPv4Address($0)) }.sorted().map(\.description)
        #expect(sorted == ["9.255.255.255", "10.0.0.9", "10.0.0.10", "200.0.0.1"])
    }

    @Test("Advancing carries over octets, goes back, and wraps around") func advanced() throws {
        let address = try #require(IPv4Address("10.0.0.255"))
        #expect(address.advanced(by: 1) == IPv4Address("10.0.1.0"))
        #expect(address.advanced(by: -256) == IPv4Address("9.255.255.255"))
        #expect(IPv4Address("255.255.255.255")?.advanced(by: 1) == IPv4Address("0.0.0.0"))
        #expect(IPv4Address("0.0.0.0")?.advanced(by: -1) == IPv4Address("255.255.255.255"))
    }

    @Test("Every value is one text in JSON, and a wrong text is named") func json() throws {
        struct Everything: Codable, Equatable {
            var address: IPv4Address
            var network: IPv4Network
            var mac: MACAddress
        }
        let text = #"{"address":"10.0.3.7","mac":"02:11:22:33:44:55","network":"10.0.3.0\/24"}"#
        let value = try JSONDecoder().decode(Everything.self, from: Data(text.utf8))
        #expect(value.address == IPv4Address("10.0.3.7") && value.network == IPv4Network("10.0.3.0/24"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == text)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([IPv4Network].self, from: Data(#"["10.0.3.7/24"]"#.utf8))
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("not called corrupt")
            return
        }
        #expect(context.debugDescription.contains("'10.0.3.7/24' is not an IPv4 network"))
    }
}
