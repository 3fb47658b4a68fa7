import Curl

import struct HTTPTypes.HTTPField

/// AWS STS, as far as it gives credentials for a web identity: `AssumeRoleWithWebIdentity`, which is not signed.
struct SecurityTokenService: Sendable {
    private let endpoint: String
    private let client: HTTPClient

    /// At `AWS_ENDPOINT_URL_STS`, or in the region of the environment, or where neither is set, globally.
    init(_ variables: AWSVariables, client: HTTPClient) {
        self.client = client
        if let endpoint = variables["AWS_ENDPOINT_URL_STS"] {
            self.endpoint = endpoint
        } else if let region = variables.region {
            endpoint = "https://\(EC2Endpoint.amazonHost("sts", region: region))/"
        } else {
            endpoint = "https://sts.amazonaws.com/"
        }
    }

    /// Exchanges the identity's token for the role's credentials.
    func issue(_ identity: WebIdentity) async throws(CredentialProblem) -> IssuedCredentials {
        let parameters = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", identity.role),
            ("RoleSessionName", identity.session),
            ("WebIdentityToken", try await CredentialFile.token(identity.tokenFile)),
        ]
        let body = parameters.map { "\($0)=\(formEncoded($1))" }.joined(separator: "&")
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await client.send(
                HTTPRequest(
                    .post, endpoint, headers: [.contentType: "application/x-www-form-urlencoded"],
                    body: Array(body.utf8), timeouts: HTTPTimeouts(total: .seconds(20))))
        } catch {
            throw error.credentialProblem("STS")
        }
        guard response.status == 200 else { throw refusal(response, identity) }
        do throws(XMLReply.Malformed) {
            let content = try XMLReply(response.body).decode(Reply.self).result.credentials
            guard let expiration = IssuedCredentials.seconds(content.expiration) else {
                throw .init(reason: "the expiration is no time")
            }
            return IssuedCredentials(
                credentials: AWSCredentials(
                    accessKeyID: content.accessKeyID, secretAccessKey: content.secretAccessKey,
                    sessionToken: content.sessionToken),
                expiration: expiration, source: "STS for \(identity.role)")
        } catch {
            throw .unreachable("the reply of STS can't be read: \(error.reason)")
        }
    }

    private func refusal(_ response: HTTPResponse, _ identity: WebIdentity) -> CredentialProblem {
        guard let error = try? XMLReply(response.body).decode(ErrorReply.self).error else {
            return .unreachable("STS replies with status \(response.status), and not as STS does")
        }
        let reason = "STS refuses \(identity.role): \(error.code): \(excerpt(error.message ?? "", 200))"
        // Its own failures, the identity provider's, and too many calls pass by themselves.
        let passing = ["IDPCommunicationError", "Throttling", "RequestLimitExceeded"]
        return response.status >= 500 || passing.contains { error.code.hasPrefix($0) }
            ? .unreachable(reason) : .unusable(reason)
    }

    private struct Reply: Decodable {
        struct Result: Decodable {
            var credentials: Credentials

            enum CodingKeys: String, CodingKey { case credentials = "Credentials" }
        }

        struct Credentials: Decodable {
            var accessKeyID: String
            var secretAccessKey: String
            var sessionToken: String
            var expiration: String

            enum CodingKeys: String, CodingKey {
                case accessKeyID = "AccessKeyId"
                case secretAccessKey = "SecretAccessKey"
                case sessionToken = "SessionToken"
                case expiration = "Expiration"
            }
        }

        var result: Result

        enum CodingKeys: String, CodingKey { case result = "AssumeRoleWithWebIdentityResult" }
    }

    private struct ErrorReply: Decodable {
        struct Problem: Decodable {
            var code: String
            var message: String?

            enum CodingKeys: String, CodingKey {
                case code = "Code"
                case message = "Message"
            }
        }

        var error: Problem

        enum CodingKeys: String, CodingKey { case error = "Error" }
    }
}

extension HTTPError {
    /// Why a source whose server gave no reply has no credentials.
    func credentialProblem(_ server: String) -> CredentialProblem {
        switch self {
        case .invalidRequest: .unusable("\(server) can't be asked: \(self)")
        default: .unreachable("\(server): \(self)")
        }
    }
}
