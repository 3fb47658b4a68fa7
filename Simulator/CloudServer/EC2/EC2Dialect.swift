import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import ModelVPC
import NIOCore
import NIOHTTP1

/// The EC2 Query API: a form with an `Action`, answered in XML.
///
/// Source of all names and forms: EC2 API reference, version 2016-11-15.
struct EC2Dialect: Dialect {
    /// The largest form; what the API knows needs a fraction.
    private static let maximumBody = 1 << 20

    private let state: CloudState
    private let verifier: SignatureVerifier

    init(_ state: CloudState) {
        self.state = state
        verifier = SignatureVerifier(keys: state.keys, region: state.configuration.region)
    }

    func respond(to request: Request, context: CloudContext) async throws -> Response {
        let requestID = UUID().uuidString.lowercased()
        do {
            let body = try await answer(request, context, requestID)
            return response(.ok, body, requestID)
        } catch ModelVPC.Failure.noAnswer {
            throw ModelVPC.Failure.noAnswer
        } catch let error as EC2Error {
            return response(error, requestID, context)
        } catch let failure as ModelVPC.Failure {
            return response(EC2Error(failure) ?? .internalError, requestID, context)
        } catch let error as HTTPParserError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            context.logger.error("a call failed", metadata: ["error": "\(error)"])
            return response(.internalError, requestID, context)
        }
    }

    private func answer(_ request: Request, _ context: CloudContext, _ requestID: String) async throws -> ByteBuffer {
        guard request.uri.path == "/" else {
            throw EC2Error(code: "NotFound", message: "there is nothing at \(request.uri.path)", status: .notFound)
        }
        let body: [UInt8]
        var form: QueryForm
        switch request.method {
        case .post:
            body = try await collect(request)
            form = try QueryForm(decoding: body)
        case .get:
            body = []
            form = try QueryForm(decoding: (request.uri.query ?? "").utf8)
        default:
            throw EC2Error(
                code: "MethodNotAllowed", message: "\(request.method.rawValue) is not GET or POST",
                status: .methodNotAllowed)
        }
        let key = try verifier.verify(request, body: body)
        guard let name = form.string("Action"), !name.isEmpty else {
            throw EC2Error(code: "MissingAction", message: "The request must contain the parameter Action")
        }
        let version = try form.required("Version")
        guard version == "2016-11-15" else {
            throw EC2Error(code: "InvalidVersion", message: "The version \(version) is not 2016-11-15")
        }
        guard let action = ModelVPC.Action(rawValue: name) else {
            throw EC2Error(code: "InvalidAction", message: "The action \(name) is not valid for this web service.")
        }
        let caller = try await caller(key, context)
        let cloud = EC2Cloud(state: state, caller: caller)
        return try await perform(EC2Dialect.type(of: action), &form, in: cloud, requestID: requestID)
    }

    /// The type that reads and answers an action.
    private static func type(of action: ModelVPC.Action) -> any EC2Action.Type {
        switch action {
        case .describeInstances: DescribeInstances.self
        case .describeInstanceTypes: DescribeInstanceTypes.self
        case .describeNetworkInterfaces: DescribeNetworkInterfaces.self
        case .describeSubnets: DescribeSubnets.self
        case .createNetworkInterface: CreateNetworkInterface.self
        case .attachNetworkInterface: AttachNetworkInterface.self
        case .detachNetworkInterface: DetachNetworkInterface.self
        case .deleteNetworkInterface: DeleteNetworkInterface.self
        case .modifyNetworkInterfaceAttribute: ModifyNetworkInterfaceAttribute.self
        case .assignPrivateIpAddresses: AssignPrivateIpAddresses.self
        case .unassignPrivateIpAddresses: UnassignPrivateIpAddresses.self
        case .assignIpv6Addresses: AssignIpv6Addresses.self
        case .unassignIpv6Addresses: UnassignIpv6Addresses.self
        case .createTags: CreateTags.self
        }
    }

    private func perform<Action: EC2Action>(
        _ type: Action.Type, _ form: inout QueryForm, in cloud: EC2Cloud, requestID: String
    ) async throws -> ByteBuffer {
        let isDryRun = try form.bool("DryRun") ?? false
        let action = try Action(&form)
        try form.finish()
        if isDryRun {
            throw EC2Error(
                code: "DryRunOperation", message: "Request would have succeeded, but DryRun flag is set.",
                status: .preconditionFailed)
        }
        return try EC2XML.reply(to: "\(Action.self)", try await action.reply(in: cloud), requestID: requestID)
    }

    /// The instance that calls: the one to which the key was given, or the one that has the caller's address.
    private func caller(_ key: KeyRing.Key?, _ context: CloudContext) async throws -> ModelVPC.InstanceID {
        if let instance = key?.instance { return instance }
        return try await state.instance(at: context.remoteAddress) ?? .init(rawValue: "")
    }

    private func collect(_ request: Request) async throws -> [UInt8] {
        do {
            return Array(buffer: try await request.body.collect(upTo: EC2Dialect.maximumBody))
        } catch is NIOTooManyBytesError {
            throw EC2Error(
                code: "RequestEntityTooLarge", message: "The request has more than \(EC2Dialect.maximumBody) bytes",
                status: .contentTooLarge)
        }
    }

    private func response(_ error: EC2Error, _ requestID: String, _ context: CloudContext) -> Response {
        context.logger.debug("refused", metadata: ["code": "\(error.code)", "message": "\(error.message)"])
        var response = response(error.status, EC2XML.refusal(error, requestID: requestID), requestID)
        if error.status == .methodNotAllowed { response.headers[.allow] = "GET, POST" }
        return response
    }

    private func response(_ status: HTTPResponse.Status, _ body: ByteBuffer, _ requestID: String) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/xml;charset=UTF-8", HTTPField.Name("x-amzn-RequestId")!: requestID,
        ]
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }
}

extension EC2Error {
    fileprivate static let internalError = EC2Error(
        code: "InternalError", message: "An internal error has occurred", status: .internalServerError)
}

/// The cloud as one call sees it.
struct EC2Cloud: Sendable {
    let state: CloudState
    let caller: ModelVPC.InstanceID

    var region: String { state.configuration.region }

    func ask(_ request: ModelVPC.Request) async throws -> ModelVPC.Reply {
        try await state.ask(request, from: caller)
    }
}

/// An action of the API: read of a form, and answered.
protocol EC2Action: Sendable {
    /// What the reply holds besides the request id, element by element.
    associatedtype Reply: Encodable

    /// - Throws: ``EC2Error`` for parameters that are missing or cannot be.
    init(_ form: inout QueryForm) throws(EC2Error)

    /// - Throws: ``EC2Error``, or the cloud's ``ModelVPC/Failure``.
    func reply(in cloud: EC2Cloud) async throws -> Reply
}
