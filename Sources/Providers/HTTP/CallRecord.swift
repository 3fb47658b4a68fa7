import Pool

/// What one call to a provider's HTTP API came to, for logs and metrics. It never holds a secret.
public struct CallRecord: Hashable, Sendable {
    /// The API's name of the call.
    public var action: String
    /// From its begin to its end, all attempts and the pauses between them included.
    public var duration: Duration
    /// How many requests were sent.
    public var attempts: Int
    /// The last reply's HTTP status; `nil` where none came.
    public var status: Int?
    /// The API's own code of the last error; `nil` where it gave none.
    public var errorCode: String?
    /// The API's name of the last request, by which its operator finds it.
    public var requestID: String?
    /// Why the call failed, in the pool's terms; `nil` for success.
    public var error: ProviderError?

    public init(
        action: String, duration: Duration = .zero, attempts: Int = 0, status: Int? = nil, errorCode: String? = nil,
        requestID: String? = nil, error: ProviderError? = nil
    ) {
        self.action = action
        self.duration = duration
        self.attempts = attempts
        self.status = status
        self.errorCode = errorCode
        self.requestID = requestID
        self.error = error
    }
}

/// Gets one record per call, when the call has ended. It must not block.
public typealias CallLog = @Sendable (CallRecord) -> Void
