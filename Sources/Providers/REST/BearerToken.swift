import Glibc
import Pool

/// A bearer token (RFC 6750), as a text or as a file that others keep up to date.
///
/// A file is read for each request, so that a token which was replaced, as Kubernetes does with projected service
/// account tokens, is used from the next request on.
public actor BearerToken {
    private enum Source {
        case text(String)
        case file(path: String)
    }

    /// No issuer makes tokens that are longer; a file that is has something else in it.
    private static let longest = 64 << 10

    private let source: Source
    private let executor = BlockingExecutor(label: "warmpool.bearer-token")

    /// A token that stays the same.
    public init(_ text: String) {
        source = .text(text)
    }

    /// The token that a file holds, white space around it left out.
    public init(file path: String) {
        source = .file(path: path)
    }

    /// A queue of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The token as it is now.
    ///
    /// - Throws: ``ProviderError/invalidCredentials(_:)`` with the file's name, but never with what is in it.
    func current() throws(ProviderError) -> String {
        switch source {
        case .text(let text): return try checked(text[...], of: "the bearer token of the configuration")
        case .file(let path):
            return try checked(trimmed(try read(path)), of: "the token file \(path)")
        }
    }

    private func read(_ path: String) throws(ProviderError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw unreadable(path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.count <= BearerToken.longest {
            var count = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 8 << 10) { buffer, initialized in
                count = Glibc.read(file, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk
        }
        throw .invalidCredentials("the token file \(path) has more than \(BearerToken.longest) bytes")
    }

    private func unreadable(_ path: String, _ code: Int32) -> ProviderError {
        .invalidCredentials("the token file \(path) cannot be read: \(String(cString: strerror(code)))")
    }

    private func trimmed(_ text: String) -> Substring {
        let start = text.drop { $0.isWhitespace }
        return start.dropLast(start.reversed().prefix { $0.isWhitespace }.count)
    }

    /// Source of the characters: RFC 6750, 2.1.
    private func checked(_ token: Substring, of source: String) throws(ProviderError) -> String {
        guard !token.isEmpty else { throw .invalidCredentials("\(source) is empty") }
        let isPlain = token.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~+/=".utf8.contains(byte)
            }
        }
        guard isPlain else { throw .invalidCredentials("\(source) has characters that no bearer token has") }
        return String(token)
    }
}
