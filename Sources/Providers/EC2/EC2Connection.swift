import Curl
import Glibc
import Pool
import Synchronization

import struct HTTPTypes.HTTPField

/// Why a call to EC2 did not succeed.
enum CallFailure: Error, Hashable {
    /// EC2 says no.
    case refused(EC2Error)
    /// There is no reply, or none that can be read; it is lasting where another attempt would end the same.
    case unanswered(ProviderError, mayHaveHappened: Bool, isLasting: Bool)

    /// Whether what was asked may have been done all the same.
    var leavesDoubt: Bool {
        switch self {
        case .refused(let error): error.meaning == .failed
        case .unanswered(_, let mayHaveHappened, _): mayHaveHappened
        }
    }
}

/// How a call may be repeated that failed in doubt.
enum Repetition {
    /// As it is: doing it twice is doing it once.
    case free
    /// Not at all: only what certainly did not reach EC2 is sent again.
    case onlyUnsent
}

/// The EC2 Query API at one endpoint: encodes, signs and sends requests, repeats what may be repeated, and reads replies.
final class EC2Connection: Sendable {
    private let client: HTTPClient
    private let endpoint: EC2Endpoint
    private let credentials: any CredentialSource
    let retry: RetryPolicy
    private let log: CallLog
    /// EC2's clock less this machine's, as far as a refusal has shown it.
    private let clockOffset = Mutex(Duration.zero)

    init(
        client: HTTPClient, endpoint: EC2Endpoint, credentials: any CredentialSource, retry: RetryPolicy,
        log: @escaping CallLog
    ) {
        self.client = client
        self.endpoint = endpoint
        self.credentials = credentials
        self.retry = retry
        self.log = log
    }

    /// Makes a call, with all its attempts, and logs it as one.
    func call<Content: Decodable & Sendable>(
        _ request: EC2Request, _ repetition: Repetition, until deadline: ContinuousClock.Instant,
        reply: Content.Type = Content.self
    ) async throws(CallFailure) -> Content {
        var attempts = Attempts(retry, until: deadline)
        var record = CallRecord(action: request.action)
        let result = await self.result(of: request, repetition, &attempts, &record, reply: reply)
        record.duration = attempts.elapsed
        record.attempts = attempts.count
        if case .failure(let failure) = result { record.error = ProviderError(failure, to: request) }
        log(record)
        return try result.get()
    }

    private func result<Content: Decodable & Sendable>(
        of request: EC2Request, _ repetition: Repetition, _ attempts: inout Attempts, _ record: inout CallRecord,
        reply: Content.Type
    ) async -> Result<Content, CallFailure> {
        var remedies = Remedies()
        var signer: AWSCredentials?
        /// Why the first attempt failed that may have been carried out; of a call that only reads nobody has to know.
        var doubt: CallFailure?
        while true {
            let failure: CallFailure
            do throws(CallFailure) {
                let used = try await obtain(signer, until: attempts.deadline)
                signer = used
                attempts.begin()
                return .success(try await exchange(request, as: used, attempts.timeout, &record))
            } catch {
                failure = error
            }
            if case .refused(let error) = failure, error.meaning == .notAuthenticated, let used = signer {
                do throws(NoRemedy) {
                    signer = try await remedy(error, used, &remedies, until: attempts.deadline)
                } catch {
                    return .failure(CallFailure.refused(error.refusal).after(doubt))
                }
            } else {
                guard failure.isWorthRepeating(repetition), await attempts.pauseForNext() else {
                    return .failure(Task.isCancelled ? failure.cancelled : failure.after(doubt))
                }
                if failure.leavesDoubt, !request.isReading { doubt = doubt ?? failure }
            }
        }
    }

    private func obtain(
        _ signer: AWSCredentials?, until deadline: ContinuousClock.Instant
    ) async throws(CallFailure) -> AWSCredentials {
        if let signer { return signer }
        do throws(ProviderError) {
            return try await credentials.credentials(insteadOf: nil, until: deadline)
        } catch {
            throw .unanswered(error, mayHaveHappened: false, isLasting: true)
        }
    }

    // MARK: One attempt

    private func exchange<Content: Decodable & Sendable>(
        _ request: EC2Request, as signer: AWSCredentials, _ timeout: Duration, _ record: inout CallRecord
    ) async throws(CallFailure) -> Content {
        let response = try await send(request, as: signer, timeout)
        record.status = response.status
        record.requestID = response.headers[.awsRequestID]
        record.errorCode = nil
        if let error = ProviderError(redirectIn: response, from: endpoint.name) {
            throw .unanswered(error, mayHaveHappened: false, isLasting: true)
        }
        guard (200..<300).contains(response.status) else {
            let error = refusal(of: request, response)
            record.requestID = error.requestID
            record.errorCode = error.code
            throw .refused(error)
        }
        do throws(ProviderError) {
            let reply: EC2Reply<Content> = try read(response, request.action)
            record.requestID = reply.requestID ?? record.requestID
            return reply.content
        } catch {
            throw .unanswered(error, mayHaveHappened: true, isLasting: false)
        }
    }

