import Glibc

/// What the user sees: a line per step, with the time that it took, and on a terminal its progress meanwhile.
public final class Console: Sendable {
    private let descriptor: Int32?
    private let isTerminal: Bool

    /// - Parameter descriptor: where it writes to; `nil` for nowhere.
    public init(_ descriptor: Int32? = STDOUT_FILENO) {
        self.descriptor = descriptor
        isTerminal = descriptor.map { isatty($0) == 1 } ?? false
    }

    /// Prints text and a newline.
    public func print(_ text: String = "") {
        write(text + "\n")
    }

    /// Runs a step: while it runs, `title` stands on the last line; then the sentence that it returns.
    ///
    /// - Throws: what the body throws.
    public func step(
        _ title: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> String
    ) async throws {
        let start = ContinuousClock.now
        progress(title + " …")
        do {
            let sentence = try await body()
            clear()
            let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
            print("✓ \(sentence) (\((milliseconds / 100).rounded() / 10) s)")
        } catch {
            clear()
            print("✗ \(title)")
            throw error
        }
    }

    /// Replaces the last line by how far the step has come; only on a terminal.
    public func progress(_ text: String) {
        guard isTerminal else { return }
        write("\r\u{1b}[K  \(text)")
    }

    private func clear() {
        guard isTerminal else { return }
        write("\r\u{1b}[K")
    }

    private func write(_ text: String) {
        guard let descriptor else { return }
        let bytes = Array(text.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
