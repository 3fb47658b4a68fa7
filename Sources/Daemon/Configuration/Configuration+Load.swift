import Addressing
import InstanceLimits
import Logging
import ModelVPC
import PodNetwork
import Pool
import Providers
import Settings
import Timekeeping

extension Configuration {
    /// Reads a configuration file and the environment, which overrides it.
    ///
    /// - Throws: ``SettingsProblems`` with everything that is wrong.
    public static func load(
        path: String, environment: [String: String]
    ) throws(SettingsProblems) -> Configuration {
        let hint = "name the file with --config, or copy Config/warmpoold.yaml there"
        let text = try SettingsReader.text(ofFile: path, hint: hint)
        return try parse(text, file: path, environment: environment)
    }

    /// Reads the text of a configuration file.
    public static func parse(
        _ text: String, file: String, environment: [String: String]
    ) throws(SettingsProblems) -> Configuration {
        try SettingsReader.read(text, file: file) { reader, problems in
            EnvironmentOverrides.apply(environment, to: reader, problems: problems)
            return Configuration(reader)
        }
    }

    /// Reads every key, so that every problem is found; with any, the value is of no use.
    private init(_ reader: SettingsReader) {
        let limits = Configuration.readLimits(reader)
        self.init(provider: Configuration.readProvider(reader, limits: limits))
        self.limits = limits
        socket = reader.string("socket") ?? socket
        if socket.utf8.count > 107 { reader.refuse("socket", "a socket's path has at most 107 bytes") }
        store = reader.string("store") ?? store
        logLevel = reader.choice("logLevel", of: Logger.Level.self) ?? logLevel
        logFormat = reader.choice("logFormat", of: LogFormat.self) ?? logFormat
        (calls, callTimeout) = Configuration.readCalls(reader.nested("calls"), timeout: callTimeout)
        pool = Configuration.readPool(reader)
        podMTU = reader.integer("podMTU", in: 576...9216)
        eniMTU = reader.integer("eniMTU", in: 576...9216) ?? eniMTU
        if let podMTU, podMTU > eniMTU { reader.refuse("podMTU", "\(podMTU) is more than the ENI's MTU of \(eniMTU)") }
        eniSubnet = reader.string("eniSubnet").map(SubnetID.init)
        securityGroups = reader.list("securityGroups", of: "a security group's id") ?? securityGroups
        eniTags = reader.dictionary("eniTags") ?? eniTags
        traffic = Configuration.readTraffic(reader)
        layout = Configuration.readLayout(reader)
        reconcileInterval =
            reader.duration("reconcileInterval", in: .seconds(1) ... .seconds(3600)) ?? reconcileInterval
        attachTimeout = reader.duration("attachTimeout", in: .seconds(1) ... .seconds(600)) ?? attachTimeout
    }

    private static func readPool(_ reader: SettingsReader) -> PoolConfiguration {
        var pool = PoolConfiguration()
        let day = Duration.zero ... .seconds(86_400)
        pool.target = .classic(
            warmENI: reader.integer("warmENITarget", in: 0...100) ?? 1,
            warmIP: reader.integer("warmIPTarget", in: 0...1000),
            minimumIP: reader.integer("minimumIPTarget", in: 0...1000))
        pool.maxENI = reader.integer("maxENI", in: 1...100)
        pool.reservedENIs = reader.integer("reservedENIs", in: 0...100) ?? pool.reservedENIs
        pool.maxPods = reader.integer("maxPods", in: 1...10_000)
        pool.cooldown = reader.duration("cooldown", in: day) ?? pool.cooldown
        pool.shrinkInterval = reader.duration("shrinkInterval", in: day) ?? pool.shrinkInterval
        pool.minimumENILifetime = reader.duration("minimumENILifetime", in: day) ?? pool.minimumENILifetime
        pool.subnetBackoff = reader.duration("subnetBackoff", in: day) ?? pool.subnetBackoff
        pool.consistencyWindow = reader.duration("consistencyWindow", in: day) ?? pool.consistencyWindow
        pool.attachmentGrace =
            reader.duration("attachmentGrace", in: .seconds(10) ... .seconds(86_400))
            ?? pool.attachmentGrace
        return pool
    }

    private static func readLimits(_ reader: SettingsReader) -> NodeLimits? {
        guard let limits = reader.nested("limits") else { return nil }
        limits.require("enis", "how many ENIs the instance can have, the primary one included")
        limits.require("ipv4PerENI", "how many IPv4 addresses an ENI can have, its primary one included")
        let enis = limits.integer("enis", in: 1...100)
        let ipv4PerENI = limits.integer("ipv4PerENI", in: 2...256)
        limits.finish()
        guard let enis, let ipv4PerENI else { return nil }
        return NodeLimits(enis: enis, ipv4PerENI: ipv4PerENI)
    }

    private static func readTraffic(_ reader: SettingsReader) -> Traffic {
        let network = "an IPv4 network such as 10.0.0.0/16, with host bits zero"
        var traffic = Traffic()
        traffic.vpcCIDRs = reader.list("vpcCIDRs", of: network)
        traffic.snatExclusions = reader.list("snatExclusions", of: network) ?? traffic.snatExclusions
        traffic.externalSNAT = reader.bool("externalSNAT") ?? traffic.externalSNAT
        traffic.nodePort = reader.bool("nodePort") ?? traffic.nodePort
        traffic.antiSpoofing = reader.bool("antiSpoofing") ?? traffic.antiSpoofing
        return traffic
    }

    private static func readLayout(_ reader: SettingsReader) -> NetworkLayout {
        var layout = NetworkLayout()
        guard let routing = reader.nested("routing") else { return layout }
        func read(_ key: String, _ value: inout UInt32) {
            value = routing.integer(key, in: 0...Int(UInt32.max)).map { UInt32($0) } ?? value
        }
        layout.nftablesTable = routing.string("nftablesTable") ?? layout.nftablesTable
        read("podTable", &layout.podTable)
        read("groupBase", &layout.groupBase)
        read("podRulePriority", &layout.podRulePriority)
        read("nodePortRulePriority", &layout.nodePortRulePriority)
        read("eniRulePriority", &layout.eniRulePriority)
        read("nodeRulePriority", &layout.nodeRulePriority)
        read("nodePortMark", &layout.nodePortMark)
        read("eniMarkMask", &layout.eniMarkMask)
        read("podMark", &layout.podMark)
        layout.gateway = routing.value("gateway", expecting: "an IPv4 address") ?? layout.gateway
        routing.finish()
        for problem in layout.problems() { reader.refuse("routing", problem) }
        return layout
    }
}
