import Addressing
import Curl
import Synchronization

import struct HTTPTypes.HTTPField

/// What the instance metadata service of EC2 tells an instance about itself (EC2 User Guide, "Use the Instance Metadata
/// Service"). Always with a session token (IMDSv2).
public final class InstanceMetadata: Sendable {
    public static let defaultEndpoint = "http://169.254.169.254"

    /// On the link itself: an answer takes milliseconds.
    public static let defaultTimeouts = HTTPTimeouts(connect: .seconds(2), total: .seconds(5), idle: .seconds(5))

    private struct Token {
        var value: String
        /// In seconds since 1970.
        var expiration: Int
    }

    private let client: HTTPClient
    private let endpoint: String
    private let timeouts: HTTPTimeouts
    private let now: @Sendable () -> Int
    private let token = Mutex<Token?>(nil)

    /// - Parameters:
    ///   - endpoint: without a path.
    ///   - now: the wall clock, in seconds since 1970.
    public init(
        client: HTTPClient, endpoint: String = defaultEndpoint, timeouts: HTTPTimeouts = defaultTimeouts,
        now: @escaping @Sendable () -> Int
    ) {
        self.client = client
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.timeouts = timeouts
        self.now = now
    }

    /// Such as `i-0123456789abcdef0`.
    public func instanceID() async throws(InstanceMetadataError) -> String { try await word("instance-id") }

    /// Of the primary interface.
    public func mac() async throws(InstanceMetadataError) -> MACAddress {
        let path = "mac"
        let text = try await word(path)
        guard let address = MACAddress(text) else {
            throw .malformed(path: path, reason: "it is no MAC address: \(excerpt(text, 80))")
        }
        return address
    }

    /// Such as `eu-central-1`.
    public func region() async throws(InstanceMetadataError) -> String { try await word("placement/region") }

    /// The IPv4 networks of the VPC in which the primary interface is.
    public func vpcNetworks() async throws(InstanceMetadataError) -> [IPv4Network] {
        try await values("network/interfaces/macs/\(try await mac())/vpc-ipv4-cidr-blocks", "IPv4 network")
    }

    /// The IPv6 networks of that VPC; none where it has no IPv6.
    public func vpcIPv6Networks() async throws(InstanceMetadataError) -> [IPv6Network] {
        let path = "network/interfaces/macs/\(try await mac())/vpc-ipv6-cidr-blocks"
        do throws(InstanceMetadataError) {
            return try await values(path, "IPv6 network")
        } catch {
            guard case .notFound = error else { throw error }
            return []
        }
    }

    /// The credentials of the role that the instance has.
    ///
    /// - Throws: ``InstanceMetadataError/notFound(path:)`` where it has none.
    func roleCredentials() async throws(InstanceMetadataError) -> IssuedCredentials {
        let directory = "iam/security-credentials/"
        guard let role = try await lines(directory).first else { throw .notFound(path: directory) }
        let path = directory + (try InstanceMetadata.word(role, directory))
        let body = try await get(path)
        do throws(RoleCredentials.Malformed) {
            return try RoleCredentials.read(body, source: "the instance role \(role)")
        } catch {
            throw .malformed(path: path, reason: error.reason)
        }
    }

    // MARK: Values

    /// One value a line.
    ///
    /// - Parameter form: what each must be, in an error's words.
    private func values<Value: LosslessStringConvertible>(
        _ path: String, _ form: String
    ) async throws(InstanceMetadataError) -> [Value] {
        var values: [Value] = []
        for line in try await lines(path) {
            guard let value = Value(line) else {
                throw .malformed(path: path, reason: "it is no \(form): \(excerpt(line, 80))")
            }
            values.append(value)
        }
        return values
    }

    private func word(_ path: String) async throws(InstanceMetadataError) -> String {
        let lines = try await lines(path)
        guard lines.count == 1 else { throw .malformed(path: path, reason: "it has \(lines.count) lines") }
        return try InstanceMetadata.word(lines[0], path)
    }

    /// What could be nothing else than a name: it becomes a part of paths, host names and requests.
    private static func word(_ text: String, _ path: String) throws(InstanceMetadataError) -> String {
        let allowed = "+=,.@-_"
        guard text.utf8.count <= 128,
            text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || allowed.contains($0)) || $0 == ":" })
        else { throw .malformed(path: path, reason: "it is no name: \(excerpt(text, 80))") }
        return text
    }

    private func lines(_ path: String) async throws(InstanceMetadataError) -> [String] {
        String(decoding: try await get(path), as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    // MARK: Requests

    /// The value at a path below `/latest/meta-data/`.
    private func get(_ path: String) async throws(InstanceMetadataError) -> [UInt8] {
        var renewed = false
        while true {
            let token = try await sessionToken()
            let response = try await send(
                HTTPRequest(.get, "\(endpoint)/latest/meta-data/\(path)", headers: [.metadataToken: token]))
            switch response.status {
            case 200: return response.body
            case 401 where !renewed:
                // The service forgets tokens when it is restarted.
                renewed = true
                self.token.withLock { if $0?.value == token { $0 = nil } }
            case 404: throw .notFound(path: path)
            default: throw .refused(path: path, status: response.status)
            }
        }
    }

    private func sessionToken() async throws(InstanceMetadataError) -> String {
        if let token = token.withLock({ $0 }), now() < token.expiration { return token.value }
        let path = "api/token"
        let lifetime = 21_600
        let response = try await send(
            HTTPRequest(.put, "\(endpoint)/latest/\(path)", headers: [.metadataTokenLifetime: String(lifetime)]))
        switch response.status {
        case 200: break
        case 403: throw .disabled
        case 404: throw .notFound(path: path)
        default: throw .refused(path: path, status: response.status)
        }
        let value = String(decoding: response.body, as: UTF8.self)
        guard !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .malformed(path: path, reason: "it is no token")
        }
        let granted = response.headers[.metadataTokenLifetime].flatMap { Int($0) } ?? lifetime
        // A minute early, so that it does not expire on the way.
        token.withLock { [now] in $0 = Token(value: value, expiration: now() + min(granted, lifetime) - 60) }
        return value
    }

    private func send(_ request: HTTPRequest) async throws(InstanceMetadataError) -> HTTPResponse {
        var request = request
        request.timeouts = timeouts
        request.bypassesProxy = true
        do throws(HTTPError) {
            return try await client.send(request)
        } catch {
            throw .unreachable(error)
        }
    }
}

extension InstanceMetadata {
    /// The credentials of the instance's role, as the last link of the ``CredentialChain``.
    func issue(_ variables: AWSVariables) async throws(CredentialProblem) -> IssuedCredentials {
        if variables["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" {
            throw .notConfigured("AWS_EC2_METADATA_DISABLED is true")
        }
        do throws(InstanceMetadataError) {
            return try await roleCredentials()
        } catch {
            switch error {
            case .notFound: throw .notConfigured("the instance has no role")
            case .disabled: throw .notConfigured("\(error)")
            case .unreachable, .refused, .malformed: throw .unreachable("\(error)")
            }
        }
    }
}

extension HTTPField.Name {
    fileprivate static let metadataToken = HTTPField.Name("X-aws-ec2-metadata-token")!
    fileprivate static let metadataTokenLifetime = HTTPField.Name("X-aws-ec2-metadata-token-ttl-seconds")!
}
