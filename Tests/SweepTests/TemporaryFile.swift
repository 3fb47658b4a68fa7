import Foundation

/// A path at which nothing is, and nothing will be after the test.
final class TemporaryFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "warmpool-sweep-\(UUID().uuidString).jsonl").path

    var text: String { get throws { try String(contentsOfFile: path, encoding: .utf8) } }

    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
