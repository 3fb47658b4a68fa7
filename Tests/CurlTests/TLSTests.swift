import Curl
import Foundation
import Testing

@Suite("TLS", .timeLimit(.minutes(2))) struct TLSTests {
    private func get(
        _ server: TLSServer, host: String = "127.0.0.1", _ configure: (inout HTTPClientConfiguration) -> Void
    )
        async throws -> String
    {
        let response = try await send(HTTPRequest(.get, "https://\(host):\(server.port)/"), configure)
        return String(decoding: response.body, as: UTF8.self)
    }

    /// What a client says that refuses the server.
    private func refusal(
        _ server: TLSServer, host: String = "127.0.0.1", _ configure: (inout HTTPClientConfiguration) -> Void
    ) async throws -> String {
        let error = try await failure(HTTPRequest(.get, "https://\(host):\(server.port)/"), configure)
        guard case .tls(let reason) = error else { throw error }
        #expect(!error.mayHaveReachedServer)
        return reason
    }

    @Test("A certificate of the configured CA is accepted, and of no other") func authority() async throws {
        let (ours, other) = (try await TestAuthority(), try await TestAuthority())
        let server = try await TLSServer(try await ours.identity("server", alternative: "IP:127.0.0.1"))
        #expect(try await get(server) { $0.caBundlePath = ours.certificate } == "hello nobody over TLSv1.3")
        #expect(try await refusal(server) { $0.caBundlePath = other.certificate }.contains("certificate"))
        // The system's CAs don't know ours.
        #expect(try await refusal(server) { _ in }.contains("certificate"))
        #expect(try await refusal(server) { $0.caBundlePath = "/nowhere/ca.pem" }.contains("/nowhere/ca.pem"))
    }

    @Test("An expired certificate is refused") func expired() async throws {
        let authority = try await TestAuthority()
        let identity = try await authority.identity("server", alternative: "IP:127.0.0.1", isExpired: true)
        let server = try await TLSServer(identity)
        #expect(try await refusal(server) { $0.caBundlePath = authority.certificate }.contains("expired"))
    }

    @Test("A certificate of another host is refused") func host() async throws {
        let authority = try await TestAuthority()
        let server = try await TLSServer(try await authority.identity("server", alternative: "DNS:localhost"))
        let reason = try await refusal(server) { $0.caBundlePath = authority.certificate }
        #expect(reason.contains("127.0.0.1"))
        #expect(
            try await get(server, host: "localhost") { $0.caBundlePath = authority.certificate }
                == "hello nobody over TLSv1.3")
    }

    @Test("Nothing older than TLS 1.2 is spoken", arguments: ["TLSv1_1", "TLSv1_2"]) func version(version: String)
        async throws
    {
        let authority = try await TestAuthority()
        let identity = try await authority.identity("server", alternative: "IP:127.0.0.1")
        let server = try await TLSServer(identity, version: version)
        if version == "TLSv1_2" {
            #expect(try await get(server) { $0.caBundlePath = authority.certificate } == "hello nobody over TLSv1.2")
        } else {
            #expect(try await refusal(server) { $0.caBundlePath = authority.certificate }.contains("version"))
        }
    }

    @Test("A server that wants a client certificate gets it, or no request", arguments: ["TLSv1_2", "TLSv1_3"])
    func mutual(version: String) async throws {
        let authority = try await TestAuthority()
        let server = try await TLSServer(
            try await authority.identity("server", alternative: "IP:127.0.0.1"), clients: authority.certificate,
            version: version)
        let node = try await authority.identity("node-1", alternative: "DNS:node-1")
        let reply = try await get(server) {
            $0.caBundlePath = authority.certificate
            $0.clientCertificate = .init(certificatePath: node.certificate, keyPath: node.key)
        }
        #expect(reply.hasPrefix("hello node-1 over "))
        let error = try await failure(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/")) {
            $0.caBundlePath = authority.certificate
        }
        // With TLS 1.3, the client has sent its request by the time it hears of the refusal.
        switch error {
        case .tls: #expect(version == "TLSv1_2")
        case .interrupted: #expect(version == "TLSv1_3")
        default: throw error
        }
        let reason = try await refusal(server) {
            $0.caBundlePath = authority.certificate
            $0.clientCertificate = .init(certificatePath: node.certificate, keyPath: "/nowhere/node.key")
        }
        #expect(reason.contains("/nowhere/node.key"))
    }
}
