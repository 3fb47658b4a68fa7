import CNI
import Glibc

/// The plugin's log: errors to stderr, where the runtime keeps them, and everything of the chosen level to a file, if
/// one is configured. A log that cannot be written is no reason to fail.
struct PluginLogger {
    private let settings: PluginLog?

    init(_ settings: PluginLog?) {
        self.settings = settings
    }

    func error(_ message: @autoclosure () -> String) {
        let text = message()
        write("warmpool-cni: \(text)\n", to: STDERR_FILENO)
        record(.error, text)
    }

    func info(_ message: @autoclosure () -> String) {
        record(.info, message())
    }

    private func record(_ level: PluginLog.Level, _ text: @autoclosure () -> String) {
        guard let settings, level <= settings.level else { return }
        let descriptor = open(settings.file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        write("\(timestamp()) \(level.rawValue) pid=\(getpid()) \(text())\n", to: descriptor)
    }

    /// The time in UTC as RFC 3339 has it.
    private func timestamp() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Writes all of a text, as far as the descriptor takes it.
func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
        }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        written += count
    }
}
