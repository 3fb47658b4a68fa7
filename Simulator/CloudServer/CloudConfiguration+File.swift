import InstanceLimits
import ModelVPC
import Pool
import Providers
import Settings

extension CloudConfiguration {
    /// Reads a VPC file; `Config/examples/cloud.yaml` shows every key.
    ///
    /// - Throws: ``SettingsProblems`` with everything that is wrong.
    public static func load(path: String) throws(SettingsProblems) -> CloudConfiguration {
        let text = try SettingsReader.text(
            ofFile: path, hint: "name a VPC file with --vpc; Config/examples/cloud.yaml is an example")
        return try parse(text, file: path)
    }

    /// Reads the text of a VPC file.
    public static func parse(_ text: String, file: String) throws(SettingsProblems) -> CloudConfiguration {
        try SettingsReader.read(text, file: file) { reader, _ in CloudConfiguration(reader) }
    }

    private init(_ reader: SettingsReader) {
        self.init(cloud: MockCloudConfiguration(reader))
        instances = reader.nestedList("instances").compactMap { Instance($0, subnets: cloud.subnets) }
        credentials = reader.nestedList("credentials").compactMap { Credential($0) }
        role = reader.nested("role").flatMap { Role($0) }
        bearerToken = reader.string("bearerToken")
        region = reader.string("region") ?? region
        clockOffset = reader.duration("clockOffset", in: .zero ... .seconds(86_400)) ?? clockOffset
        imdsInstance = reader.string("imdsInstance").map(ModelVPC.InstanceID.init)
        fabricRouter = reader.string("fabricRouter")
        for (index, instance) in instances.enumerated()
        where instances[..<index].contains(where: { $0.id == instance.id }) {
            reader.refuse("instances", "there are two instances \(instance.id)")
        }
        checkWhatCallersSee(reader)
        if let imdsInstance, !instances.contains(where: { $0.id == imdsInstance }) {
            reader.refuse("imdsInstance", "there is no instance \(imdsInstance)")
        }
        if fabricRouter == nil, let instance = instances.first(where: { $0.netns != nil }) {
            reader.require("fabricRouter", "\(instance.id) has a netns, whose links end in the router's namespace")
        }
    }

    /// Reports what the APIs could not show, and what no caller could bring.
    private func checkWhatCallersSee(_ reader: SettingsReader) {
        for (index, instance) in instances.enumerated() {
            // DescribeInstanceTypes shows limits by type.
            let other = instances[..<index].first { $0.type == instance.type && $0.limits != instance.limits }
            guard let other else { continue }
            reader.refuse(
                "instances",
                "\(other.id) and \(instance.id) are of the type \(instance.type), but have not the same limits: give "
                    + "one of them a type of its own")
        }
        for subnet in cloud.subnets {
            let id = "\(subnet.id)"
            if !Form<String>.isIdentifier(id) {
                reader.refuse("subnets", "the id '\(id)' is not \(Form<String>.identifierRule)")
            }
            // The EC2 dialect shows them.
            let texts = [subnet.zone] + subnet.tags.flatMap { [$0.key, $0.value] }
            if !texts.allSatisfy(EC2XML.canCarry) {
                reader.refuse("subnets", "the zone or a tag of \(id) has a control character")
            }
        }
        if let bearerToken, !bearerToken.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
            // Without the token itself, which is a secret.
            reader.refuse("bearerToken", "it must be printable ASCII characters without blanks")
        }
    }
}

extension CloudConfiguration.Instance {
    fileprivate init?(_ reader: SettingsReader, subnets: [MockCloudConfiguration.Subnet]) {
        defer { reader.finish() }
        for key in ["id", "type", "subnet"] { reader.require(key, "an instance has id, type and subnet") }
        let netns = reader.string("netns")
        let type = reader.string("type")
        if let type, !EC2XML.canCarry(type) { reader.refuse("type", "it has a control character") }
        if let id = reader.string("id"), !Form<String>.isIdentifier(id) {
            reader.refuse("id", "'\(id)' is not \(Form<String>.identifierRule)")
        }
        let limits = ModelVPC.Limits(reader, type: type)
        guard let id = reader.string("id"), let type, let subnet = reader.string("subnet") else { return nil }
        if !subnets.contains(where: { $0.id == SubnetID(subnet) }) {
            reader.refuse("subnet", "there is no subnet \(subnet)")
        }
        guard let limits else { return nil }
        self.init(
            id: .init(rawValue: id), type: type, limits: limits, subnet: .init(rawValue: subnet), netns: netns)
    }
}

extension ModelVPC.Limits {
    /// Those of the key `limits`; without it, those of the type.
    fileprivate init?(_ reader: SettingsReader, type: String?) {
        guard let limits = reader.nested("limits") else {
            guard let type else { return nil }
            do throws(UnknownInstanceType) {
                self.init(try InstanceType(named: type))
            } catch {
                reader.refuse("type", "\(error)")
                return nil
            }
            return
        }
        defer { limits.finish() }
        limits.require("interfaces", "how many interfaces the instance can have, the primary one included")
        limits.require("ipv4PerInterface", "how many IPv4 addresses an interface can have, its primary one included")
        let prefixes = limits.bool("prefixes") ?? true
        let ipv6PerInterface = limits.integer("ipv6PerInterface", in: 0...256) ?? 0
        let vCPUs = limits.integer("vCPUs", in: 1...65_536) ?? type.flatMap { try? InstanceType(named: $0).vCPUs }
        guard let interfaces = limits.integer("interfaces", in: 1...100),
            let ipv4PerInterface = limits.integer("ipv4PerInterface", in: 1...256)
        else { return nil }
        self.init(
            interfaces: interfaces, ipv4PerInterface: ipv4PerInterface, ipv6PerInterface: ipv6PerInterface,
            supportsPrefixes: prefixes, vCPUs: vCPUs)
    }
}

extension CloudConfiguration.Credential {
    fileprivate init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        for key in ["accessKeyID", "secretAccessKey"] { reader.require(key, "a credential has both") }
        let token = reader.string("sessionToken")
        guard let id = reader.string("accessKeyID"), let secret = reader.string("secretAccessKey") else { return nil }
        self.init(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
    }
}

extension CloudConfiguration.Role {
    fileprivate init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        reader.require("name", "the name of the instances' role")
        let lifetime = reader.duration("lifetime", in: .seconds(1) ... .seconds(43_200)) ?? .seconds(21_600)
        guard let name = reader.string("name") else { return nil }
        self.init(name: name, lifetime: lifetime)
    }
}
