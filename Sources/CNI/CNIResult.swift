import Addressing
import JSON

/// The result of an ADD: the interfaces, addresses and routes that a pod got, and its resolver's settings.
///
/// What other plugins in a chain have written, members unknown to this plugin included, is kept and passed on.
///
/// ```swift
/// result.value(.v110).bytes()   // for stdout, in the version that the configuration names
/// ```
public struct CNIResult: Hashable, Sendable {
    /// The interfaces that were made or changed, the host's and the pod's.
    public var interfaces: [Interface]
    /// The addresses that interfaces were given.
    public var ips: [AssignedAddress]
    /// The routes inside the pod.
    public var routes: [Route]
    /// What the pod's resolver should use.
    public var dns: DNS
    private var other: JSONObject = [:]

    /// A result of these parts; what is empty is left out of its text.
    public init(interfaces: [Interface] = [], ips: [AssignedAddress] = [], routes: [Route] = [], dns: DNS = DNS()) {
        self.interfaces = interfaces
        self.ips = ips
        self.routes = routes
        self.dns = dns
    }

    /// This result, followed by what a later plugin in the chain added. Its addresses keep pointing to its own
    /// interfaces, and its resolver's settings count where it has any.
    public func followed(by added: CNIResult) -> CNIResult {
        var both = self
        both.interfaces += added.interfaces
        both.ips += added.ips.map { address in
            var address = address
            address.interface = address.interface.map { $0 + interfaces.count }
            return address
        }
        both.routes += added.routes
        if added.dns != DNS() { both.dns = added.dns }
        return both
    }

    /// The addresses of either family that the interface of this name inside the pod has been given.
    public func addresses(of name: InterfaceName) -> [InterfaceAddress] {
        ips.compactMap { ip in
            guard let interface = ip.interface.map({ interfaces[$0] }), interface.sandbox != nil,
                interface.name == name.description
            else { return nil }
            return ip.address
        }
    }

    /// An interface that was made or changed.
    public struct Interface: Hashable, Sendable {
        /// The name in the namespace that it is in.
        public var name: String
        /// The hardware address, in the kernel's notation.
        public var mac: String?
        /// The MTU in bytes; written from version 1.1.0.
        public var mtu: Int?
        /// The path of the network namespace that it is in; `nil` for the host's.
        public var sandbox: String?
        fileprivate var other: JSONObject = [:]

        /// An interface of the host, or of the pod with this `sandbox`.
        public init(name: String, mac: MACAddress, mtu: Int, sandbox: String? = nil) {
            self.name = name
            self.mac = mac.description
            self.mtu = mtu
            self.sandbox = sandbox
        }
    }

    /// An address that was given to an interface.
    public struct AssignedAddress: Hashable, Sendable {
        /// The address with the length of its prefix.
        public var address: InterfaceAddress
        /// The address of the subnet's gateway; `nil` where there is none.
        public var gateway: String?
        /// The index in ``CNIResult/interfaces`` of the interface that has it.
        public var interface: Int?
        fileprivate var other: JSONObject = [:]

        /// An address of the interface with this index.
        public init(_ address: InterfaceAddress, gateway: IPAddress?, interface: Int) {
            self.address = address
            self.gateway = gateway?.description
            self.interface = interface
        }
    }

    /// A route that was made in the pod. Its parts are texts, so that those of others are passed on as they came.
    public struct Route: Hashable, Sendable {
        /// A network in CIDR notation.
        public var destination: String
        /// The address of the next hop; `nil` where the result leaves it to the address's gateway.
        public var gateway: String?
        fileprivate var other: JSONObject = [:]

        /// A route to a network.
        public init(to destination: IPNetwork, gateway: IPAddress?) {
            self.destination = destination.description
            self.gateway = gateway?.description
        }

        /// The route to everywhere in the gateway's family.
        public init(toEverywhereBy gateway: IPAddress) {
            self.init(to: gateway.everything, gateway: gateway)
        }
    }
}

/// Settings of a pod's resolver, as in the configuration and in the result.
public struct DNS: Hashable, Sendable {
    /// The addresses of name servers, best first.
    public var nameservers: [String] = []
    /// The local domain for short names.
    public var domain: String?
    /// The domains in which short names are looked up.
    public var search: [String] = []
    /// Options of the resolver, such as `ndots:5`.
    public var options: [String] = []
    fileprivate var other: JSONObject = [:]

    /// No settings.
    public init() {}
}

extension CNIResult {
    /// The result in the format of a version of the specification: before 1.0.0, addresses say their family; from 1.1.0,
    /// interfaces and routes have more members.
    public func value(_ version: CNIVersion) -> JSONValue {
        var object: JSONObject = ["cniVersion": .string(version.rawValue)]
        object["interfaces"] = list(interfaces) { $0.value(version) }
        object["ips"] = list(ips) { $0.value(version) }
        object["routes"] = list(routes) { $0.value(version) }
        object["dns"] = dns == DNS() ? nil : dns.value
        return .object(object.merging(other))
    }
}

extension CNIResult.Interface {
    fileprivate func value(_ version: CNIVersion) -> JSONValue {
        var object: JSONObject = ["name": .string(name)]
        object["mac"] = mac.map(JSONValue.string)
        object["mtu"] = mtu.map { .integer(Int64($0)) }
        object["sandbox"] = sandbox.map(JSONValue.string)
        return .object(object.merging(other).removing(["mtu", "socketPath", "pciID"], before: .v110, in: version))
    }
}

