import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Reads what a request says besides its path, strictly.
struct RequestReader {
    /// The largest body; what the API knows needs a fraction.
    static let maximumBody = 64 << 10

    let request: Request

    /// - Throws: ``Problem`` where the caller does not take JSON. Source of the rules: RFC 9110, 12.5.1.
    func checkAccept() throws(Problem) {
        guard let accept = request.headers[.accept] else { return }
        // The most specific range that names JSON decides.
        let ranges = ["application/json", "application/*", "*/*"]
        var quality: (rank: Int, isZero: Bool)?
        for element in accept.split(separator: ",") {
            let parts = element.lowercased().split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let rank = parts.first.flatMap(ranges.firstIndex(of:)), rank < quality?.rank ?? ranges.count else {
                continue
            }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            quality = (rank, weight == 0)
        }
        guard quality?.isZero == false else { throw .invalid(.notAcceptable, "replies are application/json") }
    }

    /// The body as JSON.
    ///
    /// - Throws: ``Problem`` for a body that is too large, of another media type, or no JSON.
    func body(_ contentType: String) async throws -> JSONValue {
        try checkContentType(contentType)
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: RequestReader.maximumBody)
        } catch is NIOTooManyBytesError {
            throw Problem.invalid(.contentTooLarge, "the body has more than \(RequestReader.maximumBody) bytes")
        }
        do throws(JSONError) {
            return try JSONValue(parsing: Array(buffer: bytes))
        } catch {
            throw Problem.invalid([.init(position: .pointer(""), problem: "not JSON: \(error)")])
        }
    }

    private func checkContentType(_ expected: String) throws(Problem) {
        let parts = (request.headers[.contentType] ?? "").split(separator: ";")
            .map { $0.filter { !$0.isWhitespace }.lowercased() }
        let charset = parts.first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count).filter { $0 != "\"" }
        guard parts.first == expected, charset == nil || charset == "utf-8" else {
            throw .invalid(.unsupportedMediaType, "the body must be \(expected), in UTF-8")
        }
        guard (request.headers[.contentEncoding] ?? "identity").lowercased() == "identity" else {
            throw .invalid(.unsupportedMediaType, "the body must not be compressed")
        }
    }

    /// The request's `Idempotency-Key`.
    func key() throws(Problem) -> String {
        let name = "Idempotency-Key"
        guard let key = request.headers[HTTPField.Name(name)!] else {
            throw .invalid([.init(position: .parameter(name), problem: "is missing")])
        }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalid([
                .init(position: .parameter(name), problem: "expected 1 to 128 printable ASCII characters but the space")
            ])
        }
        return key
    }

    /// Which part of a list the query asks for.
    func page() throws(Problem) -> ListPage {
        var page = ListPage()
        try readQuery(["cursor", "limit"]) { name, value in
            if name == "cursor" {
                page.after = value
                return ListPage.isCursor(value) ? nil : "expected a cursor of this server"
            }
            let isPlain = value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard isPlain, let limit = Int(value), (1...1000).contains(limit) else {
                return "expected a whole number from 1 to 1000"
            }
            page.limit = limit
            return nil
        }
        return page
    }

    /// - Throws: ``Problem`` where there is a query.
    func checkNoQuery() throws(Problem) {
        try readQuery([]) { _, _ in nil }
    }

    /// - Parameter read: gets each parameter, and says what is wrong with it.
    private func readQuery(_ known: [String], _ read: (String, String) -> String?) throws(Problem) {
        var places: [Problem.Place] = []
        var seen: Set<String> = []
        for parameter in (request.uri.query ?? "").split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0]).removingPercentEncoding ?? String(parts[0])
            let value = parts.count < 2 ? "" : String(parts[1]).removingPercentEncoding ?? ""
            let problem: String? =
                if !known.contains(name) {
                    "there is no such parameter"
                } else if !seen.insert(name).inserted {
                    "is there twice"
                } else {
                    read(name, value)
                }
            if let problem { places.append(.init(position: .parameter(name), problem: problem)) }
        }
        guard places.isEmpty else { throw .invalid(places) }
    }
}

/// Which part of a list a request is for. A cursor is the id of the last item before it, so that it stays good whatever
/// becomes of that item.
struct ListPage {
    var after: String?
    var limit = 100

    static func isCursor(_ text: String) -> Bool {
        (1...1024).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "._:~-".utf8.contains(byte)
                }
            }
    }

    /// The page of a list as JSON.
    func cut<Item>(_ items: [Item], by id: (Item) -> String, _ json: (Item) -> JSONValue) -> JSONValue {
        let rest = items.filter { id($0) > after ?? "" }.sorted { id($0) < id($1) }
        let page = rest.prefix(limit)
        var object: JSONObject = ["items": .array(page.map(json))]
        if rest.count > page.count, let last = page.last { object["nextCursor"] = .string(id(last)) }
        return .object(object)
    }
}
