/// The parameters of a call to the Query API, as a tree along the dots of their names.
///
/// ```swift
/// var form = try QueryForm(decoding: "Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-a".utf8)
/// let filters = try form.list("Filter") { filter in
///     (try filter.required("Name"), try filter.list("Value") { try $0.text() })
/// }
/// try form.finish()   // refuses what nobody has taken
/// ```
///
/// Whoever reads a parameter takes it, so that what is left is what this server does not know.
struct QueryForm {
    /// The full name, such as `Filter.1`.
    private let name: String
    private var value: String?
    private var children: [String: QueryForm] = [:]

    /// How many dots a name may have; what the API knows has three.
    private static let maximumDepth = 8

    private init(name: String) {
        self.name = name
    }

    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// - Throws: ``EC2Error`` `MalformedQueryString` for what is none, and for a parameter that is given twice.
    init(decoding text: some Collection<UInt8>) throws(EC2Error) {
        self.init(name: "")
        for pair in text.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let key = try QueryForm.decoded(parts[0])
            let value = parts.count > 1 ? try QueryForm.decoded(parts[1]) : ""
            try insert(value, at: key.split(separator: ".", omittingEmptySubsequences: false)[...], of: key)
        }
    }

    private mutating func insert(_ value: String, at path: ArraySlice<Substring>, of key: String) throws(EC2Error) {
        guard path.count <= QueryForm.maximumDepth, !path.contains("") else {
            throw .malformed("\(key.prefix(100)) is no name of a parameter")
        }
        guard let first = path.first else {
            guard self.value == nil else { throw .malformed("the parameter \(name) is given more than once") }
            self.value = value
            return
        }
        let child = QueryForm(name: name.isEmpty ? String(first) : "\(name).\(first)")
        try children[String(first), default: child].insert(value, at: path.dropFirst(), of: key)
    }

    /// Undoes percent-encoding. Characters that XML cannot carry back are refused here.
    private static func decoded(_ text: some Collection<UInt8>) throws(EC2Error) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                    throw .malformed("a % that two hexadecimal digits do not follow")
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("text that is not UTF-8")
        }
        guard EC2XML.canCarry(decoded) else { throw EC2Error(code: "InvalidCharacter", message: "a control character") }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

// MARK: Reading

extension QueryForm {
    /// The parameter of this name; `nil` where it is not given.
    mutating func string(_ name: String) -> String? {
        guard let value = children[name]?.value else { return nil }
        children[name]?.value = nil
        return value
    }

    /// The parameter of this name.
    ///
    /// - Throws: ``EC2Error`` `MissingParameter`, where it is missing or empty.
    mutating func required(_ name: String) throws(EC2Error) -> String {
        guard let value = string(name), !value.isEmpty else { throw .missingParameter(fullName(name)) }
        return value
    }

    /// The parameter of this name, where it has no more characters than are allowed; `nil` where it is not given.
    mutating func string(_ name: String, atMost limit: Int) throws(EC2Error) -> String? {
        guard let value = string(name) else { return nil }
        guard value.utf16.count <= limit else {
            throw .invalidValue("\(value.prefix(50))…", for: fullName(name), "at most \(limit) characters")
        }
        return value
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(EC2Error) -> Int? {
        guard let text = string(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalidValue(
                text, for: fullName(name), "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func bool(_ name: String) throws(EC2Error) -> Bool? {
        guard let text = string(name) else { return nil }
        guard let value = ["true": true, "false": false][text.lowercased()] else {
            throw .invalidValue(text, for: fullName(name), "true or false")
        }
        return value
    }

    mutating func value<Value: LosslessStringConvertible>(
        _ name: String, _ what: String
    ) throws(EC2Error) -> Value? {
        guard let text = string(name) else { return nil }
        guard let value = Value(text) else { throw .invalidValue(text, for: fullName(name), what) }
        return value
    }

    /// The elements `Name.1`, `Name.2`, … in this order.
    ///
    /// - Parameters:
    ///   - limit: the most that there may be; by default, what EC2 takes of ids. Source: EC2 API reference, CreateTags.
    ///   - excess: what is thrown where there are more.
    ///   - read: reads one element, all of it.
    mutating func list<Element>(
        _ name: String, atMost limit: Int = 1000, orThrow excess: EC2Error? = nil,
        _ read: (inout QueryForm) throws(EC2Error) -> Element
    ) throws(EC2Error) -> [Element] {
        guard let elements = children[name]?.children else { return [] }
        guard elements.count <= limit else {
            throw excess
                ?? .invalidValue("\(elements.count) elements", for: fullName(name), "at most \(limit) elements")
        }
        var found: [Element] = []
        let numbered = elements.compactMap { key, form in Int(key).map { (number: $0, key: key, form: form) } }
        for var element in numbered.sorted(by: { ($0.number, $0.key) < ($1.number, $1.key) }) {
            found.append(try read(&element.form))
            try element.form.finish()
            children[name]?.children[element.key] = nil
        }
        return found
    }

    /// The parameters under `Name.`.
    ///
    /// - Parameter read: reads all of them.
    mutating func nested<Value>(
        _ name: String, _ read: (inout QueryForm) throws(EC2Error) -> Value
    ) throws(EC2Error) -> Value {
        var form = children[name] ?? QueryForm(name: fullName(name))
        children[name] = nil
        let value = try read(&form)
        try form.finish()
        return value
    }

    /// What an element of a list is, where it is text.
    mutating func text() throws(EC2Error) -> String {
        defer { value = nil }
        guard let value, !value.isEmpty else { throw .missingParameter(name) }
        return value
    }

    /// What an element of a list is, where it is a value with a text.
    mutating func element<Value: LosslessStringConvertible>(_ what: String) throws(EC2Error) -> Value {
        let text = try text()
        guard let value = Value(text) else { throw .invalidValue(text, for: name, what) }
        return value
    }

    /// Refuses what has not been read.
    ///
    /// - Throws: ``EC2Error`` `UnknownParameter`.
    func finish() throws(EC2Error) {
        if let unread = firstUnread {
            throw EC2Error(code: "UnknownParameter", message: "The parameter \(unread) is not recognized")
        }
    }

    private var firstUnread: String? {
        if value != nil { return name }
        return children.values.compactMap(\.firstUnread).min()
    }

    private func fullName(_ child: String) -> String {
        name.isEmpty ? child : "\(name).\(child)"
    }
}
