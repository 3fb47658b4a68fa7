/// A table for a terminal: columns as wide as their widest cell, but for one that takes the rest of the line and wraps.
struct TextTable {
    struct Column {
        var title: String
        var isNumber = false
        /// Wraps where the line has an end; at most one column does.
        var wraps = false

        static func text(_ title: String) -> Column { Column(title: title) }
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
        static func sentence(_ title: String) -> Column { Column(title: title, wraps: true) }
    }

    struct Cell: ExpressibleByStringInterpolation {
        /// As the terminal shows it, without control characters: names come from files of others.
        var text: String
        var ink = TextStyle.Ink.plain
        /// Shown in the place of the text, which has the same width.
        var drawing: String?

        init(_ text: String, _ ink: TextStyle.Ink = .plain, drawing: String? = nil) {
            self.text = text.printable
            self.ink = ink
            self.drawing = drawing
        }

        init(_ number: Int, _ ink: TextStyle.Ink = .plain) { self.init(number.grouped, ink) }

        init(stringLiteral text: String) { self.init(text) }

        /// A bar, see ``TextStyle/bar(_:of:width:)``; all bars have one width.
        static func bar(
            _ parts: [(count: Int, mark: Character, ink: TextStyle.Ink)], of whole: Int, _ style: TextStyle
        ) -> Cell {
            let width = 20
            return Cell(
                String(repeating: " ", count: width), drawing: style.bar(parts, of: whole, width: width))
        }
    }

    var columns: [Column]
    var rows: [[Cell]] = []

    /// The lines, each with its newline.
    func text(_ style: TextStyle) -> String {
        let header = columns.map { Cell($0.title, .faint) }
        var widths = columns.indices.map { column in
            ([header] + rows).map { $0[column].text.count }.max() ?? 0
        }
        if let width = style.width, let column = columns.firstIndex(where: \.wraps) {
            let others = widths.reduce(2 * (widths.count - 1) + TextTable.indentation, +) - widths[column]
            widths[column] = max(min(widths[column], width - others), TextTable.narrowest)
        }
        return ([header] + rows).map { lines(of: $0, widths: widths, style) }.joined()
    }

    private static let indentation = 2
    private static let narrowest = 24

    private func lines(of row: [Cell], widths: [Int], _ style: TextStyle) -> String {
        let wrapped = columns.indices.map { column in
            columns[column].wraps ? row[column].text.wrapped(at: widths[column]) : [row[column].text]
        }
        let height = wrapped.map(\.count).max() ?? 0
        return (0..<height).map { line in
            let cells = columns.indices.map { column in
                let text = line < wrapped[column].count ? wrapped[column][line] : ""
                let padding = String(repeating: " ", count: max(widths[column] - text.count, 0))
                let shown = line == 0 ? row[column].drawing ?? style.paint(text, row[column].ink) : text
                if columns[column].isNumber { return padding + shown }
                return column == columns.count - 1 ? shown : shown + padding
            }
            let text = String(repeating: " ", count: TextTable.indentation) + cells.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed()) + "\n"
        }
        .joined()
    }
}

extension String {
    /// The text without characters that steer a terminal.
    var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    /// The text in lines of at most `width` characters, broken at spaces where that is possible.
    func wrapped(at width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            var word = word
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            while word.count > width {
                lines.append(String(word.prefix(width)))
                word = word.dropFirst(width)
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }
}
