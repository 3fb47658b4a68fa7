/// The smallest part of a list that still fails, as far as it can be found by leaving parts out.
///
/// Source: ddmin, Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002: no single element of
/// the result can be left out.
///
/// - Parameter fails: whether a part fails; the whole list does.
func minimalPart<Element>(of list: [Element], fails: ([Element]) -> Bool) -> [Element] {
    if fails([]) { return [] }
    var list = list
    var parts = 2
    while list.count >= 2 {
        let size = (list.count + parts - 1) / parts
        let bounds = stride(from: 0, to: list.count, by: size).map { $0..<min($0 + size, list.count) }
        if let part = bounds.map({ Array(list[$0]) }).first(where: fails) {
            list = part
            parts = 2
        } else if let rest = bounds.lazy.map({ Array(list[..<$0.lowerBound] + list[$0.upperBound...]) }).first(
            where: fails)
        {
            list = rest
            parts = max(parts - 1, 2)
        } else if parts < list.count {
            parts = min(parts * 2, list.count)
        } else {
            break
        }
    }
    return list
}
