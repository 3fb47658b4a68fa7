/// Pages and what they are made of.
extension HTML {
    /// How the matter of a page stands.
    public enum Mood: String, Sendable {
        case good, warning, bad
    }

    /// A page that needs nothing else, and follows the reader's choice of light or dark.
    ///
    /// - Parameters:
    ///   - title: what the page is about, such as the names of files.
    ///   - headline: what it says, in one sentence.
    ///   - body: sections, and whatever comes before them.
    ///   - footer: a sentence of where the page comes from.
    public static func page(title: String, headline: String, _ mood: Mood, _ body: HTML, footer: String) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title): \(headline)</title>
        <style>
        \(HTML(trusted: String(decoding: PackageResources.page_css, as: UTF8.self)))</style>
        </head>
        <body>
        <main>
        <header class="\(mood.rawValue)"><p>\(title)</p><h1>\(headline.heading)</h1></header>
        \(body)
        <footer>\(footer)</footer>
        </main>
        </body>
        </html>

        """
    }

    /// - Parameter lead: a sentence or two below the title.
    public static func section(_ title: String, _ lead: String, _ body: HTML) -> HTML {
        "<section>\n<h2>\(title)</h2>\n<p>\(lead)</p>\n\(body)</section>\n"
    }

    /// A section of sentences; nothing where there are none.
    public static func list(_ title: String, _ sentences: [String]) -> HTML? {
        guard !sentences.isEmpty else { return nil }
        let items: [HTML] = sentences.map { "<li>\($0)</li>\n" }
        return "<section><h2>\(title)</h2><ul class=\"plain\">\n\(items)</ul></section>\n"
    }

    /// A row of ``tile(_:_:isBad:)``s.
    public static func tiles(_ tiles: [HTML]) -> HTML { "<dl class=\"tiles\">\(tiles)</dl>\n" }

    /// A figure with its name.
    ///
    /// - Parameter isBad: whether it stands out.
    public static func tile(_ name: String, _ figure: String, isBad: Bool = false) -> HTML {
        "<div\(isBad ? " class=\"bad\"" : "" as HTML)><dt>\(name)</dt><dd>\(figure)</dd></div>"
    }
}

extension String {
    /// The sentence with a capital letter, and no line break before a percent sign.
    fileprivate var heading: String { prefix(1).uppercased() + dropFirst().replacing(" %", with: "\u{a0}%") }
}
