import Curl
import Foundation
import HTTPTesting
import Synchronization
import Testing

import struct HTTPTypes.HTTPField
import struct HTTPTypes.HTTPFields

/// Sends one request with a client of its own.
func send(
    _ request: HTTPRequest, _ configure: (inout HTTPClientConfiguration) -> Void = { _ in }
) async throws -> HTTPResponse {
    var configuration = HTTPClientConfiguration()
    configuration.proxy = .none
    configure(&configuration)
    let client = HTTPClient(configuration)
    let result: Result<HTTPResponse, HTTPError>
    do throws(HTTPError) {
        result = .success(try await client.send(request))
    } catch {
        result = .failure(error)
    }
    await client.shutdown()
    return try result.get()
}

@Suite("Requests and replies", .timeLimit(.minutes(2))) struct ExchangeTests {
    @Test(
        "Every method arrives as it is, with its body",
        arguments: [
            (HTTPRequest.Method.get, nil as String?), (.post, "a=1&b=2"), (.post, nil), (.put, "x"), (.put, nil),
            (.patch, "{}"), (.delete, nil), (.delete, "why"),
        ])
    func methods(method: HTTPRequest.Method, body: String?) async throws {
        let server = try TestServer { connection in
            let request = try connection.read()
            let type = request["content-type"] ?? "untyped"
            let empty = request["x-empty"] ?? "-"
            try connection.reply("\(request.method) \(request.target) \(type) \(empty):\(request.text)")
        }
        let headers: HTTPFields = [.init("X-Empty")!: ""]
        let response = try await send(
            HTTPRequest(method, server.url("/a?b=c"), headers: headers, body: body.map { Array($0.utf8) }))
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self) == "\(method.rawValue) /a?b=c untyped :\(body ?? "")")
    }

    @Test("HEAD gets the headers alone") func head() async throws {
        let server = try TestServer { connection in
            _ = try connection.read()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        }
        let response = try await send(HTTPRequest(.head, server.url()))
        #expect(response.headers[.contentLength] == "1000000000")
        #expect(response.body == [])
    }

    @Test("A body of any bytes arrives whole, and so does the reply") func binary() async throws {
        let server = try TestServer { connection in
            let request = try connection.read()
            try connection.reply(request.body)
        }
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
        #expect(try await send(HTTPRequest(.post, server.url(), body: body)).body == body)
    }

    @Test("Headers may be repeated, and come after an interim reply, in chunks, with trailers") func headers()
        async throws
    {
        let server = try TestServer { connection in
            let request = try connection.read()
            let sent = request.headers.filter { $0.name == "x-many" }.map(\.value).joined(separator: "+")
            try connection.write("HTTP/1.1 103 Early Hints\r\nLink: nowhere\r\n\r\n")
            try connection.write("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a\r\n")
            try connection.write("set-cookie:  b; c:d\r\nX-Sent: \(sent)\r\n\r\n3\r\nabc\r\n")
            try connection.write("a;extension=1\r\n0123456789\r\n0\r\nX-Trailer: late\r\n\r\n")
        }
        var fields: HTTPFields = [:]
        let many = try #require(HTTPField.Name("X-Many"))
        fields.append(HTTPField(name: many, value: "1"))
        fields.append(HTTPField(name: many, value: "2"))
        let response = try await send(HTTPRequest(.get, server.url(), headers: fields))
        #expect(response.status == 201)
        #expect(response.headers[values: .setCookie] == ["a", "b; c:d"])
        #expect(response.headers[.init("X-Sent")!] == "1+2")
        #expect(response.headers[.init("Link")!] == nil && response.headers[.init("X-Trailer")!] == nil)
        #expect(String(decoding: response.body, as: UTF8.self) == "abc0123456789")
    }

    @Test("A redirect is returned, not followed") func redirect() async throws {
        let server = try TestServer { connection in
            while true {
                let request = try connection.read()
                try connection.reply("from \(request.target)", status: 302, headers: ["Location: /elsewhere"])
            }
        }
        let response = try await send(HTTPRequest(.get, server.url("/here")))
        #expect(response.status == 302 && response.headers[.location] == "/elsewhere")
        #expect(String(decoding: response.body, as: UTF8.self) == "from /here")
        #expect(server.connectionCount == 1)
    }

    @Test("Connections are kept and used again") func keepAlive() async throws {
        let server = try TestServer { connection in
            while true {
                _ = try connection.read()
                try connection.reply("\(connection.number)")
            }
        }
        let client = HTTPClient()
        for _ in 0..<20 {
            let response = try await client.send(HTTPRequest(.get, server.url()))
            #expect(String(decoding: response.body, as: UTF8.self) == "0")
        }
        #expect(server.connectionCount == 1)
        await client.shutdown()
    }

    @Test("A thousand requests at once share one I/O thread") func many() async throws {
        let count = 1_000
        let server = try await PythonServer(ExchangeTests.barrier, ["\(count)"])
        var configuration = HTTPClientConfiguration()
        configuration.proxy = .none
        configuration.maximumConnectionsPerHost = count
        configuration.timeouts = HTTPTimeouts(connect: .seconds(60), total: .seconds(110), idle: .seconds(110))
        configuration.threadName = "http-of-many"
        let client = HTTPClient(configuration)
        let threads = try await withThrowingTaskGroup { group in
            for index in 0..<count {
                group.addTask {
                    let response = try await client.send(
                        HTTPRequest(.get, "http://127.0.0.1:\(server.port)/\(index)"))
                    #expect(String(decoding: response.body, as: UTF8.self) == "/\(index) with \(count) connections")
                }
            }
            // The first reply comes when every request has arrived.
            _ = try await group.next()
            let threads = try threadNames().filter { $0 == configuration.threadName }
            try await group.waitForAll()
            return threads
        }
        // A thread that the I/O thread made would have inherited the name.
        #expect(threads.count == 1)
        await client.shutdown()
        #expect(try !threadNames().contains(configuration.threadName))
    }

    /// A server that gives nobody a reply before as many connections are open as its argument says. It is another
    /// process, because Foundation's `Process`, which other tests use meanwhile, reads beyond its buffer in a process
    /// with more than 1,365 descriptors.
    private static let barrier = """
        import asyncio, sys

        async def main(count):
            everybody = asyncio.Event()
            connections = 0

            async def serve(reader, writer):
                nonlocal connections
                connections += 1
                head = await reader.readuntil(b"\\r\\n\\r\\n")
                if connections == count:
                    everybody.set()
                await everybody.wait()
                body = head.split()[1] + b" with %d connections" % connections
                writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
                await writer.drain()
                writer.close()

            server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=count)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()

        asyncio.run(main(int(sys.argv[1])))
        """

    @Test(
        "Beyond a limit, requests wait for their turn", arguments: ["requests", "connections"], ["keep-alive", "close"])
    func queue(limit: String, connection: String) async throws {
        let open = Mutex((now: 0, most: 0))
        let server = try TestServer { peer in
            while true {
                let request = try peer.read()
                open.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                // So that the others get time to come.
                sched_yield()
                open.withLock { $0.now -= 1 }
                try peer.reply(request.target, headers: ["Connection: \(connection)"])
                if connection == "close" { return }
            }
        }
        var configuration = HTTPClientConfiguration()
        configuration.proxy = .none
        if limit == "requests" {
            configuration.maximumConcurrentRequests = 3
        } else {
            configuration.maximumConnectionsPerHost = 3
        }
        let client = HTTPClient(configuration)
        try await withThrowingTaskGroup { group in
            for index in 0..<200 {
                group.addTask {
                    let body = try await client.send(HTTPRequest(.get, server.url("/\(index)"))).body
                    return body == Array("/\(index)".utf8)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect((1...3).contains(open.withLock { $0.most }))
        if connection == "keep-alive" { #expect((1...3).contains(server.connectionCount)) }
        await client.shutdown()
    }

    @Test(
        "What can't be sent is refused before anything is sent",
        arguments: [
            "/relative", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/",
            "http://user:secret@127.0.0.1/", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/ü",
            "http://127.0.0.1:99999/",
        ])
    func invalid(url: String) async throws {
        do {
            _ = try await send(HTTPRequest(.get, url))
            Issue.record("it was sent")
        } catch HTTPError.invalidRequest(let reason) {
            #expect(!reason.isEmpty && !reason.contains("secret"))
            #expect(!HTTPError.invalidRequest(reason).mayHaveReachedServer)
        }
    }

    @Test("The log tells what was asked and what came of it, and no secret") func log() async throws {
        let server = try TestServer { connection in
            while true {
                let request = try connection.read()
                try connection.reply("hush \(request.text)", status: 404, headers: ["X-Secret: hush"])
            }
        }
        let lines = Mutex<[String]>([])
        let client = HTTPClient { line in lines.withLock { $0.append(line) } }
        let headers: HTTPFields = [
            .authorization: "Bearer hush", .init("X-aws-ec2-metadata-token")!: "hush", .contentType: "text/plain",
        ]
        var signature = AWSSignature(
            accessKeyID: "AKIA", secretAccessKey: "hush", sessionToken: "hush", region: "eu-central-1", service: "ec2")
        signature.clockOffset = .seconds(3_600)
        _ = try await client.send(
            HTTPRequest(
                .post, server.url("/path?Action=Tell&hush&Token=hush"), headers: headers, body: Array("hush".utf8)))
        _ = try await client.send(HTTPRequest(.get, server.url("/signed?Token=hush"), signature: signature))
        server.stop()
        _ = try? await client.send(HTTPRequest(.get, server.url("/gone?Token=hush"), headers: headers))
        await client.shutdown()
        let text = lines.withLock { $0 }
        #expect(text.count == 3)
        #expect(text[0].hasPrefix("POST 127.0.0.1:\(server.port) /path?Action=…&…&Token=…: 404, 9 bytes, "))
        #expect(text[1].hasPrefix("GET 127.0.0.1:\(server.port) /signed?Token=…: 404, 5 bytes, "))
        #expect(text[2].hasPrefix("GET 127.0.0.1:\(server.port) /gone?Token=…: no connection: "))
        #expect(!text.contains { $0.contains("hush") })
        #expect(!"\(signature)".contains("hush") && !String(reflecting: signature).contains("hush"))
    }
}

/// The names of this process's threads.
func threadNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { thread in
        // A thread may end meanwhile.
        (try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8))?
            .trimmingCharacters(in: .newlines)
    }
}
