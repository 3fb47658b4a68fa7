import Curl
import HTTPTesting
import Testing

@Suite("Proxies", .timeLimit(.minutes(2))) struct ProxyTests {
    @Test("A plain request is put to the proxy, with the whole URL") func plain() async throws {
        let proxy = try TestServer { connection in
            let request = try connection.read()
            try connection.reply("proxy: \(request.target) for \(request["host"] ?? "")")
        }
        let response = try await send(HTTPRequest(.get, "http://cloud.invalid/path")) {
            $0.proxy = HTTPProxy(environment: ["http_proxy": proxy.url()])
        }
        #expect(response.body == Array("proxy: http://cloud.invalid/path for cloud.invalid".utf8))
    }

    @Test("A TLS request goes through the proxy as a tunnel, and its refusal is no reply") func tunnel() async throws {
        let proxy = try TestServer { connection in
            let request = try connection.read()
            guard request.method == "CONNECT", request.target == "cloud.invalid:443" else { return }
            try connection.reply("log in first", status: 407)
        }
        let error = try await failure(HTTPRequest(.post, "https://cloud.invalid/path")) {
            $0.proxy = HTTPProxy(environment: ["HTTPS_PROXY": proxy.url()])
        }
        guard case .connectionFailed(let reason) = error else { throw error }
        #expect(reason.contains("407"))
    }

    @Test(
        "Exceptions, requests that bypass it, and a client without one reach the server directly",
        arguments: ["exception", "bypass", "none"])
    func direct(way: String) async throws {
        let proxy = try TestServer { connection in
            _ = try connection.read()
            try connection.reply("proxy", status: 502)
        }
        let server = try TestServer { connection in
            _ = try connection.read()
            try connection.reply("server")
        }
        let environment = ["http_proxy": proxy.url(), "NO_PROXY": way == "exception" ? "localhost,127.0.0.1" : ""]
        let response = try await send(HTTPRequest(.get, server.url(), bypassesProxy: way == "bypass")) {
            $0.proxy = way == "none" ? .none : HTTPProxy(environment: environment)
        }
        #expect(response.body == Array("server".utf8))
        #expect(proxy.connectionCount == 0)
    }

    @Test("The environment is read as curl reads it") func environment() {
        #expect(HTTPProxy(environment: [:]) == .none)
        #expect(HTTPProxy(environment: ["HTTP_PROXY": "a"]) == .none)
        #expect(HTTPProxy(environment: ["ALL_PROXY": "a", "https_proxy": "b"]) == HTTPProxy(http: "a", https: "b"))
        #expect(HTTPProxy(environment: ["all_proxy": "a", "ALL_PROXY": "b"]) == HTTPProxy(http: "a", https: "a"))
        #expect(
            HTTPProxy(environment: ["http_proxy": "", "no_proxy": "*", "NO_PROXY": "c"]) == HTTPProxy(exceptions: "*"))
    }

    @Test(
        "A proxy that can't be used is no reason to show its password",
        arguments: ["gopher://user:hush@127.0.0.1", "http://user:hush@127.0.0.1:port", "http://user:hush@127.0.0.1:1"])
    func password(proxy: String) async throws {
        let error = try await failure(HTTPRequest(.get, "http://127.0.0.1/")) { $0.proxy = HTTPProxy(http: proxy) }
        #expect(!error.mayHaveReachedServer)
        #expect(!"\(error)".contains("hush"))
    }

    @Test("A proxy whose name does not exist") func noProxy() async throws {
        let error = try await failure(HTTPRequest(.get, "http://127.0.0.1/")) {
            $0.proxy = HTTPProxy(http: "http://proxy.invalid:3128")
        }
        guard case .nameNotResolved(let reason) = error else { throw error }
        #expect(reason.contains("proxy.invalid"))
    }
}
