/// Python's HTTP server over TLS. It replies `hello` and, where the client showed a certificate, its common name.
final class TLSServer: Sendable {
    private let server: PythonServer

    /// - Parameter clients: the CA whose clients alone are let in; nil to let in everybody.
    /// - Parameter version: the newest version of TLS that the server speaks, as Python's `ssl.TLSVersion` names it.
    init(_ identity: TestAuthority.Identity, clients: String? = nil, version: String = "TLSv1_3") async throws {
        server = try await PythonServer(
            TLSServer.script, [identity.certificate, identity.key, clients ?? "", version])
    }

    var port: Int { server.port }

    private static let script = """
        import http.server, ssl, sys

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                peer = self.connection.getpeercert()
                name = dict(part[0] for part in peer["subject"])["commonName"] if peer else "nobody"
                body = f"hello {name} over {self.connection.version()}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        certificate, key, clients, version = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion[version]
        context.load_cert_chain(certificate, key)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """
}
