import Addressing
import Pool

/// One call of the EC2 Query API: an action with its parameters, and what it is about, for the error that it may get.
///
/// Source of the names: EC2 API reference, version 2016-11-15, whose lists are numbered from 1 (`Filter.1.Value.2`).
struct EC2Request: Sendable {
    /// What the call is about.
    struct Subject: Hashable, Sendable {
        var interface: ENIID?
        var subnet: SubnetID?
        var instance: String?
        var addresses: [IPv4Address] = []
        var securityGroups: [String] = []
    }

    let action: String
    /// Whether it changes nothing, however often it is made.
    var isReading: Bool { action.hasPrefix("Describe") }
    var subject: Subject
    private(set) var parameters: [(name: String, value: String)] = []

    init(_ action: String, about subject: Subject = .init()) {
        self.action = action
        self.subject = subject
    }

    mutating func set(_ name: String, _ value: some CustomStringConvertible) {
        parameters.append((name, value.description))
    }

    mutating func set(_ name: String, list values: [some CustomStringConvertible]) {
        for (index, value) in values.enumerated() { set("\(name).\(index + 1)", value) }
    }

    /// Objects that match all filters are described.
    mutating func set(filters: [(name: String, value: String)]) {
        for (index, filter) in filters.enumerated() {
            set("Filter.\(index + 1).Name", filter.name)
            set("Filter.\(index + 1).Value.1", filter.value)
        }
    }

    /// Tags of the object that the call creates, in the order of their keys, so that a repeated request is the same.
    mutating func set(tags: [String: String], of resource: String) {
        guard !tags.isEmpty else { return }
        set("TagSpecification.1.ResourceType", resource)
        for (index, tag) in tags.sorted(by: { $0.key < $1.key }).enumerated() {
            set("TagSpecification.1.Tag.\(index + 1).Key", tag.key)
            set("TagSpecification.1.Tag.\(index + 1).Value", tag.value)
        }
    }

    /// The request's body, as `application/x-www-form-urlencoded; charset=utf-8`.
    var body: String {
        ([("Action", action), ("Version", "2016-11-15")] + parameters)
            .map { "\(formEncoded($0.0))=\(formEncoded($0.1))" }.joined(separator: "&")
    }
}

/// A mutation's token as EC2 takes it: at most 64 ASCII characters (EC2 API reference, "Ensuring idempotency"). Any
/// other token is given by its hash.
func clientToken(_ token: MutationToken) -> String {
    let text = token.description
    let isPlain = text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    return isPlain && (1...64).contains(text.utf8.count) ? text : hexadecimal(fnv1a(text.utf8))
}

/// FNV-1a of 128 bits. Source of the constants: draft-eastlake-fnv.
private func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt128 {
    let prime = UInt128(1) << 88 + 0x13b
    return bytes.reduce(UInt128(0x6c62_272e_07bb_0142) << 64 + 0x62b8_2175_6295_c58d) { ($0 ^ UInt128($1)) &* prime }
}

private func hexadecimal(_ number: UInt128) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
}
