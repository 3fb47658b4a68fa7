import JSON

/// How the daemons of a live fabric reach their cloud.
public enum LiveProvider: String, Hashable, CaseIterable, Sendable {
    /// Through a file that all daemons share.
    case mock
    /// Over HTTP, by the EC2 API, with keys from the instance metadata service.
    case ec2
    /// Over HTTP, by the API of `Config/openapi.yaml`.
    case rest
}

/// What a live fabric is made by: how many nodes it has, and the files of their daemons and of their cloud.
public protocol LiveBlueprint: Sendable {
    /// The number of nodes, at least one.
    var nodes: Int { get }

    /// How the daemons reach their cloud.
    var provider: LiveProvider { get }

    /// Further keys of the network configuration for the plugin.
    var pluginSettings: JSONObject { get }

    /// The text of `warmpoold.yaml` for one node.
    ///
    /// - Parameters:
    ///   - number: counts from 1.
    ///   - directory: the node's, where socket and store are.
    func daemonConfiguration(number: Int, directory: String, cloudFile: String, router: String) -> String

    /// The text of the VPC file for the cloud server that serves all nodes.
    ///
    /// - Parameter nodes: the nodes' namespaces.
    func cloudConfiguration(nodes: [String], router: String) -> String
}

extension LiveBlueprint {
    public var pluginSettings: JSONObject { [:] }
}
