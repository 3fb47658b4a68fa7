import CloudServer
import Foundation
import ModelVPC
import Testing
import Timekeeping

@Suite("The server") struct CloudServerTests {
    @Test("Answers over HTTP, one call after another on a connection") func keepAlive() async throws {
        try await ServerUnderTest.run { server in
            let body = "Action=DescribeSubnets&Version=2016-11-15"
            let call = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n"
            let both = call + "\r\n" + body + call + "Connection: close\r\n\r\n" + body
            let answer = try await server.client.exchange(Array(both.utf8))
            #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
            #expect(answer.components(separatedBy: "</DescribeSubnetsResponse>").count == 3)
        }
    }

    @Test("A port that is taken is named in the error") func portTaken() async throws {
        try await ServerUnderTest.run { server in
            let port = server.server.port
            let error = await #expect(throws: CloudServerError.self) {
                _ = try await CloudServer.start(
                    TestCloud.configuration, host: "127.0.0.1", port: port, logger: TestCloud.logger)
            }
            #expect(error?.description.contains("127.0.0.1:\(port): Address already in use") == true)
        }
    }

    @Test("The answer comes when the cloud's latency is over, and is not lost with a long one") func latency()
        async throws
    {
        try await ServerUnderTest.run {
            $0.cloud.settings.latency = .init(.milliseconds(50))
        } _: { server in
            let start = ContinuousClock.now
            let answer = try await server.client.call("DescribeSubnets")
            #expect(answer.contains("200 OK"))
            #expect(ContinuousClock.now - start >= .milliseconds(50))
        }
    }

    /// Of two calls, the rule hits the one that comes first; when the other is answered, it has done so.
    @Test(
        "A caller that gets no answer is let go when the server stops, without a byte; what it asked may be done",
        arguments: [ModelVPC.FaultRule.Effect.loseReply, .fail(.noAnswer)])
    func noAnswer(effect: ModelVPC.FaultRule.Effect) async throws {
        try await withThrowingTaskGroup(of: String.self) { calls in
            try await ServerUnderTest.run {
                $0.cloud.faults = [.init(effect, of: [.createNetworkInterface], count: 1)]
            } _: { server in
                for _ in 0..<2 {
                    calls.addTask { try await server.client.call("CreateNetworkInterface", ["SubnetId": "subnet-a"]) }
                }
                #expect(try await calls.next()?.contains("200 OK") == true)
                let described = try await server.client.call("DescribeNetworkInterfaces")
                let count = described.components(separatedBy: "<macAddress>").count - 1
                #expect(count == (effect == .loseReply ? 4 : 3))
            }
            #expect(try await calls.next()?.isEmpty == true)
        }
    }

    @Test("A caller that leaves is let go") func leaving() async throws {
        try await ServerUnderTest.run {
            $0.cloud.faults = [.init(.fail(.noAnswer), of: [.describeSubnets])]
        } _: { server in
            let answer = try await server.client.call("DescribeSubnets", leaving: true)
            #expect(answer.isEmpty)
        }
    }

    @Test("A body that is too large is refused before it is read") func largeBody() async throws {
        try await ServerUnderTest.run { server in
            let body = "Action=DescribeSubnets&Version=2016-11-15&X=" + String(repeating: "x", count: 3 << 20)
            let answer = try await server.client.send("POST", "/", body: body)
            #expect(answer.hasPrefix("HTTP/1.1 413") && answer.contains("<Code>RequestEntityTooLarge</Code>"))
            #expect(try await server.client.call("DescribeSubnets").contains("200 OK"))
        }
    }

    @Test("After a body that is too large for the REST API, the connection is as good as before")
    func largeObject() async throws {
        try await ServerUnderTest.run { server in
            let body = "{" + String(repeating: " ", count: 1 << 20) + "}"
            let large =
                "POST /v1/interfaces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Idempotency-Key: k\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
            let next =
                "GET /?Action=DescribeSubnets&Version=2016-11-15 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let answer = try await server.client.exchange(Array((large + next).utf8))
            #expect(answer.hasPrefix("HTTP/1.1 413") && !answer.lowercased().contains("connection: close"))
            #expect(answer.contains("HTTP/1.1 200 OK"))
        }
    }

    @Test(
        "What is no request, or none of ours, is never the server's fault",
        arguments: [
            "", "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n%zz", "\u{0}\u{1}\u{2}",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /v1/interfaces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET /?" + String(repeating: "a=b&", count: 30_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "GET //latest//.. HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /imds/%2e%2e/latest/ HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func garbage(bytes: String) async throws {
        try await ServerUnderTest.run { server in
            let answer = try await server.client.exchange(Array(bytes.utf8), leaving: true)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(200))")
            #expect(try await server.client.call("DescribeSubnets").contains("200 OK"))
        }
    }
}
