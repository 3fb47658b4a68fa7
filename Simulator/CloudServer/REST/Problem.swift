import HTTPTypes
import JSON
import ModelVPC

/// Why a request was refused, as RFC 9457 says it.
struct Problem: Error, Hashable {
    /// The last part of the problem's `type`.
    enum Kind: String, CaseIterable {
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

        var uri: String { "urn:warmpool:problem:\(rawValue)" }

        /// What the kind means, in words.
        var title: String {
            switch self {
            case .limitReached: "A limit is reached"
            case .subnetExhausted: "The subnet is exhausted"
            case .noContiguousPrefix: "The subnet has no free block for a prefix"
            case .conflict: "Already assigned"
            case .incorrectState: "Not possible in this state"
            case .invalidRequest: "The request is invalid"
            case .invalidCredentials: "The credentials are invalid"
            case .permissionDenied: "Permission denied"
            case .notFound: "Not found"
            case .throttled: "Too many requests"
            case .transient: "The server failed"
            }
        }
    }

    /// A place of the request that is wrong.
    struct Place: Hashable {
        enum Position: Hashable {
            /// In the body, as a JSON pointer (RFC 6901).
            case pointer(String)
            /// In the query or the headers.
            case parameter(String)
        }

        var position: Position
        /// What is wrong, as the rest of a sentence.
        var problem: String
    }

    var kind: Kind
    var status: HTTPResponse.Status
    var detail: String
    /// What the kind has beside that.
    var members: JSONObject = [:]
    /// What the reply has beside that.
    var headers: HTTPFields = [:]
}

extension Problem {
    /// What can name something.
    enum PartOfRequest {
        case path, body
    }

    /// A request that is wrong in these places, of which there is at least one.
    static func invalid(_ places: [Place]) -> Problem {
        let sentences = places.map { place in
            switch place.position {
            case .pointer(""): "the body: \(place.problem)"
            case .pointer(let name), .parameter(let name): "\(name): \(place.problem)"
            }
        }
        let errors = places.map { place in
            let position: (String, JSONValue) =
                switch place.position {
                case .pointer(let pointer): ("pointer", .string(pointer))
                case .parameter(let name): ("parameter", .string(name))
                }
            return JSONValue.object(JSONObject([position, ("detail", .string(place.problem))]))
        }
        return Problem(
            kind: .invalidRequest, status: .badRequest, detail: sentences.joined(separator: "; "),
            members: ["errors": .array(errors)])
    }

    /// A request that is wrong in another way than ``invalid(_:)``.
    static func invalid(_ status: HTTPResponse.Status, _ detail: String, headers: HTTPFields = [:]) -> Problem {
        Problem(kind: .invalidRequest, status: status, detail: detail, headers: headers)
    }

    /// - Parameters:
    ///   - kind: `instance`, `interface` or `subnet`.
    ///   - place: whether path or body names it. Status 404 would say that there is nothing at the path.
    static func notFound(_ kind: String, _ id: String, namedIn place: PartOfRequest = .path) -> Problem {
        Problem(
            kind: .notFound, status: place == .path ? .notFound : .unprocessableContent,
            detail: "\(kind) \(id) does not exist",
            members: ["resource": ["kind": .string(kind), "id": .string(id)]])
    }

    static let internalError = Problem(kind: .transient, status: .internalServerError, detail: "internal error")

    /// - Returns: `nil` for ``ModelVPC/Failure/noAnswer``, which is none.
    init?(_ failure: ModelVPC.Failure) {
        let detail = "\(failure)"
        switch failure {
        case .addressLimitExceeded(_, let limit), .ipv6LimitExceeded(_, let limit):
            self.init(.limitReached, detail, ["limit": "addressesPerInterface", "maximum": .integer(Int64(limit))])
        case .attachmentLimitExceeded(_, let limit):
            self.init(.limitReached, detail, ["limit": "interfaces", "maximum": .integer(Int64(limit))])
        case .insufficientFreeAddresses(let subnet, _):
            self.init(.subnetExhausted, detail, ["subnet": .string(subnet.rawValue)])
        case .insufficientCIDRBlocks(let subnet):
            self.init(.noContiguousPrefix, detail, ["subnet": .string(subnet.rawValue)])
        case .addressInUse(let address): self.init(.conflict, detail, ["address": .string("\(address)")])
        case .interfaceInUse, .incorrectState, .operationNotPermitted: self.init(.incorrectState, detail)
        case .invalidParameter, .idempotentParameterMismatch, .tagLimitExceeded:
            self.init(kind: .invalidRequest, status: .unprocessableContent, detail: detail)
        case .interfaceNotFound(let id): self = .notFound("interface", "\(id)")
        case .subnetNotFound(let id): self = .notFound("subnet", "\(id)")
        case .instanceNotFound(let id): self = .notFound("instance", "\(id)")
        case .attachmentNotFound: self.init(kind: .notFound, status: .notFound, detail: detail)
        case .unauthorized: self.init(kind: .permissionDenied, status: .forbidden, detail: detail)
        case .requestLimitExceeded(let retryAfter):
            self.init(kind: .throttled, status: .tooManyRequests, detail: detail)
            if let retryAfter { headers[.retryAfter] = "\(Int(retryAfter.inSeconds.rounded(.up)))" }
        case .internalError: self = .internalError
        case .unavailable: self.init(kind: .transient, status: .serviceUnavailable, detail: detail)
        case .noAnswer: return nil
        }
    }

    private init(_ kind: Kind, _ detail: String, _ members: JSONObject = [:]) {
        self.init(kind: kind, status: .conflict, detail: detail, members: members)
    }

    /// The problem as JSON.
    var json: JSONValue {
        var object: JSONObject = [
            "type": .string(kind.uri), "title": .string(kind.title), "status": .integer(Int64(status.code)),
            "detail": .string(detail),
        ]
        for member in members { object[member.name] = member.value }
        return .object(object)
    }
}
