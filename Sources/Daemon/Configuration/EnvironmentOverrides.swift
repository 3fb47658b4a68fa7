import Settings

/// Settings from the environment, which win over the file: `WARMPOOL_` and the key in capitals, and the classic names of
/// the AWS VPC CNI.
enum EnvironmentOverrides {
    /// Keys that have a name in the environment.
    private static let keys = [
        "socket", "store", "logLevel", "logFormat", "provider", "ipFamilies", "prefixDelegation",
        "prefixFallback", "warmTarget", "targetWait", "warmPrefixTarget", "stickyFor", "warmENITarget", "warmIPTarget",
        "minimumIPTarget",
        "maxENI", "reservedENIs", "maxPods", "cooldown", "shrinkInterval", "minimumENILifetime", "subnetBackoff",
        "consistencyWindow", "attachmentGrace", "podMTU", "eniMTU", "eniSubnet", "securityGroups", "vpcCIDRs",
        "vpcIPv6CIDRs", "snatExclusions", "externalSNAT", "snatIPv6", "nodePort", "antiSpoofing", "reconcileInterval",
        "attachTimeout",
    ]

    /// A name of the AWS VPC CNI, the key that it means, and how its value becomes one of ours.
    ///
    /// Source: the AWS VPC CNI's documented configuration variables.
    private static let classic: [(name: String, key: String, convert: @Sendable (String) -> String)] = [
        ("WARM_ENI_TARGET", "warmENITarget", { $0 }),
        ("WARM_IP_TARGET", "warmIPTarget", { $0 }),
        ("MINIMUM_IP_TARGET", "minimumIPTarget", { $0 }),
        ("WARM_PREFIX_TARGET", "warmPrefixTarget", { $0 }),
        ("ENABLE_PREFIX_DELEGATION", "prefixDelegation", { $0 }),
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
        applyFamilies(environment, to: reader, problems: problems)
        applyCustomNetworking(environment, to: reader, problems: problems)
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

    /// Two switches stand for one list of families.
    private static func applyFamilies(
        _ environment: [String: String], to reader: SettingsReader, problems: SettingsReader.Problems
    ) {
        let switches = [("ENABLE_IPv4", "ipv4", true), ("ENABLE_IPv6", "ipv6", false)]
        let set = switches.map { name, _, _ in name }.filter { environment[$0]?.isEmpty == false }
        guard !set.isEmpty else { return }
        let families = switches.compactMap { name, family, usual in
            flag(name, environment, problems) ?? usual ? family : nil
        }
        let place = "environment variable \(set.joined(separator: " and "))"
        guard !families.isEmpty else {
            problems.list.append("\(place): both are false, but pods need an address of one family at least")
            return
        }
        reader.override("ipFamilies", with: families.joined(separator: ","), from: place)
    }

    /// The switch of the AWS VPC CNI can only turn off what the file describes: its objects `ENIConfig` are not read.
    private static func applyCustomNetworking(
        _ environment: [String: String], to reader: SettingsReader, problems: SettingsReader.Problems
    ) {
        let name = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"
        switch flag(name, environment, problems) {
        case false?: reader.override("customNetworking", with: "null", from: "environment variable \(name)")
        case true?:
            reader.require("customNetworking", "\(name) is true; the networks stand here, not in ENIConfig objects")
        case nil: break
        }
    }

    /// Applies the AWS VPC CNI's name of the label that chooses the network; that of the zone has a choice of its own.
    static func applyLabel(_ environment: [String: String], to custom: SettingsReader) {
        let name = "ENI_CONFIG_LABEL_DEF"
        guard let label = environment[name], !label.isEmpty else { return }
        let isZone = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"].contains(label)
        let place = "environment variable \(name)"
        custom.override("by", with: isZone ? "zone" : "label", from: place)
        custom.override("label", with: isZone ? "null" : label, from: place)
        if isZone { custom.override("nodeLabels", with: "null", from: place) }
    }

    /// A switch of the AWS VPC CNI; `nil` where it is not set, or not to one of the two, which is a problem.
    private static func flag(
        _ name: String, _ environment: [String: String], _ problems: SettingsReader.Problems
    ) -> Bool? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        guard let value = Bool(text.lowercased()) else {
            problems.list.append("environment variable \(name): '\(text)' is not true or false")
            return nil
        }
        return value
    }

    /// `warmENITarget` as `WARM_ENI_TARGET`, `reservedENIs` as `RESERVED_ENIS`, `snatIPv6` as `SNAT_IPV6`.
    private static func capitals(_ key: String) -> String {
        var text = ""
        let letters = Array(key.replacing("IPv6", with: "Ipv6"))
        for (index, letter) in letters.enumerated() {
            let startsWord =
                letter.isUppercase && index > 0
                && (letters[index - 1].isLowercase || letters[index - 1].isNumber
                    || (index + 1 < letters.count && letters[index + 1].isLowercase && letters[(index + 1)...] != ["s"]))
            text += (startsWord ? "_" : "") + letter.uppercased()
        }
        return text
    }
}
