import Pool
import Testing

@testable import Providers

@Suite("Shared files of AWS's tools", .timeLimit(.minutes(2))) struct SharedFilesTests {
    @Test("Sections, properties, comments and nested settings are read") func syntax() throws {
        let file = try SharedConfiguration(
            """
            # a comment
            ; another
            [default]   # the first
            region=eu-central-1
            Output = json ; after white space
            url = https://example.org/#not-a-comment
            s3 =
                max_queue = 10
            \tregion = nested

            [ profile   dev ]
            empty =
            region = a = b
            [default]
            region = eu-west-1
            """)
        #expect(file.sections.keys.sorted() == ["default", "profile dev"])
        #expect(file.sections["default"]?["region"] == .init(value: "eu-west-1", line: 15))
        #expect(file.sections["default"]?["output"] == .init(value: "json", line: 5))
        #expect(file.sections["default"]?["url"]?.value == "https://example.org/#not-a-comment")
        #expect(file.sections["default"]?["s3"]?.value == "" && file.sections["default"]?["max_queue"] == nil)
        #expect(
            file.sections["profile dev"] == [
                "empty": .init(value: "", line: 12), "region": .init(value: "a = b", line: 13),
            ])
        #expect(try SharedConfiguration("").sections.isEmpty)
        #expect(try SharedConfiguration("[default]\r\na = b\r\n").sections["default"]?["a"]?.value == "b")
    }

    @Test(
        "A line that is neither is named",
        arguments: [
            ("[default]\nregion\n", 2, "no '='"), ("\nregion = a", 2, "before the first section"),
            ("[default", 1, "without its ']'"), ("[]", 1, "without a name"), ("[a] b", 1, "after a section's"),
            ("[a]\n= b", 2, "without a name"),
        ])
    func malformed(text: String, line: Int, reason: String) async throws {
        let error = try #require(throws: SharedConfiguration.Malformed.self) { try SharedConfiguration(text) }
        #expect(error.line == line && error.reason.contains(reason))
        var places = try CredentialPlaces()
        places.keep("AWS_SHARED_CREDENTIALS_FILE")
        try places.directory.write(text, to: "credentials")
        #expect("\(try await places.failure())".contains("\(places.directory.path("credentials")), line \(line): "))
    }

    /// Both files below a home directory.
    private func places(
        profile: String? = nil, credentials: String? = nil, configuration: String? = nil
    ) throws -> CredentialPlaces {
        var places = try CredentialPlaces()
        places.keep("AWS_ENDPOINT_URL_STS")
        places.environment["AWS_PROFILE"] = profile
        places.environment["AWS_SHARED_CREDENTIALS_FILE"] =
            credentials == nil ? nil : places.directory.path("credentials")
        places.environment["AWS_CONFIG_FILE"] = configuration == nil ? nil : places.directory.path("config")
        if let credentials { try places.directory.write(credentials, to: "credentials") }
        if let configuration { try places.directory.write(configuration, to: "config") }
        return places
    }

    @Test("The profile's credentials come from either file, the credentials file first") func profiles() async throws {
        let keys = "aws_secret_access_key = s\naws_access_key_id ="
        let configuration = "[profile dev]\n\(keys) A\naws_session_token = t\n[default]\n\(keys) B\n[dev]\n\(keys) C"
        let both = try places(profile: "dev", credentials: "[dev]\naws_access_key_id = D", configuration: configuration)
        #expect(
            try await both.issue().credentials
                == AWSCredentials(accessKeyID: "D", secretAccessKey: "s", sessionToken: "t"))
        #expect(try await places(profile: "dev", configuration: configuration).issue().credentials.accessKeyID == "A")
        #expect(try await places(configuration: configuration).issue().credentials.accessKeyID == "B")
        let named = configuration + "\n[profile default]\n\(keys) E"
        #expect(try await places(configuration: named).issue().credentials.accessKeyID == "E")
        #expect(try await places(credentials: "[default]\n\(keys) F").issue().expiration == nil)
    }

    @Test("A profile may have a web identity") func webIdentity() async throws {
        let places = try places(configuration: "")
        try places.directory.write(
            """
            [default]
            role_arn = arn:aws:iam::123456789012:role/profile
            web_identity_token_file = \(places.directory.path("web-token"))
            role_session_name = session
            """, to: "config")
        #expect(try await places.issue().source == "STS for arn:aws:iam::123456789012:role/profile")
        #expect(
            places.requests.all[0].text.contains("role%2Fprofile&RoleSessionName=session&WebIdentityToken=web-token"))
    }

    @Test(
        "What can't be used is named with its line",
        arguments: [
            ("aws_access_key_id = A", "line 2: profile default has one of"),
            ("aws_secret_access_key = s", "line 2: profile default has one of"),
            ("aws_access_key_id = A\naws_secret_access_key = s s", "line 3: it has a character"),
            (
                "role_arn = r\nsource_profile = b\naws_access_key_id = A\naws_secret_access_key = s",
                "line 3: a role that"
            ),
            ("role_arn = r\ncredential_source = Environment", "line 3: a role that is assumed"),
            ("credential_process = /bin/true", "line 2: credential_process is not supported"),
            ("sso_session = mine", "line 2: sso_session is not supported"),
        ])
    func unusable(properties: String, reason: String) async throws {
        let places = try places(credentials: "[default]\n\(properties)")
        guard case .invalidCredentials(let text) = try await places.failure() else {
            Issue.record("it may pass")
            return
        }
        #expect(text.contains("\(places.directory.path("credentials")), \(reason)"))
        #expect(places.metadata.state.requests.isEmpty)
    }

    @Test("A profile that is not there is missed only where it was asked for") func absent() async throws {
        let named = try places(
            profile: "dev", credentials: "[default]\naws_access_key_id = A\naws_secret_access_key = s")
        #expect(
            "\(try await named.failure())".contains("there is no profile dev in \(named.directory.path("credentials"))")
        )
        #expect(try await places(credentials: "[dev]\nregion = a").issue().source == "the instance role node-role")
        #expect(try await places(credentials: "[default]\nregion = a").issue().source == "the instance role node-role")
    }
}
