/// What a terminal can show.
public struct TextStyle: Hashable, Sendable {
    /// Whether colours are shown.
    public var isColoured: Bool
    /// The columns of a line; `nil` where lines may be of any length, as in a file.
    public var width: Int?

    /// A file or a pipe: no colour, lines of any length.
    public static let plain = TextStyle(isColoured: false, width: nil)

    public init(isColoured: Bool, width: Int?) {
        self.isColoured = isColoured
        self.width = width
    }

    /// What a colour means to the reader; the colours are those of the terminal's own palette.
    public enum Ink: String, Sendable {
        case plain = ""
        case strong = "1"
        case faint = "2"
        case bad = "31"
        case good = "32"
        case tight = "33"
        case used = "34"
    }

    /// The text in a colour, where colours are shown.
    public func paint(_ text: String, _ ink: Ink) -> String {
        isColoured && ink != .plain && !text.isEmpty ? "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// A bar of so many characters in which parts follow one another, each rounded so that together they are exact.
    ///
    /// - Parameter whole: what the whole bar stands for; at least the sum of the parts.
    public func bar(_ parts: [(count: Int, mark: Character, ink: Ink)], of whole: Int, width: Int) -> String {
        var sum = 0
        var column = 0
        // What there is, is seen.
        var toCome = parts.count { $0.count > 0 }
        let bar = parts.filter { $0.count > 0 }.reduce(into: "") { bar, part in
            sum += part.count
            toCome -= 1
            let end = (sum * width * 2 + whole) / (whole * 2)
            let length = min(max(end - column, 1), width - column - toCome)
            bar += paint(String(repeating: part.mark, count: length), part.ink)
            column += length
        }
        return bar + paint(String(repeating: "·", count: width - column), .faint)
    }
}
