/// An IPv4 address.
///
/// ```swift
/// let address = IPv4Address("10.0.3.7")!
/// address.advanced(by: 1)   // 10.0.3.8
/// ```
public struct IPv4Address: Hashable, Comparable, Sendable {
    /// The address in host byte order: `10.0.0.1` is `0x0a00_0001`.
    public var bits: UInt32

    public init(bits: UInt32) {
        self.bits = bits
    }

    /// The address `distance` further on; wraps around at the end of the address space.
    public func advanced(by distance: Int) -> IPv4Address {
        IPv4Address(bits: bits &+ UInt32(truncatingIfNeeded: distance))
    }

    public static func < (left: IPv4Address, right: IPv4Address) -> Bool {
        left.bits < right.bits
    }
}

extension IPv4Address: LosslessStringConvertible {
    /// Reads dotted decimal notation: four numbers from 0 to 255 without leading zeros, and nothing else.
    public init?(_ text: some StringProtocol) {
        var bits: UInt32 = 0
        var octets = 0
        for part in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard let octet = decimal(part, upTo: 255), octets < 4 else { return nil }
            bits = bits << 8 | octet
            octets += 1
        }
        guard octets == 4 else { return nil }
        self.bits = bits
    }

    public var description: String {
        "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    }
}

/// The value of plain decimal digits without a leading zero; `nil` for anything else and for more than `limit`.
func decimal(_ digits: some Collection<UInt8>, upTo limit: UInt32) -> UInt32? {
    guard let first = digits.first, digits.count <= 3, first != UInt8(ascii: "0") || digits.count == 1 else {
        return nil
    }
    var value: UInt32 = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
    }
    return value <= limit ? value : nil
}
