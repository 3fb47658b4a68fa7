import Curl
import Glibc
import JSON
import Pool

import struct HTTPTypes.HTTPField

/// What the API's errors can be, by the last part of their `type`.
enum ProblemType: String, CaseIterable, Sendable {
    case limitReached = "limit-reached"
    case subnetExhausted = "subnet-exhausted"
    case noContiguousPrefix = "no-contiguous-prefix"
    case conflict
    case incorrectState = "incorrect-state"
    case invalidRequest = "invalid-request"
    case invalidCredentials = "invalid-credentials"
    case permissionDenied = "permission-denied"
    case notFound = "not-found"
    case throttled
    case transient

    private static let prefix = "urn:warmpool:problem:"

    var uri: String { ProblemType.prefix + rawValue }

    init?(uri: String) {
        guard uri.hasPrefix(ProblemType.prefix) else { return nil }
        self.init(rawValue: String(uri.dropFirst(ProblemType.prefix.count)))
    }

    /// What a status means by itself, whoever sent it: the server, or a gateway before it that does not know the API.
    init?(status: Int) {
        switch status {
        case 401: self = .invalidCredentials
        case 403: self = .permissionDenied
        case 429: self = .throttled
        case 500...599: self = .transient
        default: return nil
        }
    }
}

/// A reply that is no success.
struct RESTProblem: Sendable {
    let status: Int
    /// `nil` for one that is not the API's.
    let type: ProblemType?
    /// How long the server wants to be left alone.
    let retryAfter: Duration?
    private let members: JSONValue
    /// The server's words, with its name of the request.
    private let text: String
    /// What the reply means if it is not the API's.
    private let foreign: ProviderError

    init(_ response: HTTPResponse, from server: String) {
        let media = ProviderError(mediaTypeOf: response, from: server, notOneOf: ["application/problem+json"])
        // A body that is not what its type says is no problem of the API either.
        members = media == nil ? (try? JSONValue(parsing: response.body)) ?? .null : .null
        status = response.status
        type = members["type"]?.stringValue.flatMap(ProblemType.init(uri:)) ?? ProblemType(status: status)
        // A date is one of the server's clock, which may differ from this node's.
        let now = response.headers[.date].flatMap(HTTPDate.seconds) ?? time(nil)
        retryAfter = response.headers[.retryAfter].flatMap { HTTPDate.retryAfter($0, now: now) }
        let words = members["detail"]?.stringValue ?? members["title"]?.stringValue
        let request = response.headers[.xRequestID].map { " (request \(excerpt($0, 80)))" } ?? ""
        text = (words.map { excerpt($0, 300) } ?? "status \(status) of \(server), without a reason") + request
        foreign = media ?? .malformedReply("status \(status), and no problem of the API: \(text)")
    }

    /// The one table between the API's errors and the pool's.
    var error: ProviderError {
        switch type {
        case .limitReached:
            text(of: "limit").flatMap(ProviderError.Limit.init(rawValue:)).map { .limitReached($0) } ?? incomplete
        case .subnetExhausted: text(of: "subnet").map { .subnetExhausted(SubnetID($0)) } ?? incomplete
        case .noContiguousPrefix: text(of: "subnet").map { .noContiguousPrefix(SubnetID($0)) } ?? incomplete
        case .conflict: text(of: "address").map { .conflict($0) } ?? incomplete
        case .incorrectState, .invalidRequest: .incorrectState(text)
        case .invalidCredentials: .invalidCredentials(text)
        case .permissionDenied: .permissionDenied(text)
        case .notFound: .notFound(resource ?? text)
        case .throttled: .throttled(retryAfter: retryAfter)
        case .transient: .transient(status: status, text)
        case nil: foreign
        }
    }

    private func text(of member: String) -> String? {
        members[member]?.stringValue.map { excerpt($0, 128) }
    }

    private var incomplete: ProviderError {
        .malformedReply("the problem '\(type?.rawValue ?? "")' lacks what it is about: \(text)")
    }

    /// What does not exist: `interface eni-01`.
    private var resource: String? {
        guard let kind = members["resource"]?["kind"]?.stringValue, let id = members["resource"]?["id"]?.stringValue
        else { return nil }
        return "\(excerpt(kind, 40)) \(excerpt(id, 128))"
    }
}

extension HTTPField.Name {
    /// The server's name of a request.
    static let xRequestID = HTTPField.Name("X-Request-Id")!
    /// By which a server knows the repetition of a request.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}
