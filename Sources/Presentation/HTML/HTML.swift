/// A piece of HTML or SVG. What is written in the source is markup; what is interpolated is text, and escaped.
///
/// ```swift
/// let name = "<b>"
/// let cell: HTML = "<td>\(name)</td>"   // <td>&lt;b&gt;</td>
/// let row: HTML = "<tr>\(cell)</tr>"    // HTML in HTML stays as it is
/// ```
public struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The markup.
    public private(set) var text: String

    public init(stringLiteral text: String) { self.text = text }

    /// Markup that is no literal, such as a style sheet of this program.
    public init(trusted text: String) { self.text = text }

    public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Tells markup and text apart.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 8 * interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { text += literal }

        public mutating func appendInterpolation(_ markup: HTML) { text += markup.text }

        public mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { text += piece.text }
        }

        /// Nothing for `nil`.
        public mutating func appendInterpolation(_ markup: HTML?) { text += markup?.text ?? "" }

        /// A number in an attribute or for people; a number of pixels has one decimal.
        public mutating func appendInterpolation(_ number: Int) { text += String(number) }
        public mutating func appendInterpolation(_ pixels: Double) { text += "\((pixels * 10).rounded() / 10)" }

        /// Works in an element as in an attribute of either quotation mark. Characters that HTML forbids are left out.
        public mutating func appendInterpolation(_ string: String) {
            for scalar in string.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                case "\t", "\n": text.unicodeScalars.append(scalar)
                case _ where scalar.properties.generalCategory == .control: break
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
