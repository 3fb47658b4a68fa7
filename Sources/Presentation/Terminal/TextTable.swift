/// A table for a terminal: columns as wide as their widest cell, as far as the line has room for them.
///
/// In a narrower line a column of sentences wraps, then bars are left out, then the widest texts are cut.
public struct TextTable: Sendable {
    /// A column's title and how its cells are laid out.
    public struct Column: Sendable {
        enum Kind {
            case text, number, sentence, bar
        }

        var title: String
        var kind: Kind

        /// Texts, to the left; cut where the line has no room for them.
        public static func text(_ title: String) -> Column { Column(title: title, kind: .text) }
        /// Numbers, to the right.
        public static func number(_ title: String) -> Column { Column(title: title, kind: .number) }
        /// Texts that wrap where the line has no room for them.
        public static func sentence(_ title: String) -> Column { Column(title: title, kind: .sentence) }
        /// Bars, see ``Cell/bar(_:of:_:)``; left out where the line has no room for them.
        public static func bar(_ title: String) -> Column { Column(title: title, kind: .bar) }
    }

    /// What a row has in a column.
    public struct Cell: ExpressibleByStringInterpolation, Sendable {
        /// As the terminal shows it, without control characters: names come from files of others.
        var text: String
        var ink = TextStyle.Ink.plain
        /// Shown in the place of the text, which has the same width.
        var drawing: String?

        /// A text; characters that steer a terminal are left out.
        public init(_ text: String, _ ink: TextStyle.Ink = .plain) {
            self.text = text.printable
            self.ink = ink
        }

        /// A number as people read it.
        public init(_ number: Int, _ ink: TextStyle.Ink = .plain) { self.init(number.grouped, ink) }

        public init(stringLiteral text: String) { self.init(text) }

        /// A bar, see ``TextStyle/bar(_:of:width:)``; all bars have one width.
        public static func bar(
            _ parts: [(count: Int, mark: Character, ink: TextStyle.Ink)], of whole: Int, _ style: TextStyle
        ) -> Cell {
            let width = 20
            var cell = Cell(String(repeating: " ", count: width))
            cell.drawing = style.bar(parts, of: whole, width: width)
            return cell
        }
    }

    /// From left to right.
    public var columns: [Column]
    /// From top to bottom; each has a cell for every column.
    public var rows: [[Cell]]

    private static let indentation = 2
    private static let gap = 2
    /// The least widths of a column of sentences and of texts.
    private static let narrowest = (sentence: 24, text: 8)

    public init(columns: [Column], rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// The lines, each with its newline.
    public func text(_ style: TextStyle) -> String {
        let header = columns.map { Cell($0.title, .faint) }
        let widths = fittedWidths(header, style.width)
        let shown = columns.indices.filter { widths[$0] > 0 }
        let hasHeader = columns.contains { !$0.title.isEmpty }
        return ((hasHeader ? [header] : []) + rows).map { lines(of: $0, widths, shown, style) }.joined()
    }

    // MARK: Widths

    /// The columns' widths, 0 for one that is left out.
    private func fittedWidths(_ header: [Cell], _ limit: Int?) -> [Int] {
        var widths = columns.indices.map { column in
            max(([header] + rows).map { $0[column].text.count }.max() ?? 0, 1)
        }
        guard let limit else { return widths }
        func excess() -> Int {
            let shown = widths.filter { $0 > 0 }
            return shown.reduce(TextTable.indentation + TextTable.gap * (shown.count - 1), +) - limit
        }
        for column in columns.indices where columns[column].kind == .sentence {
            widths[column] = max(widths[column] - max(excess(), 0), min(widths[column], TextTable.narrowest.sentence))
        }
        for column in columns.indices where columns[column].kind == .bar && excess() > 0 { widths[column] = 0 }
        while excess() > 0 {
            let widest = columns.indices.filter { columns[$0].kind == .text }.max { widths[$0] < widths[$1] }
            guard let widest, widths[widest] > TextTable.narrowest.text else { break }
            widths[widest] -= 1
        }
        return widths
    }

    // MARK: Lines

    private func lines(of row: [Cell], _ widths: [Int], _ shown: [Int], _ style: TextStyle) -> String {
        let texts = columns.indices.map { column in
            switch columns[column].kind {
            case .sentence: row[column].text.wrapped(at: max(widths[column], 1))
            case .text: [row[column].text.cut(to: max(widths[column], 1))]
            case .number, .bar: [row[column].text]
            }
        }
        let height = shown.map { texts[$0].count }.max() ?? 0
        return (0..<height).map { line in
            let cells = shown.map { column in
                let text = line < texts[column].count ? texts[column][line] : ""
                let padding = String(repeating: " ", count: max(widths[column] - text.count, 0))
                let cell = line == 0 ? row[column].drawing ?? style.paint(text, row[column].ink) : text
                if columns[column].kind == .number { return padding + cell }
                return column == shown.last ? cell : cell + padding
            }
            let text =
                String(repeating: " ", count: TextTable.indentation)
                + cells.joined(separator: String(repeating: " ", count: TextTable.gap))
            return String(text.reversed().drop { $0 == " " }.reversed()) + "\n"
        }
        .joined()
    }
}

extension String {
    /// The text without characters that steer a terminal.
    public var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    /// The text with an ellipsis in the place of what is too long.
    fileprivate func cut(to width: Int) -> String {
        count > width ? prefix(width - 1) + "…" : self
    }

    /// The text in lines of at most `width` characters, broken at spaces where that is possible.
    fileprivate func wrapped(at width: Int) -> [String] {
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
