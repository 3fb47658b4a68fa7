import Addressing
import HTTPTypes
import Hummingbird
import ModelVPC
import NIOCore

/// The instance metadata service, version 2: `/latest/…` for the instance that has the caller's address, and
/// `/imds/INSTANCE/latest/…` for one that is named, for callers that have none.
///
/// Source: EC2 user guide, "Use the Instance Metadata Service to access instance metadata".
struct MetadataDialect: Dialect {
    private static let tokenHeader = HTTPField.Name("X-aws-ec2-metadata-token")!
    private static let lifetimeHeader = HTTPField.Name("X-aws-ec2-metadata-token-ttl-seconds")!
    private static let forwardedHeader = HTTPField.Name("X-Forwarded-For")!

    private let state: CloudState
    private let tokens: MetadataTokens

    init(_ state: CloudState) {
        self.state = state
        tokens = MetadataTokens(wallClock: state.keys.wallClock)
    }

    func respond(to request: Request, context: CloudContext) async throws -> Response {
        let path = request.uri.path.split(separator: "/").map(String.init)
        guard let (instance, rest) = try await target(path, context) else { return text(.notFound) }
        switch (request.method, rest.first) {
        case (.put, "api") where rest == ["api", "token"]: return token(for: instance, request)
        case (.get, _):
            guard let token = request.headers[Self.tokenHeader], tokens.isValid(token, for: instance) else {
                return text(.unauthorized)
            }
            let isListing = request.uri.path.hasSuffix("/")
            guard let tree = try await MetadataTree(of: instance, in: state) else { return text(.notFound) }
            return tree.value(at: rest, isListing: isListing).map { text(.ok, $0) } ?? text(.notFound)
        default: return text(.methodNotAllowed)
        }
    }

    /// Which instance is meant, and what comes after `latest`; `nil` for a path of another form and for a caller that is
    /// no instance.
    private func target(
        _ path: [String], _ context: CloudContext
    ) async throws -> (ModelVPC.InstanceID, [String])? {
        if path.first == "imds" {
            guard path.count >= 3, path[2] == "latest" else { return nil }
            let instance = ModelVPC.InstanceID(rawValue: path[1])
            let exists = try await state.look { (try? $0.instance(instance)) != nil }
            return exists ? (instance, Array(path.dropFirst(3))) : nil
        }
        let caller = try await state.instance(at: context.remoteAddress) ?? state.configuration.imdsInstance
        return caller.map { ($0, Array(path.dropFirst())) }
    }

    private func token(for instance: ModelVPC.InstanceID, _ request: Request) -> Response {
        // A proxy that forwards calls from outside must not get a token for them.
        guard request.headers[Self.forwardedHeader] == nil else { return text(.forbidden) }
        guard let lifetime = request.headers[Self.lifetimeHeader].flatMap({ Int($0) }), (1...21_600).contains(lifetime)
        else { return text(.badRequest) }
        var response = text(.ok, tokens.make(for: instance, lifetime: lifetime))
        response.headers[Self.lifetimeHeader] = "\(lifetime)"
        return response
    }

    private func text(_ status: HTTPResponse.Status, _ text: String? = nil) -> Response {
        let body = text ?? "\(status.code) \(status.reasonPhrase)\n"
        return Response(
            status: status, headers: [.contentType: "text/plain"], body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}

extension CloudState {
    /// The instance that has an address; `nil` where none has.
    func instance(at remote: SocketAddress?) async throws -> ModelVPC.InstanceID? {
        guard let text = remote?.ipAddress else { return nil }
        // A socket of both families shows IPv4 callers so (RFC 4291, 2.5.5.2).
        let mapped = "::ffff:"
        guard let address = IPv4Address(text.hasPrefix(mapped) ? text.dropFirst(mapped.count) : text[...]) else {
            return nil
        }
        return try await look { $0.instance(owning: address) }
    }
}
