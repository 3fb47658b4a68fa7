import HTTPTypes
import Hummingbird
import JSON
import Logging
import ModelVPC
import NIOCore
import NIOHTTP1

/// The API of `Config/openapi.yaml`.
struct RESTDialect: Dialect {
    private let state: CloudState

    init(_ state: CloudState) {
        self.state = state
    }

    func respond(to request: Request, context: CloudContext) async throws -> Response {
        var response: Response
        do {
            response = self.response(try await answer(request))
        } catch ModelVPC.Failure.noAnswer {
            throw ModelVPC.Failure.noAnswer
        } catch let problem as Problem {
            response = self.response(problem, context)
        } catch let failure as ModelVPC.Failure {
            response = self.response(Problem(failure) ?? .internalError, context)
        } catch let error as HTTPParserError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            context.logger.error("a call failed", metadata: ["error": "\(error)"])
            response = self.response(.internalError, context)
        }
        response.headers[RESTDialect.requestID] = KeyRing.random(16)
        return response
    }

    private static let requestID = HTTPField.Name("X-Request-Id")!

    private func answer(_ request: Request) async throws -> RESTReply {
        try authorize(request)
        let (route, id) = try Route.find(request.method, request.uri.path)
        let reader = RequestReader(request: request)
        try reader.checkAccept()
        let call = RESTCall(state: state, reader: reader, id: id)
        switch route {
        case .getInstance: return try await call.getInstance()
        case .listInterfaces: return try await call.listInterfaces()
        case .listSubnets: return try await call.listSubnets()
        case .getInterface: return try await call.getInterface()
        case .deleteInterface: return try await call.deleteInterface()
        case .detachInterface: return try await call.detachInterface()
        case .createInterface: return try await call.createInterface(try await call.body(of: route))
        case .attachInterface: return try await call.attachInterface(try await call.body(of: route))
        case .updateAttachment: return try await call.updateAttachment(try await call.body(of: route))
        case .assignAddresses: return try await call.assignAddresses(try await call.body(of: route))
        case .releaseAddresses: return try await call.releaseAddresses(try await call.body(of: route))
        case .assignPrefixes: return try await call.assignPrefixes(try await call.body(of: route))
        case .releasePrefixes: return try await call.releasePrefixes(try await call.body(of: route))
        case .assignIPv6Prefixes: return try await call.assignIPv6Prefixes(try await call.body(of: route))
        case .releaseIPv6Prefixes: return try await call.releaseIPv6Prefixes(try await call.body(of: route))
        }
    }

    /// - Throws: ``Problem`` for a request without the token that the configuration asks for. Source of the reply: RFC
    ///   6750, 3.
    private func authorize(_ request: Request) throws(Problem) {
        guard let token = state.configuration.bearerToken else { return }
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw Problem(
                kind: .invalidCredentials, status: .unauthorized, detail: "there is no bearer token",
                headers: [.wwwAuthenticate: "Bearer"])
        }
        guard words[1] == token else {
            throw Problem(
                kind: .invalidCredentials, status: .unauthorized, detail: "the bearer token is not valid",
                headers: [.wwwAuthenticate: #"Bearer error="invalid_token""#])
        }
    }

    private func response(_ reply: RESTReply) -> Response {
        switch reply {
        case .ok(let value): response(.ok, value, type: "application/json")
        case .created(let value, let location):
            response(.created, value, type: "application/json", headers: [.location: location])
        case .done: Response(status: .noContent)
        }
    }

    private func response(_ problem: Problem, _ context: CloudContext) -> Response {
        context.logger.debug("refused", metadata: ["type": "\(problem.kind.rawValue)", "detail": "\(problem.detail)"])
        return response(
            problem.status, problem.json, type: "application/problem+json", headers: problem.headers)
    }

    private func response(
        _ status: HTTPResponse.Status, _ body: JSONValue, type: String, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body.bytes())))
    }
}

/// What an operation returns.
enum RESTReply {
    case ok(JSONValue)
    case created(JSONValue, location: String)
    case done
}
