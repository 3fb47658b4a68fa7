import Settings

/// Settings from the environment, which win over the file: `WARMPOOL_` and the key in capitals, and the classic names of
/// the AWS VPC CNI.
enum EnvironmentOverrides {
    /// Keys that have a name in the environment.
    private static let keys = [
        "socket", "store", "logLevel", "logFormat", "provider", "warmENITarget", "warmIPTarget", "minimumIPTarget",
        "maxENI", "reservedENIs", "maxPods", "cooldown", "shrinkInterval", "minimumENILifetime", "subnetBackoff",
        "consistencyWindow", "attachmentGrace", "podMTU", "eniMTU", "eniSubnet", "securityGroups", "vpcCIDRs",
        "snatExclusions", "externalSNAT", "nodePort", "antiSpoofing", "reconcileInterval", "attachTimeout",
    ]

    /// A name of the AWS VPC CNI, the key that it means, and how its value becomes one of ours.
    ///
    /// Source: the AWS VPC CNI's documented configuration variables.
    private static let classic: [(name: String, key: String, convert: @Sendable (String) -> String)] = [
        ("WARM_ENI_TARGET", "warmENITarget", { $0 }),
        ("WARM_IP_TARGET", "warmIPTarget", { $0 }),
        ("MINIMUM_IP_TARGET", "minimumIPTarget", { $0 }),
        ("MAX_ENI", "maxENI", { $0 }),
        ("IP_COOLDOWN_PERIOD", "cooldown", { Int($0) == nil ? $0 : $0 + "s" }),
        ("AWS_VPC_ENI_MTU", "eniMTU", { $0 }),
        ("POD_MTU", "podMTU", { $0 }),
        ("AWS_VPC_K8S_CNI_EXTERNALSNAT", "externalSNAT", { $0 }),
        ("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "snatExclusions", { $0 }),
        ("AWS_VPC_CNI_NODE_PORT_SUPPORT", "nodePort", { $0 }),
        ("AWS_VPC_K8S_CNI_LOGLEVEL", "logLevel", { levels[$0.lowercased()] ?? $0.lowercased() }),
    ]

    /// Names of log levels that the AWS VPC CNI has and we have not.
    private static let levels = ["warn": "warning", "fatal": "critical"]

    /// What Kubernetes puts into a container's environment for a service whose name begins with `warmpool` (source:
    /// "Service environment variables" of the Kubernetes documentation).
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.contains("_PORT_")
            || (name.hasSuffix("_PORT") && value.contains("://"))
    }

    /// Applies what the environment sets; a name of ours wins over a classic one, and an empty value sets nothing. An
    /// unknown `WARMPOOL_` name is a problem, because it is more likely a slip than meant for somebody else.
    static func apply(_ environment: [String: String], to reader: SettingsReader, problems: SettingsReader.Problems) {
        for (name, key, convert) in classic {
            if let text = environment[name], !text.isEmpty {
                reader.override(key, with: convert(text), from: "environment variable \(name)")
            }
        }
        var names: [String: String] = [:]
        for key in keys { names["WARMPOOL_" + capitals(key)] = key }
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("WARMPOOL_") {
            if let key = names[name] {
                if !text.isEmpty { reader.override(key, with: text, from: "environment variable \(name)") }
            } else if !isServiceLink(name, text) {
                problems.list.append("environment variable \(name): no key of the configuration has this name")
            }
        }
    }

    /// `warmENITarget` as `WARM_ENI_TARGET`, `reservedENIs` as `RESERVED_ENIS`.
    private static func capitals(_ key: String) -> String {
        var text = ""
        let letters = Array(key)
        for (index, letter) in letters.enumerated() {
            let startsWord =
                letter.isUppercase && index > 0
                && (letters[index - 1].isLowercase
                    || (index + 1 < letters.count && letters[index + 1].isLowercase && letters[(index + 1)...] != ["s"]))
            text += (startsWord ? "_" : "") + letter.uppercased()
        }
        return text
    }
}
