import Addressing
import JSON
import Pool
import Timekeeping

extension PoolConfiguration {
    /// The keys of `warmpoold.yaml` that say all of this, but for the pauses after failures, which have no key: what
    /// ``init(_:customNetworking:)`` reads back as an equal configuration, because YAML has JSON in it.
    public var settings: JSONObject {
        var settings: JSONObject = [
            "ipFamilies": families.names, "prefixDelegation": .bool(prefixDelegation),
            "prefixFallback": .bool(prefixFallback), "reservedENIs": .integer(Int64(reservedENIs)),
        ]
        for (key, value) in target.settings + placement.settings { settings[key] = value }
        for (key, limit) in [("maxENI", maxENI), ("maxPods", maxPods)] {
            settings[key] = limit.map { .integer(Int64($0)) }
        }
        for (key, duration) in [
            ("cooldown", cooldown), ("stickyFor", stickyFor), ("shrinkInterval", shrinkInterval),
            ("minimumENILifetime", minimumENILifetime), ("subnetBackoff", subnetBackoff),
            ("consistencyWindow", consistencyWindow), ("attachmentGrace", attachmentGrace),
        ] {
            settings[key] = .string(duration.text)
        }
        return settings
    }
}

extension IPFamilies {
    fileprivate var names: JSONValue {
        switch self {
        case .ipv4: ["ipv4"]
        case .ipv6: ["ipv6"]
        case .dualStack: ["ipv4", "ipv6"]
        }
    }
}

extension WarmTarget {
    fileprivate var settings: [(String, JSONValue)] {
        switch self {
        case .enis(let count): [("warmENITarget", .integer(Int64(count)))]
        case .prefixes(let count): [("warmPrefixTarget", .integer(Int64(count)))]
        case .addresses(let warm, let minimum):
            [("warmIPTarget", .integer(Int64(warm))), ("minimumIPTarget", .integer(Int64(minimum)))]
        case .adaptive(let target):
            [
                ("warmTarget", "adaptive"), ("targetWait", .string(TargetWait(target).description)),
                ("minimumIPTarget", .integer(Int64(target.minimum))),
            ]
        }
    }
}

extension Placement {
    /// The label under which a network's name is given.
    private static let label = "warmpool.dev/network"

    fileprivate var settings: [(String, JSONValue)] {
        switch self {
        case .node(let subnet, let groups):
            [("eniSubnet", subnet.map { .string($0.description) } ?? .null), ("securityGroups", .strings(groups))]
        case .custom(.discovery(let groups)):
            [("customNetworking", ["by": "discovery"]), ("securityGroups", .strings(groups))]
        case .custom(.zone(let networks)):
            [("customNetworking", ["by": "zone", "networks": .object(Placement.settings(networks))])]
        case .custom(.named(let name, let networks)):
            [
                (
                    "customNetworking",
                    [
                        "by": "label", "label": .string(Placement.label),
                        "nodeLabels": .object([Placement.label: .string(name)]),
                        "networks": .object(Placement.settings(networks)),
                    ]
                )
            ]
        }
    }

    private static func settings(_ networks: [String: PodSubnets]) -> JSONObject {
        JSONObject(
            networks.sorted { $0.key < $1.key }.map { name, network in
                (
                    name,
                    [
                        "subnets": .strings(network.subnets.map(\.description)),
                        "securityGroups": .strings(network.securityGroups),
                    ]
                )
            })
    }
}

extension JSONValue {
    fileprivate static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
