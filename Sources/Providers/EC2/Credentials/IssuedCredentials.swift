import FoundationEssentials

/// Credentials as a source gave them.
struct IssuedCredentials: Hashable, Sendable {
    var credentials: AWSCredentials
    /// In seconds since 1970; nil for credentials that don't expire.
    var expiration: Int?
    /// Where they come from, for people: `the instance role warmpool-node`.
    var source: String
}

extension IssuedCredentials {
    /// Reads a time of the AWS APIs: ISO 8601 with or without fractions of a second, such as `2026-11-26T01:02:03Z`.
    ///
    /// - Returns: seconds since 1970, the fraction cut off.
    static func seconds(_ text: String) -> Int? {
        let style = Date.ISO8601FormatStyle()
        let date = (try? style.parse(text)) ?? (try? style.time(includingFractionalSeconds: true).parse(text))
        return date.map { Int($0.timeIntervalSince1970) }
    }
}
