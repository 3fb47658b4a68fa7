import JSON

/// The JSON in which the container endpoint and the instance metadata service give a role's credentials.
enum RoleCredentials {
    struct Malformed: Error, Hashable {
        var reason: String
    }

    /// - Parameter source: see ``IssuedCredentials/source``.
    static func read(_ bytes: [UInt8], source: String) throws(Malformed) -> IssuedCredentials {
        let reply: JSONValue
        do throws(JSONError) {
            reply = try JSONValue(parsing: bytes)
        } catch {
            throw Malformed(reason: "it is no JSON: \(error)")
        }
        // The metadata service reports so that a role can't be assumed.
        if let code = reply["Code"]?.stringValue, code != "Success" {
            let words = reply["Message"]?.stringValue.map { ": \(excerpt($0, 200))" } ?? ""
            throw Malformed(reason: "\(excerpt(code, 80))\(words)")
        }
        func text(_ name: String) throws(Malformed) -> String {
            guard let text = reply[name]?.stringValue, !text.isEmpty else {
                throw Malformed(reason: "it has no \(name)")
            }
            guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                throw Malformed(reason: "\(name) has a character that it can't have")
            }
            return text
        }
        let expiration = try text("Expiration")
        guard let seconds = IssuedCredentials.seconds(expiration) else {
            throw Malformed(reason: "Expiration is no time: \(excerpt(expiration, 80))")
        }
        return IssuedCredentials(
            credentials: AWSCredentials(
                accessKeyID: try text("AccessKeyId"), secretAccessKey: try text("SecretAccessKey"),
                sessionToken: try text("Token")),
            expiration: seconds, source: source)
    }
}
