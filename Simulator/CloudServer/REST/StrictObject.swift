import Addressing
import JSON
import ModelVPC

/// How a value of a body is read: what it must be, and what it then means.
struct Form<Value> {
    /// The value at a pointer; without one, the places that are wrong are added.
    let read: (JSONValue, String, inout [Problem.Place]) -> Value?

    /// A form that one look at the value decides about.
    fileprivate static func plain(_ expected: String, _ read: @escaping (JSONValue) -> Value?) -> Form {
        Form { value, pointer, places in
            if let value = read(value) { return value }
            places.append(.init(position: .pointer(pointer), problem: "expected \(expected), found \(value.citation)"))
            return nil
        }
    }
}

extension Form<Int> {
    static func integer(_ range: ClosedRange<Int>) -> Form {
        .plain("a whole number from \(range.lowerBound) to \(range.upperBound)") { value in
            value.intValue.flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Form<Bool> {
    static var boolean: Form { .plain("true or false") { $0.boolValue } }
}

extension Form<String> {
    static var identifierRule: String {
        "a name of at most 128 letters, digits and ._:-, the first of which is a letter or digit"
    }

    /// The name of an instance, interface, subnet or security group.
    static var identifier: Form {
        .plain(identifierRule) { value in
            value.stringValue.flatMap { isIdentifier($0) ? $0 : nil }
        }
    }

    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, isAlphanumeric(first) else { return false }
        return text.utf8.count <= 128 && text.utf8.allSatisfy { isAlphanumeric($0) || "._:-".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension Form<IPv4Address> {
    static var address: Form {
        .plain("an IPv4 address such as 10.0.3.7") { $0.stringValue.flatMap { IPv4Address($0) } }
    }
}

extension Form<IPv4Network> {
    static var prefix: Form {
        .plain("a /28 prefix such as 10.0.3.16/28") { value in
            value.stringValue.flatMap { IPv4Network($0) }.flatMap { $0.prefixLength == 28 ? $0 : nil }
        }
    }
}

extension Form<IPv6Network> {
    static var ipv6Prefix: Form {
        .plain("a /80 prefix such as 2001:db8:0:3:1::/80") { value in
            value.stringValue.flatMap { IPv6Network($0) }.flatMap { $0.prefixLength == 80 ? $0 : nil }
        }
    }
}

extension Form {
    /// A list of which each element has a form.
    static func list<Element>(_ element: Form<Element>, count: ClosedRange<Int>) -> Form where Value == [Element] {
        Form { value, pointer, places in
            guard let elements = value.arrayValue, count.contains(elements.count) else {
                let found = value.arrayValue.map { "\($0.count)" } ?? value.citation
                places.append(
                    .init(
                        position: .pointer(pointer),
                        problem: "expected \(count.lowerBound) to \(count.upperBound) elements, found \(found)"))
                return nil
            }
            let values = elements.enumerated().map { element.read($1, "\(pointer)/\($0)", &places) }
            return values.contains { $0 == nil } ? nil : values.compactMap(\.self)
        }
    }
}

extension Form<[String: String]> {
    /// At most 50 keys of 1 to 128 characters, with values of at most 256, without control characters, which the
    /// replies of the EC2 dialect could not show.
    static var tags: Form {
        Form { value, pointer, places in
            guard let members = value.objectValue, members.count <= 50 else {
                places.append(.init(position: .pointer(pointer), problem: "expected an object of at most 50 tags"))
                return nil
            }
            var tags: [String: String] = [:]
            for (key, value) in members {
                guard let text = value.stringValue, text.unicodeScalars.count <= 256,
                    (1...128).contains(key.unicodeScalars.count), EC2XML.canCarry(key), EC2XML.canCarry(text)
                else {
                    places.append(
                        .init(
                            position: .pointer("\(pointer)/\(escaped(key))"),
                            problem: "expected a key of 1 to 128 characters with a text of at most 256, "
                                + "none a control character"))
                    continue
                }
                tags[key] = text
            }
            return tags
        }
    }
}

/// Reads a JSON object strictly: every member is checked and must be known, and all that is wrong is collected.
struct StrictObject {
    private let members: JSONObject
    private var known: Set<String> = []
    private var places: [Problem.Place] = []

    /// - Throws: ``Problem`` for a value that is no object.
    init(_ value: JSONValue) throws(Problem) {
        guard let members = value.objectValue else {
            throw .invalid([.init(position: .pointer(""), problem: "expected an object, found \(value.citation)")])
        }
        self.members = members
    }

    /// The value of a member that may be left out; `nil` too for one that is wrong, which ``finish()`` reports.
    mutating func optional<Value>(_ name: String, _ form: Form<Value>) -> Value? {
        known.insert(name)
        return members[name].flatMap { form.read($0, "/\(name)", &places) }
    }

    /// The value of a member; `nil` where it is missing or wrong, which ``finish()`` reports.
    mutating func required<Value>(_ name: String, _ form: Form<Value>) -> Value? {
        if members[name] == nil { places.append(.init(position: .pointer("/\(name)"), problem: "is missing")) }
        return optional(name, form)
    }

    /// Notes that the object as a whole is wrong.
    mutating func refuse(_ problem: String) {
        places.append(.init(position: .pointer(""), problem: problem))
    }

    /// Whether there is a member of this name.
    func has(_ name: String) -> Bool { members[name] != nil }

    /// What the object says.
    ///
    /// - Parameter value: `nil` only where something was reported.
    /// - Throws: ``Problem`` with everything that is wrong, unknown members included.
    mutating func finish<Value>(_ value: Value?) throws(Problem) -> Value {
        for name in members.names where !known.contains(name) {
            places.append(.init(position: .pointer("/\(escaped(name))"), problem: "there is no such member"))
        }
        guard places.isEmpty, let value else { throw .invalid(places) }
        return value
    }
}

/// A member's name in a JSON pointer (RFC 6901, 3).
private func escaped(_ name: String) -> String {
    String(name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) })
}
