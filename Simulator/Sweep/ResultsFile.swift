import Glibc
import JSON
import Settings

/// A sweep's results as a file of JSON lines: the grid, then a line for each finished cell.
///
/// A line is written in one piece as soon as its cell is finished, so that an interrupted sweep goes on where it was. A
/// line that was cut in the middle is as if it were not there.
public struct ResultsFile {
    private let path: String

    public init(path: String) { self.path = path }

    // MARK: Reading

    /// A file's contents.
    struct Contents {
        var grid: SweepGrid
        var results: [CellResult]
        /// How many bytes of the file are whole lines.
        var length: Int
    }

    /// What the file has; `nil` where it has not even a grid.
    ///
    /// - Throws: `SettingsProblems` for a file that cannot be read or is of something else.
    func read() throws(SettingsProblems) -> Contents? {
        let text = try SettingsReader.text(ofFile: path, hint: "name a file that warmpool-sim sweep --results wrote")
        let bytes = Array(text.utf8)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.isEmpty || bytes.starts(with: #"{"schema":"#.utf8) else { throw problem("is no results file") }
            return nil
        }
        let lines = bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let grid = try? JSONCoding.decode(SweepGrid.self, from: Array(lines[0])) else {
            throw problem("is no results file: its first line is no grid")
        }
        guard grid.schema == SweepGrid.schema else {
            throw problem("is of another version, \(grid.schema); this program has \(SweepGrid.schema)")
        }
        var results: [CellResult] = []
        for (number, line) in lines.enumerated().dropFirst() {
            guard let result = try? JSONCoding.decode(CellResult.self, from: Array(line)),
                (0..<grid.count).contains(result.cell)
            else {
                throw problem("line \(number + 1) is no result of its grid; remove the line, and the cell runs again")
            }
            results.append(result)
        }
        return Contents(grid: grid, results: results, length: end + 1)
    }

    private func problem(_ what: String) -> SettingsProblems { SettingsProblems(["\(path): \(what)"]) }

    // MARK: Writing

    /// Prepares the file for a grid's results.
    ///
    /// - Returns: what it has already.
    /// - Throws: `SettingsProblems` for results of another grid, and for a file that cannot be written.
    func begin(_ grid: SweepGrid) throws(SettingsProblems) -> [CellResult] {
        guard access(path, F_OK) == 0, let contents = try read() else {
            try write([], of: grid)
            return []
        }
        let differences = grid.differences(from: contents.grid)
        guard differences.isEmpty else {
            throw problem(
                "has results of another grid, with different \(differences.joined(separator: ", ")); name another file")
        }
        if truncate(path, contents.length) != 0 { throw failure() }
        return contents.results
    }

    /// Adds a finished cell.
    func add(_ result: CellResult) throws(SettingsProblems) {
        try put(ResultsFile.line(result), mode: "a")
    }

    /// Writes results in the order of their cells, in the place of what the file has.
    func write(_ results: [CellResult], of grid: SweepGrid) throws(SettingsProblems) {
        let lines = [ResultsFile.line(grid)] + results.sorted { $0.cell < $1.cell }.map(ResultsFile.line)
        let draft = ResultsFile(path: path + ".new")
        try draft.put(lines.joined(), mode: "w")
        if rename(draft.path, path) != 0 { throw failure() }
    }

    private func put(_ text: String, mode: String) throws(SettingsProblems) {
        guard let file = fopen(path, mode) else { throw failure() }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten else { throw failure() }
    }

    private func failure() -> SettingsProblems {
        problem("cannot be written (\(String(cString: strerror(errno))))")
    }

    /// Grids and results have nothing that JSON cannot carry.
    private static func line(_ value: some Encodable) -> String {
        ((try? JSONCoding.encode(value).text()) ?? "") + "\n"
    }
}
