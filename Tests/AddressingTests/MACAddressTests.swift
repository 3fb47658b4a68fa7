import Addressing
import Testing

@Suite("MAC addresses") struct MACAddressTests {
    @Test("They read in both cases and print in lower case") func text() throws {
        let address = try #require(MACAddress("02:aB:CD:00:0f:FF"))
        #expect(address.bits == 0x02ab_cd00_0fff)
        #expect(address.bytes == [0x02, 0xab, 0xcd, 0x00, 0x0f, 0xff])
        #expect(address.description == "02:ab:cd:00:0f:ff")
        #expect(MACAddress(bits: 0xffff_02ab_cd00_0fff) == address)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "02:00:00:00:00", "02:00:00:00:00:00:00", "02-00-00-00-00-00", "020000000000", "2:0:0:0:0:0",
            "02:00:00:00:00:0g", ":02:00:00:00:00", "02:00:00:00:00:", "02:00:00:00:00:+1", "02:00:00:00:00:-0",
            " 2:00:00:00:00:00", "02:00:00:00:00:001", "02:00:00:00:00:é",
        ])
    func refused(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test("The link-local address has the bit of local addresses inverted") func linkLocal() {
        #expect(MACAddress("02:ab:cd:00:0f:ff")?.linkLocalAddress == IPv6Address("fe80::ab:cdff:fe00:fff"))
        #expect(MACAddress("00:00:5e:00:53:01")?.linkLocalAddress == IPv6Address("fe80::200:5eff:fe00:5301"))
    }

    @Test("Made for an interface, they are local and unicast", arguments: [UInt64(0), 1, .max, 0x01 << 40])
    func locallyAdministered(bits: UInt64) {
        let address = MACAddress.locallyAdministered(bits)
        #expect(address.bytes[0] & 0b11 == 0b10)
        #expect(address.bits & 0xff_ffff_ffff == bits & 0xff_ffff_ffff)
    }
}
