import JSON

/// A version of the CNI specification that the plugin speaks.
public enum CNIVersion: String, CaseIterable, Comparable, Sendable {
    /// Interfaces in the result, and chaining.
    case v030 = "0.3.0"
    /// As 0.3.0.
    case v031 = "0.3.1"
    /// CHECK.
    case v040 = "0.4.0"
    /// Addresses without `version`.
    case v100 = "1.0.0"
    /// GC and STATUS; MTU of interfaces, details of routes.
    case v110 = "1.1.0"

    /// The version for an answer to a configuration that names none, or none of these.
    public static let latest = CNIVersion.v110

    /// Whether `left` is the older version.
    public static func < (left: CNIVersion, right: CNIVersion) -> Bool {
        // Every part is one digit, so the order of the texts is that of the versions.
        left.rawValue < right.rawValue
    }

    /// The version in which to answer this network configuration: the one that it names, or ``latest`` where it names
    /// none that is supported or cannot be read. It never fails, so that an error object can always be written.
    public init(answering input: [UInt8]) {
        let named = (try? JSONValue(parsing: input))?["cniVersion"]?.stringValue
        self = named.flatMap(CNIVersion.init(rawValue:)) ?? .latest
    }

    private static var list: String { "supported are " + allCases.map(\.rawValue).joined(separator: ", ") }

    /// The version that a network configuration names.
    ///
    /// - Throws: code 1 for a version that is not supported, and where there is none: source: specification, section 1,
    ///   such a configuration is of version 0.1.0. Code 7 where it is not a string.
    init(of configuration: JSONObject) throws(CNIError) {
        switch configuration["cniVersion"] {
        case nil:
            throw CNIError(
                .incompatibleVersion, "the network configuration has no cniVersion, which means 0.1.0",
                details: CNIVersion.list)
        case .string(let text):
            guard let version = CNIVersion(rawValue: text) else {
                throw CNIError(
                    .incompatibleVersion, "cniVersion '\(text)' is not supported", details: CNIVersion.list
                )
            }
            self = version
        case let other?:
            throw CNIError(
                .invalidConfiguration, "cniVersion: expected a string, found \(other.citation)",
                details: CNIVersion.list)
        }
    }
}

/// The answer to VERSION.
public struct VersionReply: Sendable {
    /// The version of the answer itself.
    public let cniVersion: CNIVersion

    /// The answer to VERSION with this on stdin: any network configuration, nothing, or nonsense.
    public init(answering input: [UInt8]) {
        cniVersion = CNIVersion(answering: input)
    }

    /// `{cniVersion, supportedVersions}`, the latter in ascending order.
    public var value: JSONValue {
        [
            "cniVersion": .string(cniVersion.rawValue),
            "supportedVersions": .array(CNIVersion.allCases.map { .string($0.rawValue) }),
        ]
    }
}
