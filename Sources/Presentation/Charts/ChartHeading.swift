/// What a chart shows, in words: for those who do not see it, and for the tooltip of its ground.
public struct ChartHeading: Hashable, Sendable {
    let id: String
    /// A few words.
    public let title: String
    /// A sentence or two, with the numbers that a reader takes away.
    public let description: String

    /// - Parameter id: unique in the page.
    public init(id: String, title: String, description: String) {
        self.id = id
        self.title = title
        self.description = description
    }

    /// The attributes of the `svg` element.
    var attributes: HTML { "role=\"img\" aria-labelledby=\"\(id)-title \(id)-description\"" }

    /// The first elements in it.
    var elements: HTML {
        "<title id=\"\(id)-title\">\(title)</title><desc id=\"\(id)-description\">\(description)</desc>"
    }
}
