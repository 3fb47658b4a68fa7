/// A colour of a chart: a class of the page's style sheet, which has it in a light and in a dark form.
public enum Shade: String, Hashable, Sendable, CaseIterable {
    case blue, red, violet, amber, green, teal, pink, brown, grey
    /// As good as empty.
    case track
}