extension CNIResult.AssignedAddress {
    fileprivate func value(_ version: CNIVersion) -> JSONValue {
        let family =
            switch address.address {
            case .v4: "4"
            case .v6: "6"
            }
        var object: JSONObject = [:]
        object["version"] = version < .v100 ? .string(family) : nil
        object["address"] = .string(address.description)
        object["gateway"] = gateway.map(JSONValue.string)
        object["interface"] = interface.map { .integer(Int64($0)) }
        return .object(object.merging(other))
    }
}

extension CNIResult.Route {
    fileprivate func value(_ version: CNIVersion) -> JSONValue {
        var object: JSONObject = ["dst": .string(destination)]
        object["gw"] = gateway.map(JSONValue.string)
        let recent = ["mtu", "advmss", "priority", "table", "scope"]
        return .object(object.merging(other).removing(recent, before: .v110, in: version))
    }
}

extension DNS {
    fileprivate var value: JSONValue {
        var object: JSONObject = [:]
        object["nameservers"] = list(nameservers, JSONValue.string)
        object["domain"] = domain.map(JSONValue.string)
        object["search"] = list(search, JSONValue.string)
        object["options"] = list(options, JSONValue.string)
        return .object(object.merging(other))
    }
}

/// A JSON array; `nil` for an empty one, which results leave out.
private func list<Item>(_ items: [Item], _ value: (Item) -> JSONValue) -> JSONValue? {
    items.isEmpty ? nil : .array(items.map(value))
}

extension JSONObject {
    fileprivate func merging(_ other: JSONObject) -> JSONObject {
        other.reduce(into: self) { $0[$1.name] = $1.value }
    }

    /// Without members that came with a version, for an older one.
    fileprivate func removing(_ names: [String], before since: CNIVersion, in version: CNIVersion) -> JSONObject {
        version < since ? names.reduce(into: self) { $0[$1] = nil } : self
    }
}

extension CNIResult: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case cniVersion, interfaces, ips, routes, dns
    }

    /// Reads a result of any supported version.
    ///
    /// - Throws: `DecodingError` that names key, value and what is allowed.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        if let version = try keys.decodeIfPresent(String.self, forKey: .cniVersion),
            CNIVersion(rawValue: version) == nil
        {
            throw DecodingError.dataCorruptedError(
                forKey: .cniVersion, in: keys, debugDescription: "'\(version)' is not a supported version")
        }
        interfaces = try keys.decodeIfPresent([Interface].self, forKey: .interfaces) ?? []
        ips = try keys.decodeIfPresent([AssignedAddress].self, forKey: .ips) ?? []
        routes = try keys.decodeIfPresent([Route].self, forKey: .routes) ?? []
        dns = try keys.decodeIfPresent(DNS.self, forKey: .dns) ?? DNS()
        other = try decoder.members(besides: CodingKeys.self)
        for case let index? in ips.map(\.interface) where !interfaces.indices.contains(index) {
            throw DecodingError.dataCorruptedError(
                forKey: .ips, in: keys,
                debugDescription: "interface \(index) is not an index of the \(interfaces.count) interfaces")
        }
    }
}

extension CNIResult.Interface: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, mac, mtu, sandbox
    }

    /// - Throws: `DecodingError` that names key, value and what is allowed.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        name = try keys.decode(String.self, forKey: .name)
        mac = try keys.decodeIfPresent(String.self, forKey: .mac)
        mtu = try keys.decodeIfPresent(Int.self, forKey: .mtu)
        let sandbox = try keys.decodeIfPresent(String.self, forKey: .sandbox)
        self.sandbox = sandbox == "" ? nil : sandbox
        other = try decoder.members(besides: CodingKeys.self)
    }
}

extension CNIResult.AssignedAddress: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case version, address, gateway, interface
    }

    /// - Throws: `DecodingError` that names key, value and what is allowed.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        let text = try keys.decode(String.self, forKey: .address)
        guard let address = InterfaceAddress(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .address, in: keys,
                debugDescription:
                    "'\(text)' is not an address with prefix length such as 10.0.3.7/24 or 2001:db8::7/64")
        }
        self.address = address
        gateway = try keys.decodeIfPresent(String.self, forKey: .gateway)
        interface = try keys.decodeIfPresent(Int.self, forKey: .interface)
        other = try decoder.members(besides: CodingKeys.self)
    }
}

extension CNIResult.Route: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case destination = "dst"
        case gateway = "gw"
    }

    /// - Throws: `DecodingError` that names key, value and what is allowed.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        destination = try keys.decode(String.self, forKey: .destination)
        gateway = try keys.decodeIfPresent(String.self, forKey: .gateway)
        other = try decoder.members(besides: CodingKeys.self)
    }
}

extension DNS: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case nameservers, domain, search, options
    }

    /// - Throws: `DecodingError` that names key, value and what is allowed.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        nameservers = try keys.decodeIfPresent([String].self, forKey: .nameservers) ?? []
        domain = try keys.decodeIfPresent(String.self, forKey: .domain)
        search = try keys.decodeIfPresent([String].self, forKey: .search) ?? []
        options = try keys.decodeIfPresent([String].self, forKey: .options) ?? []
        other = try decoder.members(besides: CodingKeys.self)
    }
}

extension Decoder {
    /// The members of an object that a type does not model.
    fileprivate func members<Keys: CodingKey & CaseIterable>(besides keys: Keys.Type) throws -> JSONObject {
        let all = try JSONValue(from: self).objectValue ?? [:]
        return Keys.allCases.reduce(into: all) { $0[$1.stringValue] = nil }
    }
}
