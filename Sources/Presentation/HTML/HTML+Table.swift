/// Tables and legends.
extension HTML {
    /// A table, which scrolls in a narrow window.
    ///
    /// - Parameter columns: the titles; `#` before one makes its column one of numbers.
    public static func table(_ columns: [String], _ rows: [[HTML]]) -> HTML {
        let heads: [HTML] = columns.map { title in
            title.hasPrefix("#")
                ? "<th scope=\"col\" class=\"number\">\(String(title.dropFirst()))</th>"
                : "<th scope=\"col\">\(title)</th>"
        }
        let body: [HTML] = rows.map { "<tr>\($0)</tr>\n" }
        return """
            <div class="scroll"><table>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(body)</tbody></table></div>

            """
    }

    /// The cell that names a row.
    public static func head(_ text: String) -> HTML { "<th scope=\"row\">\(text)</th>" }

    /// A cell of text.
    public static func text(_ text: String) -> HTML { "<td>\(text)</td>" }

    /// A cell with a number.
    public static func number(_ count: Int) -> HTML { "<td class=\"number\">\(count.grouped)</td>" }

    /// A number of things that should not be, such as pending pods, which stands out unless it is 0.
    public static func count(_ bad: Int) -> HTML {
        bad > 0 ? "<td class=\"number bad\">\(bad.grouped)</td>" : number(bad)
    }

    /// What the colours of a chart mean.
    ///
    /// - Parameter mark: what a line across the bars marks.
    public static func legend(_ kinds: [(Shade, String)], mark: String? = nil) -> HTML {
        let items: [HTML] = kinds.map { shade, name in
            """
            <li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="\(shade.rawValue)" width="14" height="14" \
            rx="3"/></svg>\(name)</li>
            """
        }
        let line: HTML? = mark.map { name in
            """
            <li><svg viewBox="0 0 14 14" aria-hidden="true"><line class="mark" x1="7" x2="7" y2="14"/></svg>\(name)</li>
            """
        }
        return "<ul class=\"legend\">\(items)\(line)</ul>\n"
    }
}
