/// The parts of a request's URL.
struct RequestTarget {
    var isSecure: Bool
    /// Host and port as the URL has them.
    var authority: String
    /// With the leading slash.
    var path: String
    /// Without the question mark; empty for none.
    var query: String

    /// - Throws: ``HTTPError/invalidRequest(_:)`` where the URL is no absolute one of HTTP, or has characters that
    ///   belong percent-encoded, or credentials.
    init(_ url: String) throws(HTTPError) {
        guard let separator = url.firstRange(of: "://") else {
            throw .invalidRequest("the URL is not absolute")
        }
        switch url[..<separator.lowerBound].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        case let scheme: throw .invalidRequest("the URL's scheme is '\(scheme)', not http or https")
        }
        guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalidRequest("the URL has a character that must be percent-encoded")
        }
        let rest = url[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty else { throw .invalidRequest("the URL has no host") }
        guard !authority.contains("@") else { throw .invalidRequest("the URL has credentials") }
        self.authority = String(authority)
        let pathAndQuery = rest.dropFirst(authority.count)
        let path = pathAndQuery.prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        query = String(pathAndQuery.dropFirst(path.count + 1))
    }

    /// The URL that stands for these parts.
    var url: String {
        "\(isSecure ? "https" : "http")://\(authority)\(path)\(query.isEmpty ? "" : "?" + query)"
    }

    /// Path and the names in the query, without their values, for logs.
    var redacted: String {
        guard !query.isEmpty else { return path }
        let names = query.split(separator: "&").map { parameter in
            parameter.contains("=") ? parameter.prefix { $0 != "=" } + "=…" : "…"
        }
        return "\(path)?\(names.joined(separator: "&"))"
    }
}
