import Addressing
import CloudSettings
import InstanceLimits
import Logging
import ModelVPC
import PodNetwork
import Pool
import PoolSettings
import Providers
import RateLimiting
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
            return Configuration(reader, environment)
        }
    }

    /// Reads every key, so that every problem is found; with any, the value is of no use.
    private init(_ reader: SettingsReader, _ environment: [String: String]) {
        let pool = PoolConfiguration(reader) { EnvironmentOverrides.applyLabel(environment, to: $0) }
        let limits = Configuration.readLimits(reader, pool)
        self.init(provider: Configuration.readProvider(reader, limits: limits))
        self.limits = limits
        socket = reader.string("socket") ?? socket
        if socket.utf8.count > 107 { reader.refuse("socket", "a socket's path has at most 107 bytes") }
        store = reader.string("store") ?? store
        logLevel = reader.choice("logLevel", of: Logger.Level.self) ?? logLevel
        logFormat = reader.choice("logFormat", of: LogFormat.self) ?? logFormat
        if let keys = reader.nested("calls") {
            calls = CallPolicy(keys)
            callTimeout = keys.duration("timeout", in: .milliseconds(100) ... .seconds(20)) ?? callTimeout
            keys.finish()
        }
        self.pool = pool
        podMTU = reader.integer("podMTU", in: 576...9216)
        eniMTU = reader.integer("eniMTU", in: 576...9216) ?? eniMTU
        if let podMTU, podMTU > eniMTU { reader.refuse("podMTU", "\(podMTU) is more than the ENI's MTU of \(eniMTU)") }
        if pool.families.hasIPv6, podMTU ?? eniMTU < IPv6Address.minimumMTU {
            reader.refuse(
                podMTU == nil ? "eniMTU" : "podMTU",
                "\(podMTU ?? eniMTU) is less than the \(IPv6Address.minimumMTU) that ipv6 of ipFamilies needs")
        }
        eniTags = reader.dictionary("eniTags") ?? eniTags
        traffic = Configuration.readTraffic(reader)
        layout = Configuration.readLayout(reader)
        reconcileInterval =
            reader.duration("reconcileInterval", in: .seconds(1) ... .seconds(3600)) ?? reconcileInterval
        attachTimeout = reader.duration("attachTimeout", in: .seconds(1) ... .seconds(600)) ?? attachTimeout
        annotate = Configuration.readHook(reader.nested("annotate"))
    }

    private static func readLimits(_ reader: SettingsReader, _ pool: PoolConfiguration) -> NodeLimits? {
        guard let limits = reader.nested("limits") else { return nil }
        limits.require("enis", "how many ENIs the instance can have, the primary one included")
        limits.require("ipv4PerENI", "how many IPv4 addresses an ENI can have, its primary one included")
        let enis = limits.integer("enis", in: 1...100)
        let ipv4PerENI = limits.integer("ipv4PerENI", in: 2...256)
        let ipv6PerENI = limits.integer("ipv6PerENI", in: 0...256) ?? 0
        let supportsPrefixes = limits.bool("supportsPrefixes") ?? false
        let vCPUs = limits.integer("vCPUs", in: 1...10_000)
        limits.finish()
        if pool.families.hasIPv6, ipv6PerENI == 0 {
            limits.refuse("ipv6PerENI", "0 leaves no room for the prefix that ipv6 of ipFamilies needs")
        }
        if !supportsPrefixes {
            if pool.families.hasIPv6, ipv6PerENI > 0 {
                limits.refuse(
                    "supportsPrefixes", "false contradicts ipv6 of ipFamilies, which needs a prefix on each ENI")
            } else if pool.prefixDelegation, pool.families.hasIPv4 {
                limits.refuse("supportsPrefixes", "false contradicts prefixDelegation: true; change one of the two")
            }
        }
        guard let enis, let ipv4PerENI else { return nil }
        return NodeLimits(
            enis: enis, ipv4PerENI: ipv4PerENI, ipv6PerENI: ipv6PerENI, supportsPrefixes: supportsPrefixes,
            vCPUs: vCPUs)
    }

    private static func readHook(_ reader: SettingsReader?) -> Hook? {
        guard let reader else { return nil }
        reader.require("command", "the program that is run, with its arguments")
        let command: [String]? = reader.list("command", of: "a word of a command", nonEmpty: true)
        var hook = Hook(program: command?.first ?? "", arguments: Array(command?.dropFirst() ?? []))
        if let program = command?.first, !program.hasPrefix("/") {
            reader.refuse("command", "'\(program)' is not the absolute path of a program")
        }
        hook.timeout = reader.duration("timeout", in: .milliseconds(100) ... .seconds(60)) ?? hook.timeout
        reader.finish()
        return hook
    }

    private static func readTraffic(_ reader: SettingsReader) -> Traffic {
        let (ipv4, ipv6) = ("an IPv4 network such as 10.0.0.0/16", "an IPv6 network such as 2001:db8::/56")
        let hostBits = "with host bits zero"
        var traffic = Traffic()
        traffic.vpcCIDRs = reader.list("vpcCIDRs", of: "\(ipv4), \(hostBits)", nonEmpty: true)
        traffic.vpcIPv6CIDRs = reader.list("vpcIPv6CIDRs", of: "\(ipv6), \(hostBits)")
        traffic.snatExclusions =
            reader.list("snatExclusions", of: "\(ipv4) or \(ipv6), \(hostBits)") ?? traffic.snatExclusions
        traffic.snatIPv6 = reader.bool("snatIPv6") ?? traffic.snatIPv6
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
        layout.gatewayIPv6 = routing.value("gatewayIPv6", expecting: "an IPv6 address") ?? layout.gatewayIPv6
        routing.finish()
        for problem in layout.problems() { reader.refuse("routing", problem) }
        return layout
    }
}
