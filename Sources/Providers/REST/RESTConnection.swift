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
        baseURL = url
        server = "the cloud at \(authority(of: url))"
    }

    /// How a request ended.
    struct Ending<Value: Sendable>: Sendable {
        /// What the last attempt came to.
        let last: Result<Value, ProviderError>
        /// Why the first attempt failed that may have been carried out all the same; `nil` where there is none before the
        /// last one, and of a request that only reads.
        let doubt: ProviderError?
        /// Whether the last attempt itself may have been carried out.
        let endsInDoubt: Bool

        /// What the caller is to know: a refusal of the last attempt says nothing about the one in doubt.
        var result: Result<Value, ProviderError> {
            if case .failure = last, !endsInDoubt, let doubt { return .failure(doubt) }
            return last
        }
    }

    /// When the budget of a call that begins now is used up.
    var deadline: ContinuousClock.Instant { Attempts(configuration.retry).deadline }

    /// Sends a request and reads what it returns.
    ///
    /// - Parameter deadline: that of the call of the provider which the request is a part of; `nil` where it is all of it.
    func call<Reply: Decodable & Sendable>(
        _ request: RESTRequest, until deadline: ContinuousClock.Instant? = nil, returning type: Reply.Type = Reply.self
    ) async throws(ProviderError) -> Reply {
        let ending = await send(request, until: deadline) { body throws(ProviderError) in
            try decode(type, from: body, of: request.operation)
        }
        return try ending.result.get()
    }

    /// Sends a request whose reply says nothing more than that it is done.
    func perform(_ request: RESTRequest, until deadline: ContinuousClock.Instant? = nil) async -> Ending<Void> {
        await send(request, until: deadline) { _ in }
    }

    /// Sends a request, with all its attempts, and logs it as one.
    private func send<Value: Sendable>(
        _ request: RESTRequest, until deadline: ContinuousClock.Instant?,
        read: ([UInt8]) throws(ProviderError) -> Value
    ) async -> Ending<Value> {
        var attempts = Attempts(configuration.retry, until: deadline)
        var record = CallRecord(action: request.operation.rawValue)
        var doubt: ProviderError?
        var endsInDoubt = false
        let last: Result<Value, ProviderError>
        while true {
            attempts.begin()
            do throws(Failure) {
                let body = try await attempt(request, attempts.timeout, &record)
                last = Result { () throws(ProviderError) in try read(body) }
                // It was carried out, whether or not the reply can be read.
                endsInDoubt = true
                break
            } catch {
                guard error.isWorthRepeating, await attempts.pauseForNext() else {
                    last = .failure(Task.isCancelled ? .cancelled : error.error)
                    endsInDoubt = error.leavesDoubt || Task.isCancelled
                    break
                }
                if error.leavesDoubt, request.operation.method != .get { doubt = doubt ?? error.error }
            }
        }
        let ending = Ending(last: last, doubt: doubt, endsInDoubt: endsInDoubt)
        record.duration = attempts.elapsed
        record.attempts = attempts.count
        if case .failure(let error) = ending.result { record.error = error }
        log(record)
        return ending
    }

    private func decode<Reply: Decodable>(
        _ type: Reply.Type, from body: [UInt8], of operation: RESTOperation
    ) throws(ProviderError) -> Reply {
        let problem: String
        do {
            return try JSONCoding.decode(type, from: body)
        } catch let error as DecodingError {
            problem = JSONCoding.sentence(for: error)
        } catch {
            problem = "\(error)"
        }
        throw .malformedReply("\(server) to \(operation.rawValue): \(excerpt(problem, 300))")
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
            if response.status == 503, problem.retryAfter != nil, request.operation.method == .get {
                // Nothing can have happened, so that it is the wish to be left alone that counts.
                throw Failure(error: .throttled(retryAfter: problem.retryAfter))
            }
            throw Failure(
                error: problem.error,
                isWorthRepeating: [500, 502, 503, 504].contains(response.status) && problem.retryAfter == nil,
                leavesDoubt: response.status >= 500)
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
