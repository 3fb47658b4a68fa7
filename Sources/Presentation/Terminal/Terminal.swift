import Glibc

/// Standard output and standard error of this process, and whether a person sits at the other end.
public enum Terminal {
    /// Where text goes.
    public enum Output: Sendable {
        case standardOutput, standardError

        fileprivate var descriptor: Int32 { self == .standardOutput ? STDOUT_FILENO : STDERR_FILENO }

        /// Whether it is a terminal, in contrast to a file or a pipe.
        public var isTerminal: Bool { isatty(descriptor) == 1 }
    }

    /// What standard output can show: colour on a terminal, unless `NO_COLOR` is set (no-color.org).
    public static var style: TextStyle { style(of: .standardOutput) }

    /// What an output can show, as for ``style``.
    public static func style(of output: Output) -> TextStyle {
        guard output.isTerminal else { return .plain }
        let isColoured = (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
        return TextStyle(isColoured: isColoured, width: width(of: output))
    }

    private static func width(of output: Output) -> Int? {
        var size = winsize()
        if ioctl(output.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return variable("COLUMNS").flatMap(Int.init)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Says what long work is doing, on one line of the terminal that the next call writes over. Silent anywhere else.
    public static func progress(_ what: String) {
        guard Output.standardError.isTerminal else { return }
        write(to: .standardError, "\r\u{1b}[K\(what.isEmpty ? "" : what + "…")")
    }

    /// Writes all of a text.
    ///
    /// - Returns: the error number; 0 where everything was written.
    @discardableResult
    public static func write(to output: Output, _ text: String) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(output.descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return errno }
            rest = rest.dropFirst(written)
        }
        return 0
    }
}
