import JSON

/// An error as a CNI plugin reports it to the runtime.
public struct CNIError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of error it is. Source of the codes below 100: CNI specification 1.1.0, section "Error".
    public enum Code: Int, CaseIterable, Sendable {
        /// The configuration's `cniVersion` is not supported, or is older than the command.
        case incompatibleVersion = 1
        /// The configuration asks for something that the plugin cannot do; the message names key and value.
        case unsupportedField = 2
        /// The container is unknown or does not exist; the runtime has nothing to clean up.
        case containerUnknown = 3
        /// A `CNI_…` variable is missing or wrong; the message names all of them.
        case invalidEnvironment = 4
        /// Reading or writing failed, for example the configuration could not be read from stdin.
        case ioFailure = 5
        /// Stdin is not a JSON object.
        case decodingFailure = 6
        /// A value in the network configuration is wrong or missing.
        case invalidConfiguration = 7
        /// A passing condition: the runtime should try again later. The daemon is down or starting, or an ADD has waited
        /// for an address up to its limit.
        case tryAgainLater = 11
        /// STATUS: the plugin cannot serve an ADD.
        case notAvailable = 50
        /// STATUS: the plugin cannot serve an ADD, and existing containers may have limited connectivity.
        case limitedConnectivity = 51

        /// There is no address for the pod, for a cause that waiting does not lift soon: max-pods is reached, all
        /// interfaces are full, or the requested address is taken. The message says which limit, and what would lift it.
        case addressRefused = 100
        /// The pod already has an interface of this name, and it isn't ours.
        case interfaceNameTaken = 101
        /// The kernel refused a part of the network set-up; the message has the operation and the kernel's reason.
        case networkSetupRefused = 102
        /// The daemon refused the request, for example because plugin and daemon are of versions that do not fit.
        case daemonRefused = 103
        /// CHECK found the pod's network to be different from what ADD set up; the details list the differences.
        case checkFailed = 104
        /// `CNI_NETNS` does not lead to a network namespace, or it leads to the host's.
        case namespaceUnusable = 105
    }

    /// What kind of error it is.
    public let code: Code
    /// One short sentence.
    public let message: String
    /// What else helps: what is allowed, what to do. `nil` where the message says it all.
    public let details: String?

    /// An error of a kind, with one short sentence, and with what else helps.
    public init(_ code: Code, _ message: String, details: String? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The error object `{cniVersion, code, msg, details}` for stdout.
    public func value(_ version: CNIVersion) -> JSONValue {
        var object: JSONObject = [
            "cniVersion": .string(version.rawValue), "code": .integer(Int64(code.rawValue)), "msg": .string(message),
        ]
        object["details"] = details.map(JSONValue.string)
        return .object(object)
    }

    /// The error for a log: `message (details) [code 7]`.
    public var description: String {
        "\(message)\(details.map { " (\($0))" } ?? "") [code \(code.rawValue)]"
    }
}
