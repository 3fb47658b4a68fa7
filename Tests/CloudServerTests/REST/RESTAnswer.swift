import HTTPTypes
import JSON
import Testing

@testable import CloudServer

/// What the REST dialect answered.
struct RESTAnswer {
    let status: Int
    let headers: HTTPFields
    /// `null` for an answer without a body.
    let json: JSONValue

    /// The last part of a problem's type; `nil` for an answer that is none.
    var problem: String? {
        guard headers[.contentType] == "application/problem+json" else { return nil }
        return json["type"]?.stringValue.map { String($0.split(separator: ":").last ?? "") }
    }

    var detail: String { json["detail"]?.stringValue ?? "" }
}

extension TestCloud {
    /// Sends a request of the REST API, with the headers that it needs unless a test gives others.
    func rest(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil, key: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> RESTAnswer {
        var all = headers
        if body != nil, all[.contentType] == nil {
            all[.contentType] = method == .patch ? "application/merge-patch+json" : "application/json"
        }
        if let key { all[HTTPField.Name("Idempotency-Key")!] = key }
        let answer = try await send(method, "/v1" + path, headers: all, body: body?.bytes() ?? [])
        #expect(answer.headers[HTTPField.Name("X-Request-Id")!]?.isEmpty == false)
        return RESTAnswer(
            status: answer.status, headers: answer.headers,
            json: answer.body.isEmpty ? .null : try JSONValue(parsing: answer.body))
    }

    /// The first interface of the model, the primary one of ``node``.
    static let firstInterface = "eni-00000000000000001"
}
