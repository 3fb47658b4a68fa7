import Settings

/// The results of several files of one grid.
public struct MergedResults: Hashable, Sendable {
    public let grid: SweepGrid
    /// In the order of the cells.
    public let results: [CellResult]

    /// The names of the cells that no file has.
    public var missing: [String] {
        let found = Set(results.map(\.cell))
        return (0..<grid.count).filter { !found.contains($0) }.map { grid.name(of: grid[$0]) }
    }

    /// Joins files.
    ///
    /// - Throws: `SettingsProblems` for files of different grids, for two results of a cell that are not the same, and
    ///   for files that are no results.
    public init(files: [String]) throws(SettingsProblems) {
        var grid: SweepGrid?
        var found: [Int: (result: CellResult, file: String)] = [:]
        var problems: [String] = []
        for file in files {
            guard let contents = try ResultsFile(path: file).read() else {
                problems.append("\(file): has no whole line")
                continue
            }
            if let grid, grid != contents.grid {
                let axes = grid.differences(from: contents.grid).joined(separator: ", ")
                problems.append("\(file): is of another grid than \(files[0]), with different \(axes)")
                continue
            }
            grid = contents.grid
            for result in contents.results {
                if let other = found[result.cell], other.result != result {
                    let name = contents.grid.name(of: contents.grid[result.cell])
                    problems.append("\(file): \(name) came otherwise than in \(other.file); are the programs the same?")
                }
                found[result.cell] = (result, file)
            }
        }
        guard let grid, problems.isEmpty else { throw SettingsProblems(problems) }
        self.grid = grid
        results = found.values.map(\.result).sorted { $0.cell < $1.cell }
    }

    /// Writes them into one file.
    ///
    /// - Throws: `SettingsProblems` for a file that cannot be written.
    public func write(to path: String) throws(SettingsProblems) {
        try ResultsFile(path: path).write(results, of: grid)
    }
}
