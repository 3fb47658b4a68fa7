import Pool
import Settings

extension Placement {
    private enum Choice: String, CaseIterable {
        case zone, label, discovery
    }

    /// Reads in which subnets pods are.
    init(_ reader: SettingsReader, customNetworking override: (SettingsReader) -> Void) {
        let subnet = reader.string("eniSubnet").map(SubnetID.init)
        let groups: [String] = reader.list("securityGroups", of: "a security group's id") ?? []
        guard let custom = reader.nested("customNetworking") else {
            self = .node(subnet: subnet, securityGroups: groups)
            return
        }
        defer { custom.finish() }
        if subnet != nil {
            reader.refuse("eniSubnet", "customNetworking names the subnets of ENIs; remove one of the two")
        }
        override(custom)
        custom.require("by", "how the subnets for pods are chosen: zone, label or discovery")
        let choice = custom.choice("by", of: Choice.self)
        let label = custom.string("label")
        let labels = custom.dictionary("nodeLabels") ?? [:]
        let networks = Placement.readNetworks(custom, groups, areNeeded: choice == .zone || choice == .label)
        if choice != .label, label != nil {
            custom.refuse("label", "only by: label looks at it; remove it, or choose by: label")
        }
        switch choice {
        case .zone, nil: self = .custom(.zone(networks))
        case .label: self = .custom(.named(Placement.networkName(custom, label, labels, networks), networks))
        case .discovery:
            if !networks.isEmpty {
                custom.refuse("networks", "by: discovery finds the subnets by their tags; remove the networks")
            }
            self = .custom(.discovery(securityGroups: groups))
        }
    }

    /// The value of the label, which must be the name of a network.
    private static func networkName(
        _ custom: SettingsReader, _ label: String?, _ labels: [String: String], _ networks: [String: PodSubnets]
    ) -> String {
        custom.require("label", "the name of the label whose value names the network")
        guard let label else { return "" }
        guard let name = labels[label] else {
            custom.refuse("nodeLabels", "the label '\(label)' is not there, whose value names the network")
            return ""
        }
        if networks[name] == nil, !networks.isEmpty {
            let names = networks.keys.sorted().joined(separator: ", ")
            custom.refuse("nodeLabels", "the label '\(label)' names the network '\(name)'; there are \(names)")
        }
        return name
    }

    /// - Parameter usual: the security groups of a network that has none of its own.
    private static func readNetworks(
        _ custom: SettingsReader, _ usual: [String], areNeeded: Bool
    ) -> [String: PodSubnets] {
        if areNeeded {
            custom.require("networks", "the subnets for pods, under the name of a zone or of a label's value")
        }
        guard let reader = custom.nested("networks") else { return [:] }
        if areNeeded, reader.keys.isEmpty { custom.refuse("networks", "there is no network") }
        var networks: [String: PodSubnets] = [:]
        for name in reader.keys {
            reader.require(name, "a network has subnets, and can have securityGroups")
            guard let network = reader.nested(name) else { continue }
            network.require("subnets", "the ids of the subnets for pods")
            let subnets: [String] = network.list("subnets", of: "a subnet's id", nonEmpty: true) ?? []
            networks[name] = PodSubnets(
                subnets: subnets.map(SubnetID.init),
                securityGroups: network.list("securityGroups", of: "a security group's id") ?? usual)
            network.finish()
        }
        reader.finish()
        return networks
    }
}
