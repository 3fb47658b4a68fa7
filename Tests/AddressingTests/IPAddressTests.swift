import Addressing
import Foundation
import Testing

@Suite struct IPAddressTests {
    @Test("An address of either family is read and written", arguments: ["10.0.3.7", "2001:db8::7"])
    func text(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == text)
        #expect((address.v4?.description ?? address.v6?.description) == text)
        #expect(address.host.isHost)
        #expect(address.host.base == address)
        #expect(address.everything.prefixLength == 0)
        #expect((address.everything.base.v4 == nil) == (address.v4 == nil))
    }

    @Test("A network of either family is read and written", arguments: ["10.0.3.0/24", "2001:db8::/64"])
    func network(text: String) throws {
        let network = try #require(IPNetwork(text))
        #expect(network.description == text)
        #expect((network.v4?.description ?? network.v6?.description) == text)
        #expect((network.v4 == nil) == (network.base.v4 == nil))
        #expect(!network.isHost)
    }

    @Test func aNetworkContainsPartsOfItselfAndNothingOfTheOtherFamily() throws {
        let network = try #require(IPNetwork("2001:db8::/64"))
        #expect(network.contains(network))
        #expect(try network.contains(#require(IPAddress("2001:db8::7")).host))
        #expect(try !network.contains(#require(IPNetwork("2001:db8::/48"))))
        #expect(try !#require(IPNetwork("::/0")).contains(#require(IPNetwork("10.0.3.0/24"))))
    }

    @Test("What is no address is refused", arguments: ["", "10.0.3", "10.0.3.7/24", "fe80::1%eth0"])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func ofIPv4ComesFirst() throws {
        #expect(try #require(IPAddress("255.0.0.1")) < #require(IPAddress("::1")))
    }

    @Test(
        "A pod's addresses survive encoding",
        arguments: [PodAddresses(ipv4: one, ipv6: nil), PodAddresses(ipv4: nil, ipv6: two), .dualStack(one, two)])
    func podAddresses(addresses: PodAddresses?) throws {
        let addresses = try #require(addresses)
        let encoded = try JSONEncoder().encode(addresses)
        #expect(try JSONDecoder().decode(PodAddresses.self, from: encoded) == addresses)
        #expect(addresses.families.hasIPv4 == (addresses.ipv4 != nil))
        #expect(addresses.families.hasIPv6 == (addresses.ipv6 != nil))
        #expect(addresses.all.first == addresses.primary)
    }

    @Test func aPodWithoutAnyAddressIsNone() {
        #expect(PodAddresses(ipv4: nil, ipv6: nil) == nil)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(PodAddresses.self, from: Data("{}".utf8)) }
    }
}

private let one = IPv4Address("10.0.3.7")!
private let two = IPv6Address("2001:db8::7")!
