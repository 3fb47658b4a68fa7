import Glibc
import Presentation

/// Files that a command writes.
enum TextFile {
    /// A file that cannot be written.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32

        var description: String { "\(path): cannot be written (\(String(cString: strerror(code))))" }
    }

    /// Writes a whole file.
    static func write(_ text: String, to path: String) throws(Failure) {
        guard let file = fopen(path, "w") else { throw Failure(path: path, code: errno) }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten else { throw Failure(path: path, code: errno) }
    }

    /// Writes to standard output. A reader that has gone away is no failure.
    static func print(_ text: String) throws(Failure) {
        let code = Terminal.write(to: .standardOutput, text)
        if code != 0, code != EPIPE { throw Failure(path: "standard output", code: code) }
    }
}
