import Curl
import HTTPTesting
import Pool
import Synchronization
import Testing

@testable import Providers

/// All places where credentials may be, on one machine.
struct CredentialPlaces {
    let directory: TestDirectory
    let http: HTTPClient
    let metadata: TestMetadata
    /// STS; also the container endpoint, for GET.
    let server: TestServer
    let requests: Requests
    var environment: [String: String]

    final class Requests: Sendable {
        let received = Mutex<[ReceivedRequest]>([])
        let reply = Mutex<(status: Int, text: String)?>(nil)
        var all: [ReceivedRequest] { received.withLock { $0 } }
    }

    init() throws {
        directory = try TestDirectory()
        var configuration = HTTPClientConfiguration()
        configuration.proxy = .none
        http = HTTPClient(configuration)
        metadata = try TestMetadata([
            "iam/security-credentials/": "node-role",
            "iam/security-credentials/node-role": TestMetadata.role("ASIAINSTANCE"),
        ])
        let requests = Requests()
        self.requests = requests
        server = try TestServer { connection in
            while true {
                let request = try connection.read()
                requests.received.withLock { $0.append(request) }
                let own = request.method == "POST" ? CredentialPlaces.sts : TestMetadata.role("ASIACONTAINER")
                let (status, text) = requests.reply.withLock { $0 } ?? (200, own)
                try connection.reply(text, status: status)
            }
        }
        try directory.write("web-token\n", to: "web-token")
        try directory.write("container-token\n", to: "container-token")
        try directory.write(
            "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = secret/+=\n", to: "credentials")
        environment = [
            "AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_WEB_IDENTITY_TOKEN_FILE": directory.path("web-token"),
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/node", "AWS_ROLE_SESSION_NAME": "node & 1",
            "AWS_ENDPOINT_URL_STS": server.url("/sts"),
            "AWS_SHARED_CREDENTIALS_FILE": directory.path("credentials"),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url("/container?a=b"),
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "unused",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": directory.path("container-token"),
        ]
    }

    func issue() async throws(ProviderError) -> IssuedCredentials {
        try await CredentialChain(environment: environment, client: http, metadata: metadata.client(http)).issue()
    }

    /// What the chain says that finds none.
    func failure() async throws -> ProviderError {
        try #require(await #expect(throws: ProviderError.self) { _ = try await issue() })
    }

    mutating func remove(_ names: String...) {
        for name in names { environment[name] = nil }
    }

    /// So that only this place is asked.
    mutating func keep(_ names: String...) {
        environment = environment.filter { names.contains($0.key) }
    }

    static let sts = """
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleWithWebIdentityResult>
            <Audience>sts.amazonaws.com</Audience>
            <Credentials>
              <SessionToken>token-of-STS</SessionToken>
              <SecretAccessKey>secret-of-STS</SecretAccessKey>
              <Expiration>2037-01-01T00:00:00.5Z</Expiration>
              <AccessKeyId>ASIASTS</AccessKeyId>
            </Credentials>
          </AssumeRoleWithWebIdentityResult>
          <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
        </AssumeRoleWithWebIdentityResponse>
        """
}

