import Curl
import HTTPTesting
import Testing

@Suite("Cancellation and shutdown", .timeLimit(.minutes(2))) struct CancellationTests {
    @Test("Cancelling a task closes the connection") func cancel() async throws {
        let (asked, closed) = (Gate(), Gate())
        let server = try TestServer { connection in
            _ = try connection.read()
            asked.open()
            connection.waitForClose()
            closed.open()
        }
        let client = HTTPClient()
        let task = Task { try await client.send(HTTPRequest(.get, server.url())) }
        await asked.wait()
        task.cancel()
        await #expect(throws: HTTPError.cancelled) { _ = try await task.value }
        // While the client lives.
        await closed.wait()
        await client.shutdown()
    }

    @Test("A task that is cancelled before it begins sends nothing") func before() async throws {
        let server = try TestServer { connection in _ = try connection.read() }
        let client = HTTPClient()
        let begun = Gate()
        let task = Task {
            await begun.wait()
            return try await client.send(HTTPRequest(.get, server.url()))
        }
        task.cancel()
        begun.open()
        await #expect(throws: HTTPError.cancelled) { _ = try await task.value }
        #expect(server.connectionCount == 0)
        await client.shutdown()
    }

    @Test("A request that waits for its turn can be cancelled, and takes nobody's place") func queued() async throws {
        let (asked, answer) = (Gate(), Gate())
        let server = try TestServer { connection in
            while true {
                let request = try connection.read()
                if request.target == "/first" {
                    asked.open()
                    answer.block()
                }
                try connection.reply(request.target)
            }
        }
        var configuration = HTTPClientConfiguration()
        configuration.proxy = .none
        configuration.maximumConcurrentRequests = 1
        let client = HTTPClient(configuration)
        async let first = client.send(HTTPRequest(.get, server.url("/first")))
        await asked.wait()
        let second = Task { try await client.send(HTTPRequest(.get, server.url("/second"))) }
        second.cancel()
        await #expect(throws: HTTPError.cancelled) { _ = try await second.value }
        let late = HTTPRequest(.get, server.url("/late"), timeouts: HTTPTimeouts(total: .milliseconds(50)))
        let error = await #expect(throws: HTTPError.self) { _ = try await client.send(late) }
        #expect(error?.mayHaveReachedServer == false)
        answer.open()
        #expect(try await first.status == 200)
        #expect(try await client.send(HTTPRequest(.get, server.url("/third"))).body == Array("/third".utf8))
        await client.shutdown()
    }

    @Test("Cancelling at any moment resumes the caller once") func race() async throws {
        let server = try TestServer { connection in
            while true {
                _ = try connection.read()
                try connection.reply()
            }
        }
        let client = HTTPClient()
        let outcomes = await withTaskGroup { group in
            for index in 0..<500 {
                group.addTask {
                    let task = Task { try await client.send(HTTPRequest(.get, server.url())) }
                    for _ in 0..<(index % 50) { await Task.yield() }
                    task.cancel()
                    switch await task.result {
                    case .success(let response): return response.status == 200
                    case .failure(let error): return error as? HTTPError == .cancelled
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 500 && outcomes.allSatisfy { $0 })
        await client.shutdown()
    }

    @Test("Shutting down ends what runs, what waits and what comes") func shutdown() async throws {
        let asked = Gate()
        let server = try TestServer { connection in
            _ = try connection.read()
            asked.open()
            connection.waitForClose()
        }
        var configuration = HTTPClientConfiguration()
        configuration.proxy = .none
        configuration.maximumConcurrentRequests = 2
        let client = HTTPClient(configuration)
        let tasks = (0..<10).map { _ in Task { try await client.send(HTTPRequest(.get, server.url())) } }
        await asked.wait()
        async let again: Void = client.shutdown()
        await client.shutdown()
        await again
        for task in tasks { await #expect(throws: HTTPError.shutDown) { _ = try await task.value } }
        await #expect(throws: HTTPError.shutDown) { _ = try await client.send(HTTPRequest(.get, server.url())) }
        await client.shutdown()
    }

    @Test("A client that nobody holds any more ends its thread") func abandoned() async throws {
        var configuration = HTTPClientConfiguration()
        configuration.threadName = "http-abandoned"
        let closed = Gate()
        let server = try TestServer { connection in
            while (try? connection.read()) != nil { try connection.reply() }
            closed.open()
        }
        do {
            let client = HTTPClient(configuration)
            _ = try await client.send(HTTPRequest(.get, server.url()))
        }
        // Its connections are closed with it.
        await closed.wait()
        while try threadNames().contains(configuration.threadName) { try await Task.sleep(for: .milliseconds(5)) }
    }
}
