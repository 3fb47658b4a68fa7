import Curl
import Testing

import struct HTTPTypes.HTTPFields

@Suite("HTTP/2", .timeLimit(.minutes(2))) struct HTTP2Tests {
    @Test("Where a TLS server offers it, many requests share one connection") func shared() async throws {
        let authority = try await TestAuthority()
        let server = try await HTTP2Server(
            try await authority.identity("server", alternative: "IP:127.0.0.1"), files: ["hello": "hello"])
        var configuration = HTTPClientConfiguration()
        configuration.proxy = .none
        configuration.caBundlePath = authority.certificate
        let client = HTTPClient(configuration)
        let url = "https://127.0.0.1:\(server.port)/hello"
        let headers: HTTPFields = [.init("X-Test")!: "value"]
        _ = try await client.send(HTTPRequest(.get, url, headers: headers))
        let replies = try await withThrowingTaskGroup { group in
            for index in 0..<100 {
                group.addTask {
                    try await client.send(
                        index % 2 == 0
                            ? HTTPRequest(.get, url) : HTTPRequest(.post, url, body: Array("body".utf8)))
                }
            }
            return try await group.reduce(into: [HTTPResponse]()) { $0.append($1) }
        }
        #expect(replies.count == 100)
        #expect(replies.allSatisfy { $0.status == 200 && $0.body == Array("hello".utf8) })
        await client.shutdown()
        let log = try server.log
        #expect(log.contains("x-test: value") && log.contains(":method: POST"))
        // Sessions are counted from 1.
        #expect(log.contains("[id=1]") && !log.contains("[id=2]"))
    }

    @Test("A connection on which no reply comes in time is not used again", arguments: [2, 20])
    func silence(idle: Int) async throws {
        let timeouts = HTTPTimeouts(total: .seconds(2), idle: .seconds(idle))
        let authority = try await TestAuthority()
        let server = try await HTTP2Server(
            try await authority.identity("server", alternative: "IP:127.0.0.1"), files: ["hello": "hello"])
        var configuration = HTTPClientConfiguration()
        configuration.proxy = .none
        configuration.caBundlePath = authority.certificate
        let client = HTTPClient(configuration)
        let url = "https://127.0.0.1:\(server.port)/hello"
        _ = try await client.send(HTTPRequest(.get, url))
        server.pause()
        await #expect(throws: HTTPError.self) {
            _ = try await client.send(HTTPRequest(.get, url, timeouts: timeouts))
        }
        server.resume()
        #expect(try await client.send(HTTPRequest(.get, url)).status == 200)
        await client.shutdown()
        // Sessions are counted from 1.
        #expect(try server.log.contains("[id=2]"))
    }
}