@Suite("Credential chain", .timeLimit(.minutes(2))) struct CredentialChainTests {
    @Test("The places are asked in the order of the AWS SDKs") func order() async throws {
        var places = try CredentialPlaces()
        #expect(try await places.issue().source == "the environment")
        places.remove("AWS_ACCESS_KEY_ID")
        #expect(try await places.issue().source == "STS for arn:aws:iam::123456789012:role/node")
        places.remove("AWS_WEB_IDENTITY_TOKEN_FILE")
        #expect(try await places.issue().source == "the profile default of \(places.directory.path("credentials"))")
        places.remove("AWS_SHARED_CREDENTIALS_FILE")
        #expect(try await places.issue().source == "the container endpoint")
        places.remove("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        #expect(try await places.issue().source == "the instance role node-role")
    }

    @Test("Where there are none, every place says why") func none() async throws {
        var places = try CredentialPlaces()
        places.environment = ["HOME": places.directory.path("nobody"), "AWS_ACCESS_KEY_ID": ""]
        places.metadata.set { $0.values = [:] }
        guard case .invalidCredentials(let text) = try await places.failure() else {
            Issue.record("they may come later")
            return
        }
        for reason in [
            "the instance role: the instance has no role",
            "the container endpoint: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor",
            "the shared files: there is neither \(places.directory.path("nobody/.aws/config")) nor",
            "the web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set", "the environment: AWS_ACCESS_KEY_ID is not set",
        ] {
            #expect(text.contains(reason))
        }
    }

    @Test("Where the metadata service is down, there may be some later") func down() async throws {
        var places = try CredentialPlaces()
        places.keep()
        places.metadata.server.stop()
        guard case .unreachable(let text) = try await places.failure() else {
            Issue.record("there are none for ever")
            return
        }
        #expect(text.contains("no connection") && text.contains("HOME is not set"))
        places.environment["AWS_EC2_METADATA_DISABLED"] = "true"
        guard case .invalidCredentials = try await places.failure() else {
            Issue.record("there may be some later")
            return
        }
    }

    @Test("A place that is set up and does not work is not passed over") func broken() async throws {
        var places = try CredentialPlaces()
        places.remove("AWS_SECRET_ACCESS_KEY")
        #expect(
            try await places.failure()
                == .invalidCredentials(
                    "no AWS credentials: the environment: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not"))
        places.remove("AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN")
        #expect("\(try await places.failure())".contains("AWS_ROLE_ARN is not"))
        places.remove("AWS_WEB_IDENTITY_TOKEN_FILE")
        places.environment["AWS_SHARED_CREDENTIALS_FILE"] = places.directory.path("nowhere")
        #expect("\(try await places.failure())".contains("\(places.directory.path("nowhere")) does not exist"))
        places.environment["AWS_SHARED_CREDENTIALS_FILE"] = places.directory.path("")
        #expect("\(try await places.failure())".contains("can't be read: Is a directory"))
        #expect(places.metadata.state.requests.isEmpty)
    }

    @Test("STS gets the token that the file has now") func webIdentity() async throws {
        var places = try CredentialPlaces()
        places.keep("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_ENDPOINT_URL_STS")
        let issued = try await places.issue()
        #expect(
            issued.credentials
                == AWSCredentials(
                    accessKeyID: "ASIASTS", secretAccessKey: "secret-of-STS", sessionToken: "token-of-STS"))
        #expect(issued.expiration == 2_114_380_800)
        try places.directory.write("rotated", to: "web-token")
        places.remove("AWS_ROLE_SESSION_NAME")
        _ = try await places.issue()
        let fixed = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
        let role = "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fnode"
        #expect(
            places.requests.all.map(\.text) == [
                "\(fixed)&\(role)&RoleSessionName=node%20%26%201&WebIdentityToken=web-token",
                "\(fixed)&\(role)&RoleSessionName=warmpool&WebIdentityToken=rotated",
            ])
        #expect(places.requests.all.allSatisfy { $0["authorization"] == nil && $0.target == "/sts" })
    }

    @Test(
        "What STS says instead",
        arguments: [
            (403, "AccessDenied", true), (400, "InvalidIdentityToken", true), (400, "ExpiredTokenException", true),
            (400, "IDPCommunicationError", false), (400, "Throttling", false), (500, "InternalFailure", false),
            (502, "", false), (200, "", false),
        ])
    func stsRefusal(status: Int, code: String, isFinal: Bool) async throws {
        var places = try CredentialPlaces()
        places.remove("AWS_ACCESS_KEY_ID")
        let error = "<ErrorResponse><Error><Code>\(code)</Code><Message>why</Message></Error></ErrorResponse>"
        places.requests.reply.withLock { $0 = (status, code.isEmpty ? "<html>" : error) }
        switch try await places.failure() {
        case .invalidCredentials(let text): #expect(isFinal && text.contains("role/node: \(code): why"))
        case .unreachable(let text): #expect(!isFinal && text.contains(code.isEmpty ? "STS" : "\(code): why"))
        case let error: throw error
        }
    }

    @Test(
        "A token file that is missing, empty or no token", arguments: [nil, "", " \n", "two tokens", "a\r\nX: b", "ü"])
    func tokenFile(content: String?) async throws {
        var places = try CredentialPlaces()
        places.remove("AWS_ACCESS_KEY_ID")
        if let content { try places.directory.write(content, to: "odd-token") }
        places.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = places.directory.path("odd-token")
        let error = "\(try await places.failure())"
        #expect(error.contains(places.directory.path("odd-token")))
        #expect(places.requests.all.isEmpty)
        places.remove("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SHARED_CREDENTIALS_FILE")
        places.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = places.directory.path("odd-token")
        #expect("\(try await places.failure())".contains(places.directory.path("odd-token")))
        #expect(places.requests.all.isEmpty)
    }

    @Test("The container endpoint gets its token") func container() async throws {
        var places = try CredentialPlaces()
        places.keep(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        #expect(try await places.issue().credentials.accessKeyID == "ASIACONTAINER")
        places.remove("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        places.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc"
        _ = try await places.issue()
        places.remove("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        _ = try await places.issue()
        #expect(places.requests.all.map { $0["authorization"] } == ["container-token", "Basic abc", nil])
        #expect(places.requests.all.allSatisfy { $0.target == "/container?a=b" })
    }

    @Test(
        "What the container endpoint says instead",
        arguments: [(400, true), (404, true), (429, false), (500, false), (200, false)])
    func containerRefusal(status: Int, isFinal: Bool) async throws {
        var places = try CredentialPlaces()
        places.keep("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        places.requests.reply.withLock { $0 = (status, #"{"code": "c", "message": "why"}"#) }
        switch try await places.failure() {
        case .invalidCredentials(let text): #expect(isFinal && text.contains("\(status): why"))
        case .unreachable(let text):
            #expect(!isFinal && text.contains(status == 200 ? "no Expiration" : "\(status): why"))
        case let error: throw error
        }
    }

    @Test(
        "The container's token goes to this node or over TLS, and nowhere else",
        arguments: [
            ("http://127.0.0.1/a", true), ("http://127.9.9.9:80", true), ("http://localhost:1234/", true),
            ("HTTP://[::1]:80/", true), ("http://169.254.170.2/v2", true), ("http://169.254.170.23/v1", true),
            ("http://[fd00:ec2::23]/v1", true), ("https://example.org/", true), ("http://example.org/", false),
            ("http://169.254.169.254/", false), ("http://127.0.0.1.example.org/", false),
            ("http://127.0.0.1@example.org/", false), ("http://example.org/@127.0.0.1", false),
            ("http://localhost.example.org/", false), ("http://127.0.0.1\\@example.org", false),
            ("http://127.1/", false),
            ("ftp://127.0.0.1/", false), ("/v2/credentials", false), ("http://[::1", false), ("http://[::2]/", false),
        ])
    func trust(url: String, isTrusted: Bool) async throws {
        #expect(ContainerCredentials.isTrusted(url) == isTrusted)
        guard !isTrusted else { return }
        var places = try CredentialPlaces()
        places.keep("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        places.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url
        #expect("\(try await places.failure())".contains("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither"))
    }

    @Test("A relative URI is one of ECS's address") func relative() async throws {
        var places = try CredentialPlaces()
        places.keep("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        places.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@example.org/"
        #expect("\(try await places.failure())".contains("doesn't begin with a '/'"))
        places.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials"
        guard case .unreachable(let text) = try await places.failure() else {
            Issue.record("there is somebody at ECS's address")
            return
        }
        #expect(text.contains("169.254.170.2"))
        #expect(places.requests.all.isEmpty)
    }
}
