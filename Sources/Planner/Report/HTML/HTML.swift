/// A piece of HTML or SVG. What is written in the source is markup; what is interpolated is text, and escaped.
///
/// ```swift
/// let name = "<b>"
/// let cell: HTML = "<td>\(name)</td>"   // <td>&lt;b&gt;</td>
/// let row: HTML = "<tr>\(cell)</tr>"    // HTML in HTML stays as it is
/// ```
struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The markup.
    private(set) var text: String

    init(stringLiteral text: String) { self.text = text }

    /// Markup that is no literal, such as a style sheet of this program.
    init(trusted text: String) { self.text = text }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 8 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ markup: HTML) { text += markup.text }

        mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { text += piece.text }
        }

        /// Nothing for `nil`.
        mutating func appendInterpolation(_ markup: HTML?) { text += markup?.text ?? "" }

        /// A number in an attribute or for people; a number of pixels has one decimal.
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
        mutating func appendInterpolation(_ pixels: Double) { text += "\((pixels * 10).rounded() / 10)" }

        /// Works in an element as in an attribute of either quotation mark. Characters that HTML forbids are left out.
        mutating func appendInterpolation(_ string: String) {
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
