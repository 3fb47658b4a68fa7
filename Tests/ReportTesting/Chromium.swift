import Foundation
import Subprocess
import Testing

/// A real browser, without a window.
public enum Chromium {
    /// The texts of all elements of a name, without markup.
    public static func texts(_ element: String, in dom: String) throws -> [String] {
        let pattern = try Regex("<\(element)(?: [^>]*)?>(.*?)</\(element)>").dotMatchesNewlines()
        return dom.matches(of: pattern).map { match in
            String(match.output[1].substring ?? "").replacing(#/<[^>]*>/#, with: "")
                .trimmingPrefix { $0.isWhitespace }.description
        }
    }

    /// The page as the browser has it after loading: what it took for markup is markup.
    public static func dom(of html: String) async throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: "warmpool-page-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let page = directory.appending(path: "report.html")
        try Data(html.utf8).write(to: page)
        let ending = try await run(
            .name("chromium"),
            arguments: [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(directory.path)/profile", "--dump-dom", page.absoluteString,
            ], output: .string(limit: 1 << 24), error: .string(limit: 1 << 20))
        try #require(ending.terminationStatus == .exited(0), "chromium: \(ending.standardError)")
        return ending.standardOutput
    }
}
