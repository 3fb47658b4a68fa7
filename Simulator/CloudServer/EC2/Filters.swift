import FoundationEssentials

/// The filters of a describing call: what is shown matches every filter, and of each filter one value.
struct Filters: Sendable {
    private let filters: [(name: String, values: [String])]

    private static let limitExceeded = EC2Error(
        code: "FilterLimitExceeded", message: "A request may have 50 filters, each with 200 values")

    /// - Throws: ``EC2Error`` for a filter without a name or without a value, and for more than EC2 takes. Source of the
    ///   limits: EC2 user guide, "Filtering using the CLI and API".
    init(_ form: inout QueryForm) throws(EC2Error) {
        filters = try form.list("Filter", atMost: 50, orThrow: Filters.limitExceeded) { filter throws(EC2Error) in
            let name = try filter.required("Name")
            let values = try filter.list(
                "Value", atMost: 200, orThrow: Filters.limitExceeded
            ) { value throws(EC2Error) in
                let text = try value.text()
                guard text.utf16.count <= 255 else {
                    throw EC2Error.invalidValue("\(text.prefix(50))…", for: "Filter.Value", "at most 255 characters")
                }
                return text
            }
            guard !values.isEmpty else {
                throw EC2Error(code: "InvalidParameterValue", message: "The filter '\(name)' has no value")
            }
            return (name, values)
        }
    }

    /// The values of a filter, where there is such a filter, and no wildcard in it.
    func exactValues(of name: String) -> [String]? {
        guard let values = filters.first(where: { $0.name == name })?.values,
            !values.contains(where: { $0.contains { "*?\\".contains($0) } })
        else { return nil }
        return values
    }

    /// The first filter for a tag with a value, where there is no wildcard in it.
    var exactTag: (key: String, values: [String])? {
        for filter in filters where filter.name.hasPrefix("tag:") {
            if let values = exactValues(of: filter.name) { return (String(filter.name.dropFirst(4)), values) }
        }
        return nil
    }

    /// Those that match.
    ///
    /// - Parameter values: what an item has of the property that a filter names; `nil` where there is no such property.
    /// - Throws: ``EC2Error`` for a filter that does not exist, whether there is an item or not.
    func select<Item>(
        _ items: [Item], _ properties: (String) -> ((Item) -> [String])?
    ) throws(EC2Error) -> [Item] {
        var selected = items
        for filter in filters {
            guard let values = properties(filter.name) else {
                throw EC2Error(code: "InvalidParameterValue", message: "The filter '\(filter.name)' is invalid")
            }
            let patterns = filter.values.map(Pattern.init)
            selected = selected.filter { item in
                values(item).contains { value in patterns.contains { $0.matches(value) } }
            }
        }
        return selected
    }

    /// What a filter named `tag:KEY`, `tag-key` or `tag-value` looks at; `nil` for other names.
    static func tagProperty(_ name: String) -> (([String: String]) -> [String])? {
        switch name {
        case "tag-key": { Array($0.keys) }
        case "tag-value": { Array($0.values) }
        case _ where name.hasPrefix("tag:"):
            { tags in tags[String(name.dropFirst(4))].map { [$0] } ?? [] }
        default: nil
        }
    }
}

/// A value with wildcards: `*` for any characters, `?` for one, and a backslash before one that is meant itself.
private struct Pattern {
    private enum Part: Equatable {
        case one(Character)
        case anyOne, any
    }

    private let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "*": parts.append(.any)
            case "?": parts.append(.anyOne)
            case "\\": parts.append(.one(rest.popFirst() ?? "\\"))
            default: parts.append(.one(character))
            }
        }
        self.parts = parts
    }

    /// Goes on in both, and back to the last `*` when they differ: linear for each `*`.
    func matches(_ text: String) -> Bool {
        let text = Array(text)
        var (position, part) = (0, 0)
        var star: (part: Int, position: Int)?
        while position < text.count {
            if part < parts.count, parts[part] == .any {
                star = (part, position)
                part += 1
            } else if part < parts.count, parts[part] == .anyOne || parts[part] == .one(text[position]) {
                position += 1
                part += 1
            } else if let last = star {
                star = (last.part, last.position + 1)
                (part, position) = (last.part + 1, last.position + 1)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == .any }
    }
}

/// Which part of a long list a call wants.
struct Page: Sendable {
    private let maximum: Int
    /// What the last page ended with.
    private let after: String?

    /// - Parameter sizes: how many items a page may have.
    init(_ form: inout QueryForm, sizes: ClosedRange<Int>, withIDs ids: Bool) throws(EC2Error) {
        let asked = try form.integer("MaxResults", in: sizes)
        if ids, asked != nil {
            throw .combination("MaxResults cannot be specified together with ids")
        }
        maximum = asked ?? sizes.upperBound
        guard let token = form.string("NextToken") else {
            after = nil
            return
        }
        guard let data = Data(base64Encoded: token), let after = String(validating: data, as: UTF8.self) else {
            throw EC2Error(code: "InvalidNextToken", message: "The token '\(token)' is not one of this server's")
        }
        self.after = after
    }

    /// The items of this page in the order of their ids, and the token of the next; `nil` after the last.
    func cut<Item>(_ items: [Item], by id: (Item) -> String) -> (items: [Item], next: String?) {
        let rest = items.filter { after == nil || id($0) > after ?? "" }.sorted { id($0) < id($1) }
        let page = Array(rest.prefix(maximum))
        guard rest.count > page.count, let last = page.last else { return (page, nil) }
        return (page, Data(id(last).utf8).base64EncodedString())
    }
}
