/// A place in a document that is being encoded. Containers of one place share it, so it is a reference.
final class EncodingSlot {
    enum Content {
        case nothing
        case value(JSONValue)
        case array([EncodingSlot])
        case object([(name: String, slot: EncodingSlot)])
    }

    var content = Content.nothing

    /// The finished value. A type that encoded nothing counts as an empty object.
    var value: JSONValue {
        switch content {
        case .nothing: .object([:])
        case .value(let value): value
        case .array(let slots): .array(slots.map(\.value))
        case .object(let members): .object(JSONObject(members.lazy.map { ($0.name, $0.slot.value) }))
        }
    }

    /// Makes this an object, unless it is one.
    func becomeObject() {
        if case .object = content { return }
        content = .object([])
    }

    /// Makes this an array, unless it is one.
    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    func member(_ name: String) -> EncodingSlot {
        let slot = EncodingSlot()
        if case .object(var members) = content {
            content = .nothing
            members.append((name, slot))
            content = .object(members)
        }
        return slot
    }

    var count: Int {
        if case .array(let slots) = content { slots.count } else { 0 }
    }

    func element() -> EncodingSlot {
        let slot = EncodingSlot()
        if case .array(var slots) = content {
            content = .nothing
            slots.append(slot)
            content = .array(slots)
        }
        return slot
    }
}

/// An encoder, and a single-value container, for one slot.
struct JSONValueEncoder: Encoder, SingleValueEncodingContainer {
    let slot: EncodingSlot
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.becomeObject()
        return KeyedEncodingContainer(KeyedSlots(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.becomeArray()
        return UnkeyedSlots(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { slot.content = .value(.null) }
    func encode(_ value: Bool) { slot.content = .value(.bool(value)) }
    func encode(_ value: String) { slot.content = .value(.string(value)) }

    func encode<Integer: FixedWidthInteger & Encodable>(_ value: Integer) throws {
        guard let integer = Int64(exactly: value) else { throw refusal(of: value, "does not fit 64 bits") }
        slot.content = .value(.integer(integer))
    }

    func encode<Number: BinaryFloatingPoint & Encodable>(_ value: Number) throws {
        guard value.isFinite else { throw refusal(of: value, "has no form in JSON") }
        // Through its text, a Float keeps its short form: 0.1 and not 0.10000000149.
        slot.content = .value(.number(Double("\(value)") ?? Double(value)))
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try value.encode(to: self)
    }

    private func refusal(of value: Any, _ problem: String) -> EncodingError {
        .invalidValue(value, .init(codingPath: codingPath, debugDescription: "\(value) \(problem)"))
    }
}

private struct KeyedSlots<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    private func member(_ key: any CodingKey) -> JSONValueEncoder {
        JSONValueEncoder(slot: encoder.slot.member(key.stringValue), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { member(key).encodeNil() }
    func encode(_ value: Bool, forKey key: Key) { member(key).encode(value) }
    func encode(_ value: String, forKey key: Key) { member(key).encode(value) }

    func encode<Integer: FixedWidthInteger & Encodable>(_ value: Integer, forKey key: Key) throws {
        try member(key).encode(value)
    }

    func encode<Number: BinaryFloatingPoint & Encodable>(_ value: Number, forKey key: Key) throws {
        try member(key).encode(value)
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try member(key).encode(value)
    }

    func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { member(JSONKey(stringValue: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

private struct UnkeyedSlots: UnkeyedEncodingContainer {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.slot.count }

    private func element() -> JSONValueEncoder {
        let path = codingPath + [JSONKey(intValue: count)]
        return JSONValueEncoder(slot: encoder.slot.element(), codingPath: path)
    }

    func encodeNil() { element().encodeNil() }
    func encode(_ value: Bool) { element().encode(value) }
    func encode(_ value: String) { element().encode(value) }
    func encode<Integer: FixedWidthInteger & Encodable>(_ value: Integer) throws { try element().encode(value) }
    func encode<Number: BinaryFloatingPoint & Encodable>(_ value: Number) throws { try element().encode(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try element().encode(value) }

    func nestedContainer<Nested>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        element().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
    func superEncoder() -> any Encoder { element() }
}
