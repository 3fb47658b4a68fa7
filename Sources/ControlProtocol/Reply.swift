import JSON

/// The daemon's answer: what the command returns, or why it was not done.
public enum Reply: Sendable {
    case success(JSONValue)
    case failure(Failure)

    /// Why the daemon did not do what it was asked.
    public struct Failure: Error, Codable, Hashable, Sendable, CustomStringConvertible {
        /// What kind of refusal it is.
        public enum Kind: String, Codable, Sendable {
            /// The pod gets no address; `cause` names the reason.
            case refused
            /// The daemon has no record of the attachment.
            case unknownAttachment
            /// Another version of the protocol.
            case unsupportedVersion
            /// The request cannot be read, or asks for something impossible.
            case badRequest
            /// The deadline had passed before the request could be executed.
            case deadlinePassed
            /// The daemon is shutting down.
            case stopping
            /// The peer may not use this socket.
            case forbidden
            /// The daemon could not do its work: its disk, the kernel or the provider failed.
            case failed
        }

        /// What kind of refusal it is.
        public var kind: Kind
        /// One sentence for a person.
        public var message: String
        /// The machine-readable cause of a refusal, such as `enis-full`.
        public var cause: String?
        /// Seconds after which another try makes sense; absent where only a change by somebody helps.
        public var retryAfter: Double?

        public init(_ kind: Kind, _ message: String, cause: String? = nil, retryAfter: Double? = nil) {
            self.kind = kind
            self.message = message
            self.cause = cause
            self.retryAfter = retryAfter
        }

        public var description: String { message }
    }
}

extension Reply: Codable {
    private enum Key: CodingKey {
        case version, result, error
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let failure = try container.decodeIfPresent(Failure.self, forKey: .error) {
            self = .failure(failure)
        } else {
            self = .success(try container.decodeIfPresent(JSONValue.self, forKey: .result) ?? [:])
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(controlProtocolVersion, forKey: .version)
        switch self {
        case .success(let result): try container.encode(result, forKey: .result)
        case .failure(let failure): try container.encode(failure, forKey: .error)
        }
    }
}
