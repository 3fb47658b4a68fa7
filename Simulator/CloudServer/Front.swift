import HTTPTypes
import Hummingbird
import Logging
import ModelVPC
import NIOCore
import ServiceLifecycle

/// What a dialect knows about a request besides the request.
struct CloudContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the caller.
    let remoteAddress: SocketAddress?
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        remoteAddress = source.channel.remoteAddress
    }

    /// Waits until the caller leaves or the server stops, and closes the connection, so that no answer gets through.
    func leaveWithoutAnswer() async {
        try? await cancelWhenGracefulShutdown {
            try await DepartureHandler.departure(from: channel)
        }
        try? await channel.close()
    }
}

/// One way to speak to the cloud.
protocol Dialect: HTTPResponder where Context == CloudContext {
    /// The answer to a request.
    ///
    /// - Throws: ``ModelVPC/Failure/noAnswer`` for a caller that shall get none.
    func respond(to request: Request, context: CloudContext) async throws -> Response
}

/// Sends each request to its dialect, by the first part of its path.
struct Front: HTTPResponder {
    private let ec2: EC2Dialect
    private let metadata: MetadataDialect
    private let rest: RESTDialect

    init(_ state: CloudState) {
        ec2 = EC2Dialect(state)
        metadata = MetadataDialect(state)
        rest = RESTDialect(state)
    }

    func respond(to request: Request, context: CloudContext) async throws -> Response {
        do {
            return try await dialect(of: request.uri.path).respond(to: request, context: context)
        } catch ModelVPC.Failure.noAnswer {
            await context.leaveWithoutAnswer()
            return Response(status: .serviceUnavailable)
        }
    }

    private func dialect(of path: String) -> any Dialect {
        switch path.split(separator: "/").first {
        case "latest", "imds": metadata
        case "v1": rest
        default: ec2
        }
    }
}
