import Curl
import JSON
import Pool

import struct HTTPTypes.HTTPField
import struct HTTPTypes.HTTPFields

/// The API at one server: sends requests, repeats them where that helps, and reads replies.
///
/// Every request of the API can be repeated: the API says so of each method, and of a POST with its key.
struct RESTConnection: Sendable {
    /// For errors: `the cloud at cloud.example.net`.
    let server: String
    private let baseURL: String
    private let configuration: RESTConfiguration
    private let client: HTTPClient
    private let log: CallLog

    init(_ configuration: RESTConfiguration, client: HTTPClient, log: @escaping CallLog) {
        self.configuration = configuration
        self.client = client
        self.log = log
        let url = String(configuration.baseURL.reversed().drop { $0 == "/" }.reversed())
        let authority = url.firstRange(of: "://").map { url[$0.upperBound...].prefix { $0 != "/" } } ?? url[...]
        baseURL = url
        server = "the cloud at \(authority)"
    }

    /// How a request ended.
    struct Ending: Sendable {
        let result: Result<[UInt8], ProviderError>
        /// Whether an attempt before the last one may have been carried out.
        let followsDoubt: Bool
    }

    /// Sends a request and reads what it returns.
    func call<Reply: Decodable & Sendable>(
        _ request: RESTRequest, returning type: Reply.Type = Reply.self
    ) async throws(ProviderError) -> Reply {
        let body = try await send(request).result.get()
        let problem: String
        do {
            return try JSONCoding.decode(Reply.self, from: body)
        } catch let error as DecodingError {
            problem = JSONCoding.sentence(for: error)
        } catch {
            problem = "\(error)"
        }
        throw .malformedReply("\(server) to \(request.operation.rawValue): \(excerpt(problem, 300))")
    }

    /// Sends a request, with all its attempts, and logs it as one.
    func send(_ request: RESTRequest) async -> Ending {
        var attempts = Attempts(configuration.retry)
        var record = CallRecord(action: request.operation.rawValue)
        let ending = await ending(of: request, &attempts, &record)
        record.duration = attempts.elapsed
        record.attempts = attempts.count
        if case .failure(let error) = ending.result { record.error = error }
        log(record)
        return ending
    }

    private func ending(
        of request: RESTRequest, _ attempts: inout Attempts, _ record: inout CallRecord
    ) async -> Ending {
        var isInDoubt = false
        while true {
            attempts.begin()
            let failure: Failure
            do throws(Failure) {
                let body = try await attempt(request, attempts.timeout, &record)
                return Ending(result: .success(body), followsDoubt: isInDoubt)
            } catch {
                failure = error
            }
            guard failure.isWorthRepeating, await attempts.pauseForNext() else {
                return Ending(result: .failure(Task.isCancelled ? .cancelled : failure.error), followsDoubt: isInDoubt)
            }
            isInDoubt = isInDoubt || failure.leavesDoubt
        }
    }

    // MARK: One attempt

    private struct Failure: Error {
        let error: ProviderError
        var isWorthRepeating = false
        /// Whether the request may have been carried out all the same.
        var leavesDoubt = false
    }

    private func attempt(
        _ request: RESTRequest, _ timeout: Duration, _ record: inout CallRecord
    ) async throws(Failure) -> [UInt8] {
        let response = try await exchange(request, timeout)
        record.status = response.status
        record.requestID = response.headers[.xRequestID]
        record.errorCode = nil
        if let error = ProviderError(redirectIn: response, from: server) { throw Failure(error: error) }
        guard (200..<300).contains(response.status) else {
            let problem = RESTProblem(response, from: server)
            record.errorCode = problem.type?.rawValue
            throw Failure(
                error: problem.error,
                isWorthRepeating: [500, 502, 503, 504].contains(response.status) && problem.retryAfter == nil,
                leavesDoubt: response.status != 503 && response.status >= 500)
        }
        if !response.body.isEmpty,
            let error = ProviderError(mediaTypeOf: response, from: server, notOneOf: ["application/json"])
        {
            throw Failure(error: error)
        }
        return response.body
    }

    private func exchange(_ request: RESTRequest, _ timeout: Duration) async throws(Failure) -> HTTPResponse {
        var headers: HTTPFields = [.accept: "application/json, application/problem+json"]
        headers[.authorization] = try await authorization()
        headers[.idempotencyKey] = request.key
        if request.body != nil { headers[.contentType] = request.operation.contentType }
        let timeouts = HTTPTimeouts(connect: min(.seconds(5), timeout), total: timeout, idle: timeout)
        do throws(HTTPError) {
            return try await client.send(
                HTTPRequest(
                    request.operation.method, baseURL + request.target, headers: headers, body: request.body?.bytes(),
                    timeouts: timeouts))
        } catch {
            let error = Failure(
                error: ProviderError(error, from: server), isWorthRepeating: !error.isLasting,
                leavesDoubt: error.mayHaveReachedServer)
            throw error
        }
    }

    private func authorization() async throws(Failure) -> String? {
        guard let token = configuration.token else { return nil }
        do throws(ProviderError) {
            return "Bearer " + (try await token.current())
        } catch {
            throw Failure(error: error)
        }
    }
}
