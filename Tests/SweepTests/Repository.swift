import Foundation

/// The files beside the tests.
enum Repository {
    /// Where a file of the repository is.
    static func path(_ file: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: file).path
    }
}
