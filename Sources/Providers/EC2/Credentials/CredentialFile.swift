import Dispatch
import Glibc

/// Reads small files that others write: tokens, and the shared files.
enum CredentialFile {
    /// More than any of them has.
    static let maximumSize = 1 << 20

    /// The file's text; nil where there is no such file. The reading is done on a thread that may be blocked.
    ///
    /// - Throws: ``CredentialProblem/unusable(_:)``, which names the file.
    static func text(_ path: String) async throws(CredentialProblem) -> String? {
        let result: Result<String?, CredentialProblem> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: read(path)) }
        }
        return try result.get()
    }

    /// The token that is a file's whole content.
    ///
    /// - Throws: ``CredentialProblem/unusable(_:)``, which names the file.
    static func token(_ path: String) async throws(CredentialProblem) -> String {
        guard let text = try await text(path) else { throw .unusable("\(path) does not exist") }
        let token = text.trimmingWhitespace()
        guard !token.isEmpty else { throw .unusable("\(path) is empty") }
        guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .unusable("\(path) has more than one token, or none that a header can carry")
        }
        return token
    }

    private static func read(_ path: String) -> Result<String?, CredentialProblem> {
        // Without waiting, lest a pipe of that name keeps the thread.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return .success(nil) }
            return .failure(.unusable("\(path) can't be read: \(String(cString: strerror(errno)))"))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= maximumSize {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else {
                return .failure(.unusable("\(path) can't be read: \(String(cString: strerror(errno)))"))
            }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard bytes.count <= maximumSize else {
            return .failure(.unusable("\(path) has more than \(maximumSize) bytes"))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(.unusable("\(path) is no UTF-8 text"))
        }
        return .success(text)
    }
}

extension StringProtocol {
    /// Without the white space at both ends.
    func trimmingWhitespace() -> String {
        let start = drop { $0.isWhitespace }
        return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }
}
