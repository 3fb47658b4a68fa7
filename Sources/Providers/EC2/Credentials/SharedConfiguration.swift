/// A file of sections, as AWS's tools share them (AWS SDKs and Tools Reference Guide, "Format of the config file").
///
/// ```ini
/// [default]
/// aws_access_key_id = AKIDEXAMPLE   # a comment
/// s3 =
///     max_concurrent_requests = 10
/// ```
struct SharedConfiguration: Hashable {
    struct Property: Hashable {
        var value: String
        /// Counts from 1.
        var line: Int
    }

    /// What is wrong with it, and where.
    struct Malformed: Error, Hashable {
        var line: Int
        var reason: String
    }

    /// By the section's name as it is in the brackets, and the property's name in lower case. Of two properties of the
    /// same name, the last counts; sections of the same name are one.
    private(set) var sections: [String: [String: Property]] = [:]

    init(_ text: String) throws(Malformed) {
        var section: String?
        // Of an indented line, which belongs to the property before it.
        var isInProperty = false
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let number = index + 1
            let content = line.trimmingWhitespace()
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            // Settings of other tools, such as `s3`, are nested; none of what is read here is.
            if isInProperty, line.first == " " || line.first == "\t" { continue }
            if content.hasPrefix("[") {
                let name = try SharedConfiguration.section(content, number)
                section = name
                sections[name, default: [:]].merge([:]) { old, _ in old }
                isInProperty = false
                continue
            }
            guard let section else {
                throw Malformed(line: number, reason: "a property before the first section")
            }
            guard let equals = content.firstIndex(of: "=") else {
                throw Malformed(line: number, reason: "neither a section nor a property: there is no '='")
            }
            let name = content[..<equals].trimmingWhitespace().lowercased()
            guard !name.isEmpty else { throw Malformed(line: number, reason: "a property without a name") }
            let value = SharedConfiguration.withoutComment(content[content.index(after: equals)...])
            sections[section, default: [:]][name] = Property(value: value, line: number)
            isInProperty = true
        }
    }

    private static func section(_ content: String, _ line: Int) throws(Malformed) -> String {
        guard let end = content.firstIndex(of: "]") else {
            throw Malformed(line: line, reason: "a section without its ']'")
        }
        let rest = content[content.index(after: end)...].trimmingWhitespace()
        guard rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix(";") else {
            throw Malformed(line: line, reason: "something after a section's ']'")
        }
        let words = content[..<end].dropFirst().split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else { throw Malformed(line: line, reason: "a section without a name") }
        return words.joined(separator: " ")
    }

    /// A comment begins where white space precedes its sign.
    private static func withoutComment(_ value: Substring) -> String {
        var previous: Character?
        let content = value.prefix { character in
            defer { previous = character }
            return !((character == "#" || character == ";") && previous?.isWhitespace == true)
        }
        return content.trimmingWhitespace()
    }
}
