import Curl
import Dispatch
import HTTPTesting
import Synchronization
import Testing

/// The error of a request that must fail.
func failure(
    _ request: HTTPRequest, _ configure: (inout HTTPClientConfiguration) -> Void = { _ in }
) async throws -> HTTPError {
    try #require(await #expect(throws: HTTPError.self) { _ = try await send(request, configure) })
}

@Suite("Requests without a reply", .timeLimit(.minutes(2))) struct FailureTests {
    @Test("Refused connection") func refused() async throws {
        let server = try TestServer { _ in }
        server.stop()
        let error = try await failure(HTTPRequest(.post, server.url()))
        guard case .connectionFailed(let reason) = error else { throw error }
        #expect(reason.contains("127.0.0.1:\(server.port)"))
        #expect(!error.mayHaveReachedServer)
    }

    @Test("A name that does not exist") func name() async throws {
        let error = try await failure(HTTPRequest(.get, "http://nowhere.invalid/"))
        guard case .nameNotResolved(let reason) = error else { throw error }
        #expect(reason.contains("nowhere.invalid"))
        #expect(!error.mayHaveReachedServer)
    }

    @Test(
        "A connection that is closed or reset, before, within and after the head",
        arguments: [
            "", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\nonly this", "no HTTP at all\r\n\r\n",
        ], [false, true])
    func interrupted(reply: String, isReset: Bool) async throws {
        let server = try TestServer { connection in
            _ = try connection.read()
            try connection.write(reply)
            if isReset { connection.reset() }
        }
        let error = try await failure(HTTPRequest(.get, server.url()))
        guard case .interrupted = error else { throw error }
        #expect(error.mayHaveReachedServer)
    }

    @Test("A POST is never sent twice, though the connection that it used again dies") func postOnce() async throws {
        let posts = Mutex(0)
        let server = try TestServer { connection in
            _ = try connection.read()
            try connection.reply("first")
            // The server carries the second one out, and its reply is lost.
            if try connection.read().method == "POST" { posts.withLock { $0 += 1 } }
        }
        let client = HTTPClient()
        _ = try await client.send(HTTPRequest(.get, server.url()))
        let error = await #expect(throws: HTTPError.self) {
            _ = try await client.send(HTTPRequest(.post, server.url()))
        }
        guard case .interrupted = error else { throw error ?? .cancelled }
        #expect(posts.withLock { $0 } == 1)
        // A GET, though, is sent again.
        _ = try await client.send(HTTPRequest(.get, server.url()))
        #expect(try await client.send(HTTPRequest(.get, server.url())).status == 200)
        await client.shutdown()
    }

    @Test("A server that accepts and says nothing", arguments: ["total", "idle"]) func hanging(limit: String)
        async throws
    {
        let server = try TestServer { connection in
            _ = try connection.read()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nand then")
            connection.waitForClose()
        }
        let timeouts =
            limit == "total"
            ? HTTPTimeouts(connect: .seconds(10), total: .seconds(10))
            : HTTPTimeouts(total: .seconds(100), idle: .seconds(1))
        let error = try await failure(HTTPRequest(.get, server.url(), timeouts: timeouts))
        guard case .timedOut(let reason) = error else { throw error }
        #expect(reason.contains(limit == "total" ? "10.0 seconds" : "too slow"))
        #expect(error.mayHaveReachedServer)
    }

    @Test("A server that does not even take the connection") func notAccepted() async throws {
        // Nobody accepts, and there is room for one connection, which the kernel establishes by itself.
        let full = try FullServer()
        let error = try await failure(
            HTTPRequest(.get, full.url, timeouts: HTTPTimeouts(connect: .milliseconds(300), total: .seconds(100))))
        guard case .connectionFailed = error else { throw error }
        #expect(!error.mayHaveReachedServer)
    }

    @Test("A body beyond the limit is not read to its end") func tooLarge() async throws {
        let closed = Gate()
        let server = try TestServer { connection in
            defer { closed.open() }
            _ = try connection.read()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            let chunk = [UInt8](repeating: 0, count: 1_000_000)
            for _ in 0..<100 { try connection.write(chunk) }
        }
        #expect(try await failure(HTTPRequest(.get, server.url())) == .responseTooLarge(limit: 8 << 20))
        await closed.wait()
    }

    @Test("A body that only grows when it is decompressed") func bomb() async throws {
        // 100 MB of zeros, compressed by gzip within gzip's limits.
        let bytes = try await Program.run("/bin/sh", ["-c", "head -c 100000000 /dev/zero | gzip -9"]).output
        #expect(bytes.count < 200_000)
        let server = try TestServer { connection in
            while true {
                _ = try connection.read()
                try connection.reply(bytes, headers: ["Content-Encoding: gzip"])
            }
        }
        #expect(try await failure(HTTPRequest(.get, server.url())) == .responseTooLarge(limit: 8 << 20))
        let response = try await send(HTTPRequest(.get, server.url())) { $0.maximumBodySize = 100_000_000 }
        #expect(response.body.count == 100_000_000)
    }

    @Test("Headers without end") func headers() async throws {
        let server = try TestServer { connection in
            _ = try connection.read()
            try connection.write("HTTP/1.1 200 OK\r\n")
            while true { try connection.write("X-Header: \(String(repeating: "x", count: 1_000))\r\n") }
        }
        #expect(try await failure(HTTPRequest(.get, server.url())) == .responseTooLarge(limit: 64 << 10))
    }

    @Test("A compressed body that is none") func notCompressed() async throws {
        let server = try TestServer { connection in
            _ = try connection.read()
            try connection.reply("plain text", headers: ["Content-Encoding: gzip"])
        }
        guard case .interrupted = try await failure(HTTPRequest(.get, server.url())) else {
            Issue.record("it is no interruption")
            return
        }
    }
}
