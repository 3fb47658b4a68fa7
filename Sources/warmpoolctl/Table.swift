/// A table for people: columns as wide as their widest cell.
///
/// - Parameters:
///   - header: the columns' names.
///   - empty: what is said where there is no row.
/// - Returns: the lines, without a final newline.
func table(_ header: [String], _ rows: [[String]], empty: String) -> String {
    guard !rows.isEmpty else { return empty }
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
        let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
        let line = cells.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
    .joined(separator: "\n")
}

/// Names and values, a pair a line.
func pairs(_ pairs: [(String, String?)]) -> String {
    let shown = pairs.compactMap { name, value in value.map { (name, $0) } }
    let width = shown.map(\.0.count).max() ?? 0
    return shown.map { name, value in
        name + String(repeating: " ", count: width - name.count + 2) + value
    }
    .joined(separator: "\n")
}
