import Glibc
import Settings
import Timekeeping
import VirtualSimulator

/// A plan as a CSV file: which nodes and pods come and go, and when, one in a row.
///
/// ```text
/// kind,node,group,start,end,lifetime,pause,longestPause
/// node,n0,general,0,,,,
/// pod,n0,,20.5,,180,,
/// pod,n0,,21,300,,,
/// pod,n0,,25,,3,10,300
/// ```
///
/// Times are in seconds since the beginning, with a fraction or without. A node joins at `start` and leaves at `end`. A pod
/// comes at `start`, and ends at `end` or `lifetime` seconds after it got its address; with `pause` it then comes back after
/// so many seconds, which double each time up to `longestPause`. What is empty does not happen. The columns come in any order, and all but `node` and `start` can be left out; so can the row of a node that is there from
/// the beginning, in the first group.
public enum PlanTrace {
    /// The columns of the files that are written.
    private static let header = "kind,node,group,start,end,lifetime,pause,longestPause"

    /// Reads a trace from a file, row by row.
    ///
    /// - Parameter groups: the names of the scenario's groups, in its order.
    /// - Throws: `SettingsProblems` with what is wrong, the first rows of it.
    public static func load(path: String, groups: [String]) throws(SettingsProblems) -> Plan {
        guard let file = fopen(path, "r") else {
            throw SettingsProblems(["\(path): cannot be read (\(String(cString: strerror(errno))))"])
        }
        defer { fclose(file) }
        return try parse(Lines(file: file), file: path, groups: groups)
    }

    /// Reads the rows of a trace.
    ///
    /// - Parameters:
    ///   - file: its name, for the reports.
    ///   - groups: the names of the scenario's groups, in its order.
    /// - Throws: `SettingsProblems` with what is wrong, the first rows of it.
    public static func parse(
        _ lines: some Sequence<String>, file: String, groups: [String]
    ) throws(SettingsProblems) -> Plan {
        var reader = PlanTraceReader(file: file, groups: groups)
        for line in lines {
            reader.read(line)
            if reader.problems.count >= PlanTraceReader.mostProblems { break }
        }
        return try reader.finish()
    }

    /// Writes a plan so that it can be read again.
    ///
    /// - Parameters:
    ///   - groups: the names of the scenario's groups, in its order.
    ///   - write: is called with one line after another.
    public static func write(_ plan: Plan, groups: [String], to write: (String) -> Void) {
        write(header)
        for (index, node) in plan.nodes.enumerated() {
            let leaves = node.leaves.map(seconds) ?? ""
            write("node,n\(index),\(groups[node.group]),\(seconds(node.joins)),\(leaves),,,")
        }
        for pod in plan.pods {
            let ends =
                switch pod.ends {
                case .never: ",,,"
                case .at(let instant): "\(seconds(instant)),,,"
                case .after(let life): ",\(seconds(.origin + life)),,"
                case .again(let life, let pause, let longest):
                    ([""] + [life, pause, longest].map { seconds(.origin + $0) }).joined(separator: ",")
                }
            write("pod,n\(pod.node),,\(seconds(pod.arrives)),\(ends)")
        }
    }

    /// Seconds with as many digits as it takes to be exact.
    private static func seconds(_ instant: Instant) -> String {
        let (whole, rest) = instant.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest != 0 else { return "\(whole)" }
        var digits = String(String(1_000_000_000 + rest).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

/// The lines of an open file, one at a time.
private struct Lines: Sequence, IteratorProtocol {
    let file: UnsafeMutablePointer<FILE>

    func next() -> String? {
        var text: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(text) }
        let length = getline(&text, &capacity, file)
        guard length >= 0, let text else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
    }
}
