/// The parts of GitHub's Markdown that a report needs.
public enum Markdown {
    /// Text as it is: characters that mean something in Markdown, HTML or a table lose their meaning, and a name with @
    /// calls nobody.
    public static func escaped(_ text: String) -> String {
        text.printable.reduce(into: "") { escaped, character in
            switch character {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "@": escaped += "&#64;"
            case "|", "*", "_", "`", "[", "]", "\\", "#", "~": escaped += "\\\(character)"
            default: escaped.append(character)
            }
        }
    }

    /// A number of things that should not be, which stands out unless it is 0.
    public static func count(_ bad: Int) -> String { bad > 0 ? "**\(bad.grouped)**" : "0" }

    /// A table.
    ///
    /// - Parameter columns: the titles; `#` before one makes its column one of numbers.
    public static func table(_ columns: [String], _ rows: [[String]]) -> String {
        let titles = columns.map { $0.hasPrefix("#") ? String($0.dropFirst()) : $0 }
        let rules = columns.map { $0.hasPrefix("#") ? "---:" : "---" }
        return ([titles, rules] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }

    /// A heading and a list of sentences; nothing where there are none.
    public static func list(_ title: String, _ sentences: [String]) -> String {
        sentences.isEmpty ? "" : "\n### \(title)\n\n" + sentences.map { "- \(escaped($0))\n" }.joined()
    }
}