    private func send(
        _ request: EC2Request, as signer: AWSCredentials, _ timeout: Duration
    ) async throws(CallFailure) -> HTTPResponse {
        let signature = AWSSignature(
            accessKeyID: signer.accessKeyID, secretAccessKey: signer.secretAccessKey,
            sessionToken: signer.sessionToken, region: endpoint.region, service: "ec2",
            clockOffset: clockOffset.withLock { $0 })
        let timeouts = HTTPTimeouts(connect: min(.seconds(5), timeout), total: timeout, idle: timeout)
        do throws(HTTPError) {
            return try await client.send(
                HTTPRequest(
                    .post, endpoint.url, headers: [.contentType: "application/x-www-form-urlencoded; charset=utf-8"],
                    body: Array(request.body.utf8), timeouts: timeouts, signature: signature))
        } catch {
            throw .unanswered(
                ProviderError(error, from: endpoint.name), mayHaveHappened: error.mayHaveReachedServer,
                isLasting: error.isLasting)
        }
    }

    private func read<Content: Decodable & Sendable>(
        _ response: HTTPResponse, _ action: String
    ) throws(ProviderError) -> EC2Reply<Content> {
        if let error = ProviderError(
            mediaTypeOf: response, from: endpoint.name, notOneOf: ["text/xml", "application/xml"])
        {
            throw error
        }
        do throws(XMLReply.Malformed) {
            let reply = try XMLReply(response.body)
            guard reply.root == action + "Response" else { throw .init(reason: "it is a '\(reply.root)'") }
            return try reply.decode(EC2Reply<Content>.self)
        } catch {
            let request = response.headers[.awsRequestID].map { " (request \(excerpt($0, 80)))" } ?? ""
            throw .malformedReply("the reply of \(endpoint.name) to \(action): \(error.reason)\(request)")
        }
    }

    /// What a reply says that is no success. Its body can be anybody's, as a load balancer's or a proxy's.
    private func refusal(of request: EC2Request, _ response: HTTPResponse) -> EC2Error {
        var error = EC2Error(
            code: nil, message: "", status: response.status, isOfReading: request.isReading,
            requestID: response.headers[.awsRequestID],
            retryAfter: response.headers[.retryAfter].flatMap { HTTPDate.retryAfter($0, now: time(nil)) },
            date: response.headers[.date])
        if let reply = try? XMLReply(response.body), reply.root == "Response",
            let content = try? reply.decode(EC2ErrorReply.self)
        {
            error.code = content.errors.first.code
            error.message = content.errors.first.message ?? ""
            error.requestID = content.requestID ?? error.requestID
        } else {
            let type = response.headers[.contentType] ?? "no content type"
            error.message =
                "status \(response.status) from \(endpoint.name), with \(excerpt(type, 80)) that is not EC2's"
        }
        return error
    }

    // MARK: Requests that were not believed

    /// What has been tried already against one call's refusals.
    private struct Remedies {
        var correctedClock = false
        var renewedCredentials = false
    }

    /// Nothing is left to try against a refusal.
    private struct NoRemedy: Error {
        var refusal: EC2Error
    }

    /// A clock that is wrong is corrected; otherwise the credentials are asked for anew. Each once.
    ///
    /// - Returns: what to sign the request with now.
    /// - Throws: the refusal, with the reason for which there are no new credentials.
    private func remedy(
        _ error: EC2Error, _ used: AWSCredentials, _ remedies: inout Remedies, until deadline: ContinuousClock.Instant
    ) async throws(NoRemedy) -> AWSCredentials {
        if !remedies.correctedClock, correctClock(error) {
            remedies.correctedClock = true
            return used
        }
        var refusal = error
        do throws(ProviderError) {
            if !remedies.renewedCredentials {
                let fresh = try await credentials.credentials(insteadOf: used, until: deadline)
                remedies.renewedCredentials = true
                if fresh != used { return fresh }
            }
        } catch {
            refusal.failedRenewal = "\(error)"
        }
        throw NoRemedy(refusal: refusal)
    }

    /// Learns EC2's clock from the reply, where it differs by more than can be the reply's time on the way.
    /// A signature is good for five minutes (AWS General Reference, "Signature Version 4").
    private func correctClock(_ error: EC2Error) -> Bool {
        guard let offset = ServerClock.offset(date: error.date, message: error.message, now: time(nil)) else {
            return false
        }
        return clockOffset.withLock { known in
            guard abs((offset - known).components.seconds) > 60 else { return false }
            known = offset
            return true
        }
    }
}

extension CallFailure {
    /// Whether another attempt may end better and does no harm.
    func isWorthRepeating(_ repetition: Repetition) -> Bool {
        switch self {
        case .refused: repetition == .free && leavesDoubt
        case .unanswered(_, let mayHaveHappened, let isLasting):
            !isLasting && (repetition == .free || !mayHaveHappened)
        }
    }

    /// What the caller is to know: a refusal of the last attempt says nothing about an earlier one in doubt.
    ///
    /// - Parameter doubt: why that one failed; `nil` where there is none.
    func after(_ doubt: CallFailure?) -> CallFailure { leavesDoubt ? self : doubt ?? self }

    /// The same, of a call that nobody waits for any more.
    fileprivate var cancelled: CallFailure { .unanswered(.cancelled, mayHaveHappened: leavesDoubt, isLasting: true) }
}

extension ProviderError {
    init(_ failure: CallFailure, to request: EC2Request) {
        switch failure {
        case .refused(let error): self.init(error, to: request)
        case .unanswered(let error, _, _): self = error
        }
    }
}

extension HTTPField.Name {
    /// By which AWS finds a request.
    static let awsRequestID = HTTPField.Name("x-amzn-RequestId")!
}
