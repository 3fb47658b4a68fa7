import Addressing
import Curl
import Pool

/// A node's cloud behind the EC2 Query API: Amazon's, or another one that speaks it.
///
/// Describing is repeated when it fails, and so is creating, which EC2 carries out once per client token. Attaching,
/// detaching, deleting and unassigning are repeated only after a look at the interface has shown that they did not take
/// place. Assigning has no token in EC2 and cannot be told from what others do by looking, so that a lost reply is left
/// to the caller. Throttling is not waited out here, either.
///
/// ```swift
/// let provider = EC2Provider(
///     instanceID: "i-0a1b2c3d", region: "eu-central-1", credentials: store, client: HTTPClient()) { record in
///     logger.debug("\(record.action)")
/// }
/// ```
public final class EC2Provider: CloudProvider {
    let instanceID: String
    let connection: EC2Connection
    let memory = EC2Memory()
    /// What knows the VPC's networks, which none of the API's calls tells that the daemon may make.
    let metadata: InstanceMetadata?
    let pageSize: Int

    /// A provider for one instance; no call is made yet.
    ///
    /// - Parameters:
    ///   - endpoint: the API's URL; `nil` for Amazon's own of the region.
    ///   - metadata: says what the VPC's networks are; those of its subnets, if `nil`.
    ///   - pageSize: the most interfaces or subnets that one reply shows, 5 to 1,000.
    ///   - log: gets one record per call.
    public init(
        instanceID: String, region: String, endpoint: String? = nil, credentials: any CredentialSource,
        metadata: InstanceMetadata? = nil, client: HTTPClient, retry: RetryPolicy = .init(), pageSize: Int = 100,
        log: @escaping CallLog = { _ in }
    ) {
        self.instanceID = instanceID
        self.metadata = metadata
        self.pageSize = pageSize
        connection = EC2Connection(
            client: client, endpoint: EC2Endpoint(url: endpoint, region: region), credentials: credentials,
            retry: retry, log: log)
    }

    /// Makes a call, and again while EC2 does not know an interface that it has just created.
    ///
    /// - Parameter deadline: that of the mutation which the call is a part of; `nil` where the call is all of it.
    func call<Content: Decodable & Sendable>(
        _ request: EC2Request, _ repetition: Repetition, until deadline: ContinuousClock.Instant? = nil,
        patiently: Bool = true, reply: Content.Type = Content.self
    ) async throws(CallFailure) -> Content {
        var patience = Attempts(connection.retry, until: deadline)
        while true {
            patience.begin()
            do throws(CallFailure) {
                return try await connection.call(request, repetition, until: patience.deadline, reply: reply)
            } catch {
                guard patiently, case .refused(let refusal) = error, refusal.meaning == .noInterface,
                    let eni = request.subject.interface, memory.isNew(eni),
                    await patience.pauseForNext(limited: false)
                else { throw error }
            }
        }
    }

    /// When the budget of a mutation that begins now is used up.
    var deadline: ContinuousClock.Instant { Attempts(connection.retry).deadline }

    /// Makes a call that may be repeated as it is.
    func repeatable<Content: Decodable & Sendable>(
        _ request: EC2Request, until deadline: ContinuousClock.Instant? = nil, reply: Content.Type = Content.self
    ) async throws(ProviderError) -> Content {
        do throws(CallFailure) {
            return try await call(request, .free, until: deadline, reply: reply)
        } catch {
            throw ProviderError(error, to: request)
        }
    }
}
