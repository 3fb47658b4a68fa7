import Addressing
import JSON
import Timekeeping

/// The network configuration on stdin, as far as it is the same for every command.
///
/// Our own keys are `socket`, `mtu`, `addTimeout` and `log`. Keys that the plugin does not know are ignored, `args` and
/// `capabilities` among them.
public struct NetworkConfiguration: Sendable {
    /// The version in which the runtime wants its answer.
    public let cniVersion: CNIVersion
    /// The network's name, a part of every attachment's identity.
    public let name: NetworkName
    /// What the pod's resolver should use; it goes into the result of an ADD.
    public let dns: DNS
    /// The addresses that the runtime wants the pod to have, at most one of each family (`runtimeConfig.ips`).
    public let requestedAddresses: PodAddresses?
    /// The hardware address that the runtime wants the pod's interface to have (`runtimeConfig.mac`).
    public let requestedMAC: MACAddress?
    /// The path of the daemon's control socket (`socket`).
    public let socket: String
    /// The MTU of the pod's interface, 576 to 65,535; `nil` for that of the node's interface (`mtu`).
    public let mtu: Int?
    /// How long an ADD may wait for an address, up to 10 minutes (`addTimeout`, such as `30s`).
    public let addTimeout: Duration
    /// Where else than on stderr the plugin logs (`log`).
    public let log: PluginLog?

    /// The control socket where `socket` says nothing else.
    public static let defaultSocket = "/run/warmpool/warmpoold.sock"
    /// The wait where `addTimeout` says nothing else: well below the time after which runtimes give up on a plugin.
    public static let defaultAddTimeout = Duration.seconds(30)
}

/// A log file of the plugin.
public struct PluginLog: Hashable, Sendable {
    /// How much is logged, from least to most.
    public enum Level: String, CaseIterable, Comparable, Sendable {
        case error
        case info
        case debug

        /// Whether `left` logs less than `right`.
        public static func < (left: Level, right: Level) -> Bool {
            let order = allCases
            return order.firstIndex(of: left) ?? 0 < order.firstIndex(of: right) ?? 0
        }
    }

    /// An absolute path; lines are appended.
    public let file: String
    /// `info`, unless the configuration says otherwise.
    public let level: Level
}

extension NetworkConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case cniVersion, name, dns, runtimeConfig, socket, mtu, addTimeout, log
    }

    /// - Throws: `DecodingError` that names key, value and what is allowed; ``CNIError`` with code 2 for what no plugin
    ///   of ours can do.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        cniVersion = try keys.parse(.cniVersion, as: "a supported version", CNIVersion.init(rawValue:))
        name = try keys.decode(NetworkName.self, forKey: .name)
        dns = try keys.decodeIfPresent(DNS.self, forKey: .dns) ?? DNS()
        let runtime = try keys.decodeIfPresent(RuntimeConfiguration.self, forKey: .runtimeConfig)
        requestedAddresses = runtime?.addresses
        requestedMAC = runtime?.mac
        // Source: unix(7), sun_path has 108 bytes, of which the last is NUL.
        socket =
            try keys.parseIfPresent(.socket, as: "an absolute path of at most 107 bytes") {
                $0.utf8.first == UInt8(ascii: "/") && $0.utf8.count <= 107 ? $0 : nil
            } ?? NetworkConfiguration.defaultSocket
        mtu = try keys.decodeIfPresent(Int.self, forKey: .mtu)
        // Sources: RFC 791, every host takes 576 bytes; Linux, ETH_MAX_MTU.
        guard (576...65_535).contains(mtu ?? 1500) else {
            throw DecodingError.dataCorruptedError(
                forKey: .mtu, in: keys, debugDescription: "\(mtu ?? 0) is not from 576 to 65535")
        }
        addTimeout =
            try keys.parseIfPresent(.addTimeout, as: "a duration from 0 to 10m, such as 30s") {
                Duration(text: $0).flatMap { $0 <= .seconds(600) ? $0 : nil }
            } ?? NetworkConfiguration.defaultAddTimeout
        log = try keys.decodeIfPresent(PluginLog.self, forKey: .log)
    }
}

extension PluginLog: Decodable {
    private enum CodingKeys: String, CodingKey {
        case file, level
    }

    /// - Throws: `DecodingError` that names key, value and what is allowed.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        file = try keys.parse(.file, as: "an absolute path") { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
        level = try keys.parseIfPresent(.level, as: "error, info or debug", Level.init(rawValue:)) ?? .info
    }
}

/// The keys of `runtimeConfig` that the plugin knows; `bandwidth` and `portMappings` are for the plugins after it.
private struct RuntimeConfiguration: Decodable {
    let addresses: PodAddresses?
    let mac: MACAddress?

    private enum CodingKeys: String, CodingKey {
        case ips, mac
    }

    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        let texts = try keys.decodeIfPresent([String].self, forKey: .ips) ?? []
        let asked = try texts.map { text in
            // The length of the prefix is the subnet's, whatever stands here.
            guard let address = IPAddress(text) ?? InterfaceAddress(text)?.address else {
                throw DecodingError.dataCorruptedError(
                    forKey: .ips, in: keys,
                    debugDescription:
                        "'\(text)' is not an address such as 10.0.3.7, 10.0.3.7/24 or 2001:db8::7")
            }
            return address
        }
        let (ipv4, ipv6) = (asked.compactMap(\.v4), asked.compactMap(\.v6))
        guard ipv4.count <= 1, ipv6.count <= 1 else {
            throw CNIError(
                .unsupportedField, "runtimeConfig.ips: \(JSONValue.array(texts.map(JSONValue.string)).text())",
                details: "a pod's interface has at most one address of each family")
        }
        addresses = PodAddresses(ipv4: ipv4.first, ipv6: ipv6.first)
        mac = try keys.parseIfPresent(.mac, as: "a unicast MAC address such as 02:11:22:33:44:55") {
            MACAddress($0).flatMap { $0.bits != 0 && $0.bytes[0] & 1 == 0 ? $0 : nil }
        }
    }
}

extension KeyedDecodingContainer {
    /// Decodes a text and reads it; what cannot be read is not what was `expected`.
    fileprivate func parse<Value>(_ key: Key, as expected: String, _ read: (String) -> Value?) throws -> Value {
        let text = try decode(String.self, forKey: key)
        guard let value = read(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "'\(text)' is not \(expected)")
        }
        return value
    }

    fileprivate func parseIfPresent<Value>(
        _ key: Key, as expected: String, _ read: (String) -> Value?
    ) throws -> Value? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try parse(key, as: expected, read)
    }
}
