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

    /// What a colour means; the colours are those of the terminal's own palette.
    enum Ink: String {
        case plain = ""
        case strong = "1"
        case faint = "2"
        case bad = "31"
        case good = "32"
        case tight = "33"
        case used = "34"
    }

    func paint(_ text: String, _ ink: Ink) -> String {
        isColoured && ink != .plain && !text.isEmpty ? "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// A bar of so many characters in which parts follow one another, each rounded so that together they are exact.
    ///
    /// - Parameter whole: what the whole bar stands for; at least the sum of the parts.
    func bar(_ parts: [(count: Int, mark: Character, ink: Ink)], of whole: Int, width: Int) -> String {
        var sum = 0
        var column = 0
        let bar = parts.reduce(into: "") { bar, part in
            sum += part.count
            let end = whole == 0 ? 0 : (sum * width * 2 + whole) / (whole * 2)
            // What there is, is seen.
            let length = min(max(end - column, part.count > 0 ? 1 : 0), width - column)
            bar += paint(String(repeating: part.mark, count: length), part.ink)
            column += length
        }
        return bar + paint(String(repeating: "·", count: width - column), .faint)
    }
}
