/// An IPv6 address.
///
/// ```swift
/// let address = IPv6Address("2001:db8:0:0::7")!
/// "\(address)"              // 2001:db8::7
/// address.advanced(by: 1)   // 2001:db8::8
/// ```
public struct IPv6Address: Hashable, Comparable, Sendable {
    /// The address in host byte order: `::1` is 1.
    public var bits: UInt128

    public init(bits: UInt128) {
        self.bits = bits
    }

    /// The address `distance` further on; wraps around at the end of the address space.
    public func advanced(by distance: UInt128) -> IPv6Address {
        IPv6Address(bits: bits &+ distance)
    }

    /// The smallest MTU of a link that has IPv6 addresses, in bytes. Source: RFC 8200, section 5.
    public static let minimumMTU = 1280

    public static func < (left: IPv6Address, right: IPv6Address) -> Bool {
        left.bits < right.bits
    }

    /// The eight groups of 16 bits of which the text consists.
    fileprivate var groups: [UInt16] {
        (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
    }

    /// The IPv4 address in the last 32 bits of an IPv4-mapped one. Source: RFC 4291, 2.5.5.2.
    fileprivate var mapped: IPv4Address? {
        bits >> 32 == 0xffff ? IPv4Address(bits: UInt32(truncatingIfNeeded: bits)) : nil
    }
}

extension IPv6Address: LosslessStringConvertible {
    /// Reads every text form of RFC 4291, 2.2: groups in full, with `::` for one or more groups of zeros, and with an
    /// IPv4 address as the last two groups. A zone (RFC 4007) is refused, as it is no part of an address.
    public init?(_ text: some StringProtocol) {
        let text = Array(text.utf8)
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        guard let gap else {
            guard let groups = readGroups(text[...]), groups.count == 8 else { return nil }
            bits = joined(groups)
            return
        }
        let (before, after) = (text[..<gap], text[(gap + 2)...])
        guard let head = before.isEmpty ? [] : readGroups(before, withIPv4: false),
            let tail = after.isEmpty ? [] : readGroups(after), head.count + tail.count < 8
        else { return nil }
        bits = joined(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    /// The canonical form of RFC 5952: lower case, no leading zeros, `::` for the first of the longest runs of at least
    /// two groups of zeros, and dotted decimal for the end of an IPv4-mapped address.
    public var description: String {
        if let mapped { return "::ffff:\(mapped)" }
        let groups = groups
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard let gap = longestRunOfZeros(in: groups) else { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}

private let colon = UInt8(ascii: ":")

/// The groups that a text without `::` names; `nil` for what is no list of groups.
///
/// - Parameter withIPv4: whether dotted decimal may stand for the last two.
private func readGroups(_ text: ArraySlice<UInt8>, withIPv4: Bool = true) -> [UInt16]? {
    let parts = text.split(separator: colon, omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
        if let group = readGroup(part) {
            groups.append(group)
        } else if withIPv4, index == parts.count - 1, let address = IPv4Address(String(decoding: part, as: UTF8.self)) {
            groups += [UInt16(address.bits >> 16), UInt16(truncatingIfNeeded: address.bits)]
        } else {
            return nil
        }
    }
    return groups
}

/// The value of one to four hexadecimal digits; `nil` for anything else.
private func readGroup(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(digits.count) else { return nil }
    var value: UInt16 = 0
    for digit in digits {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt16(digit - UInt8(ascii: "A") + 10)
        default: return nil
        }
    }
    return value
}

private func joined(_ groups: [UInt16]) -> UInt128 {
    groups.reduce(0) { $0 << 16 | UInt128($1) }
}

/// The first of the longest runs of at least two groups of zeros.
private func longestRunOfZeros(in groups: [UInt16]) -> Range<Int>? {
    var longest: Range<Int>?
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
        if index - start > max(longest?.count ?? 0, 1) { longest = start..<index }
        start = index + 1
    }
    return longest
}
