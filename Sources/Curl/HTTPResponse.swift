import HTTPTypes

/// The server's reply, of any status: a redirect is a reply like any other, and is not followed.
public struct HTTPResponse: Sendable {
    public var status: Int
    /// As the server sent them; trailers are left out.
    public var headers: HTTPFields
    /// Decompressed, where the server compressed it.
    public var body: [UInt8]

    public init(status: Int, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
