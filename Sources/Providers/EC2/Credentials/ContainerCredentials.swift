import Addressing
import Curl
import JSON

import struct HTTPTypes.HTTPField
import struct HTTPTypes.HTTPFields

/// The endpoint that ECS, or the EKS Pod Identity agent, has on every node for its containers.
struct ContainerCredentials: Sendable {
    /// Where the relative URI of ECS is.
    static let address = "http://169.254.170.2"

    private let variables: AWSVariables
    private let client: HTTPClient

    init(_ variables: AWSVariables, client: HTTPClient) {
        self.variables = variables
        self.client = client
    }

    func issue() async throws(CredentialProblem) -> IssuedCredentials {
        let url: String
        if let relative = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard relative.hasPrefix("/") else {
                throw .unusable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI doesn't begin with a '/'")
            }
            url = ContainerCredentials.address + relative
        } else if let full = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            guard ContainerCredentials.isTrusted(full) else {
                throw .unusable(
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on this node "
                        + "(127.0.0.0/8, ::1, 169.254.170.2, 169.254.170.23, fd00:ec2::23)")
            }
            url = full
        } else {
            throw .notConfigured(
                "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
        }
        var headers: HTTPFields = [:]
        if let token = try await authorization() { headers[.authorization] = token }
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await client.send(
                HTTPRequest(
                    .get, url, headers: headers, timeouts: HTTPTimeouts(connect: .seconds(2), total: .seconds(10)),
                    bypassesProxy: url.hasPrefix("http:")))
        } catch {
            throw error.credentialProblem("the container endpoint")
        }
        guard response.status == 200 else { throw ContainerCredentials.refusal(response) }
        do throws(RoleCredentials.Malformed) {
            return try RoleCredentials.read(response.body, source: "the container endpoint")
        } catch {
            throw .unreachable("the container endpoint's reply can't be used: \(error.reason)")
        }
    }

    /// What the endpoint wants to see; a file is read anew for every use, because it is rotated.
    private func authorization() async throws(CredentialProblem) -> String? {
        if let path = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            return try await CredentialFile.token(path)
        }
        guard let token = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] else { return nil }
        guard !token.utf8.contains(where: { $0 < 0x20 }) else {
            throw .unusable("AWS_CONTAINER_AUTHORIZATION_TOKEN has a control character")
        }
        return token
    }

    /// Whether credentials may be asked for there: the token that goes along must not get to other hosts in clear text
    /// (AWS SDKs and Tools Reference Guide, "Container credential provider").
    static func isTrusted(_ url: String) -> Bool {
        guard let separator = url.firstRange(of: "://"), !url.contains("@"), !url.contains("\\") else { return false }
        let scheme = url[..<separator.lowerBound].lowercased()
        let authority = url[separator.upperBound...].prefix { !"/?#".contains($0) }
        guard scheme == "http" else { return scheme == "https" }
        if authority.hasPrefix("[") {
            return ["[::1]", "[fd00:ec2::23]"].contains { authority == $0 || authority.hasPrefix($0 + ":") }
        }
        let host = authority.prefix { $0 != ":" }
        guard let address = IPv4Address(host) else { return host == "localhost" }
        return address.bits >> 24 == 127 || ["169.254.170.2", "169.254.170.23"].contains(host)
    }

    private static func refusal(_ response: HTTPResponse) -> CredentialProblem {
        let reply = try? JSONValue(parsing: response.body)
        let words = (reply?["message"] ?? reply?["Message"])?.stringValue.map { ": \(excerpt($0, 200))" } ?? ""
        let reason = "the container endpoint replies with status \(response.status)\(words)"
        return response.status >= 500 || response.status == 429 ? .unreachable(reason) : .unusable(reason)
    }
}
