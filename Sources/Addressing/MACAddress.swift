/// An Ethernet hardware address.
public struct MACAddress: Hashable, Sendable {
    /// The six bytes as one number: `02:00:00:00:00:01` is `0x0200_0000_0001`.
    public let bits: UInt64

    /// - Parameter bits: only the low 48 bits are kept.
    public init(bits: UInt64) {
        self.bits = bits & 0xffff_ffff_ffff
    }

    /// A locally administered unicast address made of 48 bits, for interfaces that have no maker.
    ///
    /// Source: IEEE 802, bit 1 of the first byte set (local) and bit 0 clear (unicast).
    public static func locallyAdministered(_ bits: UInt64) -> MACAddress {
        MACAddress(bits: bits & ~(0x01 << 40) | 0x02 << 40)
    }

    /// The IPv6 link-local address that an interface with this address has. Source: RFC 4291, appendix A.
    public var linkLocalAddress: IPv6Address {
        let (maker, number) = (UInt128(bits >> 24), UInt128(bits & 0xff_ffff))
        return IPv6Address(bits: 0xfe80 << 112 | (maker ^ 0x02_0000) << 40 | 0xfffe << 24 | number)
    }

    /// The bytes in the order in which they are sent.
    public var bytes: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: bits >> (40 - 8 * $0)) }
    }
}

extension MACAddress: LosslessStringConvertible {
    /// Reads six pairs of hexadecimal digits that colons separate.
    public init?(_ text: some StringProtocol) {
        var bits: UInt64 = 0
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        for part in parts {
            // A sign, which the number's initialiser would take, is no hexadecimal digit.
            guard part.utf8.count == 2, part.first?.isHexDigit == true, let byte = UInt8(part, radix: 16) else {
                return nil
            }
            bits = bits << 8 | UInt64(byte)
        }
        self.bits = bits
    }

    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(17)
        for byte in bytes {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
