/// Where the cloud is that speaks `Config/openapi.yaml`, and who this node is to it.
public struct RESTConfiguration: Sendable {
    /// What stands before the paths of the API, such as `https://cloud.example.net`.
    public var baseURL: String
    /// The instance that this node is.
    public var instanceID: String
    /// What requests are authorised by; `nil` where the client's certificate, or nothing, does it.
    public var token: BearerToken?
    /// How often and how long a request is repeated.
    public var retry: RetryPolicy
    /// The most items that one page of a list shows, 1 to 1,000.
    public var pageSize: Int

    public init(
        baseURL: String, instanceID: String, token: BearerToken? = nil, retry: RetryPolicy = .init(),
        pageSize: Int = 500
    ) {
        self.baseURL = baseURL
        self.instanceID = instanceID
        self.token = token
        self.retry = retry
        self.pageSize = pageSize
    }
}
