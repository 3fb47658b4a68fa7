import FoundationEssentials
import Glibc
import JSON
import Logging

/// Logs one JSON object per line to stderr, for collectors.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    init(label: String) {
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var object: JSONObject = [
            "time": .string(Date.now.formatted(.iso8601)), "level": .string(event.level.rawValue),
            "logger": .string(label), "message": .string("\(event.message)"),
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            object[key] = .string("\(value)")
        }
        // One call, so that lines of several threads do not mix.
        let line = JSONValue.object(object).bytes() + [UInt8(ascii: "\n")]
        _ = write(STDERR_FILENO, line, line.count)
    }
}
