/// The shared files `credentials` and `config` of AWS's tools, with their profiles.
struct SharedFiles: Sendable {
    private struct File {
        /// Nil where neither a variable nor the home directory says where it is.
        var path: String?
        /// Whether a variable names it, so that it must be there.
        var isGiven: Bool
        /// What its sections for the profile are called; a later one counts before an earlier one.
        var sections: [String]
    }

    private let files: [File]
    private let profile: String
    private let profileIsGiven: Bool

    init(_ variables: AWSVariables) {
        let profile = variables["AWS_PROFILE"] ?? "default"
        self.profile = profile
        profileIsGiven = variables["AWS_PROFILE"] != nil
        let directory = variables["HOME"].map { "\($0)/.aws" }
        func file(_ variable: String, _ name: String, _ sections: [String]) -> File {
            File(
                path: variables[variable] ?? directory.map { "\($0)/\(name)" }, isGiven: variables[variable] != nil,
                sections: sections)
        }
        // The credentials file counts before the configuration file.
        files = [
            file("AWS_CONFIG_FILE", "config", (profile == "default" ? ["default"] : []) + ["profile \(profile)"]),
            file("AWS_SHARED_CREDENTIALS_FILE", "credentials", [profile]),
        ]
    }

    /// The credentials of the profile.
    ///
    /// - Parameter sts: for a profile with a web identity.
    func issue(_ sts: SecurityTokenService) async throws(CredentialProblem) -> IssuedCredentials {
        var properties: [String: Located] = [:]
        var found: [String] = []
        var hasProfile = false
        for file in files {
            guard let path = file.path, let content = try await load(path, isGiven: file.isGiven) else { continue }
            found.append(path)
            for section in file.sections.compactMap({ content.sections[$0] }) {
                hasProfile = true
                properties.merge(section.mapValues { Located(path: path, property: $0) }) { $1 }
            }
        }
        guard !found.isEmpty else {
            let paths = files.compactMap(\.path)
            throw .notConfigured(
                paths.isEmpty ? "HOME is not set" : "there is neither \(paths.joined(separator: " nor "))")
        }
        guard hasProfile else {
            let reason = "there is no profile \(profile) in \(found.joined(separator: " and "))"
            throw profileIsGiven ? .unusable(reason) : .notConfigured(reason)
        }
        return try await issue(Profile(name: profile, properties: properties), sts)
    }

    private func issue(
        _ profile: Profile, _ sts: SecurityTokenService
    ) async throws(CredentialProblem) -> IssuedCredentials {
        if let role = profile["role_arn"] {
            guard let tokenFile = profile["web_identity_token_file"] else {
                let other = ["source_profile", "credential_source"].compactMap { profile[$0] }.first ?? role
                throw .unusable("\(other.place): a role that is assumed with other credentials is not supported")
            }
            return try await sts.issue(
                WebIdentity(
                    tokenFile: tokenFile.property.value, role: role.property.value,
                    session: profile["role_session_name"]?.property.value))
        }
        let names = ["aws_access_key_id", "aws_secret_access_key"]
        let keys = names.compactMap { profile[$0] }
        if keys.count == 2 {
            for key in keys + [profile["aws_session_token"]].compactMap(\.self) {
                guard key.property.value.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                    throw .unusable("\(key.place): it has a character that no key has")
                }
            }
            return IssuedCredentials(
                credentials: AWSCredentials(
                    accessKeyID: keys[0].property.value, secretAccessKey: keys[1].property.value,
                    sessionToken: profile["aws_session_token"]?.property.value),
                source: "the profile \(profile.name) of \(keys[0].path)")
        }
        if let key = keys.first {
            throw .unusable("\(key.place): profile \(profile.name) has one of \(names.joined(separator: " and "))")
        }
        for name in ["credential_process", "sso_session", "sso_start_url", "login_session"] {
            if let property = profile[name] { throw .unusable("\(property.place): \(name) is not supported") }
        }
        throw .notConfigured("profile \(profile.name) has no credentials")
    }

    private func load(
        _ path: String, isGiven: Bool
    ) async throws(CredentialProblem) -> SharedConfiguration? {
        guard let text = try await CredentialFile.text(path) else {
            if isGiven { throw .unusable("\(path) does not exist") }
            return nil
        }
        do throws(SharedConfiguration.Malformed) {
            return try SharedConfiguration(text)
        } catch {
            throw .unusable("\(path), line \(error.line): \(error.reason)")
        }
    }
}

/// A property with the file that it is in.
private struct Located {
    var path: String
    var property: SharedConfiguration.Property

    var place: String { "\(path), line \(property.line)" }
}

private struct Profile {
    var name: String
    var properties: [String: Located]

    /// A property that has a value.
    subscript(name: String) -> Located? {
        properties[name].flatMap { $0.property.value.isEmpty ? nil : $0 }
    }
}
