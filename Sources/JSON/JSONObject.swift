/// The members of a JSON object, in the order in which they were added.
///
/// Order is kept for readers; it does not count for equality. Names are equal as Swift strings are, that is, also when
/// they differ only in Unicode normalization.
public struct JSONObject: Sendable {
    /// One name and its value.
    public typealias Member = (name: String, value: JSONValue)

    private var members: [Member] = []
    /// Where each name is in `members`; only kept once a search through them all would be slow.
    private var positions: [String: Int]?

    private static let searchLimit = 16

    /// An object without members.
    public init() {}

    /// An object of these members; of two with the same name the last value counts, in the place of the first.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (name, value) in members { self[name] = value }
    }

    /// The value of a member. Setting `nil` removes the member; setting a new name appends it.
    public subscript(name: String) -> JSONValue? {
        get {
            position(of: name).map { members[$0].value }
        }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// The names of all members, in order.
    public var names: [String] { members.map(\.name) }

    private func position(of name: String) -> Int? {
        positions.map { $0[name] } ?? members.firstIndex { $0.name == name }
    }

    private mutating func append(_ member: Member) {
        positions?[member.name] = members.count
        members.append(member)
        if positions == nil && members.count > JSONObject.searchLimit { indexNames() }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        if positions != nil { indexNames() }
    }

    private mutating func indexNames() {
        positions = Dictionary(uniqueKeysWithValues: members.indices.map { (members[$0].name, $0) })
    }
}

extension JSONObject: RandomAccessCollection {
    /// The index of the first member.
    public var startIndex: Int { 0 }
    /// The index after the last member.
    public var endIndex: Int { members.count }
    /// The member at a place in the order.
    ///
    /// - Precondition: `position` is from 0 up to, but not including, ``endIndex``.
    public subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: Hashable {
    /// Whether both have the same names with the same values, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.name] == $0.value }
    }

    /// Feeds the members in a way that does not depend on their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            var own = Hasher()
            own.combine(member.name)
            own.combine(member.value)
            sum ^= own.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object of these members; of two with the same name the last counts.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members)
    }
}
