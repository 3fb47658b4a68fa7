import Addressing
import ModelVPC
import Pool
import RateLimiting
import Settings
import Timekeeping

extension MockCloudConfiguration {
    /// Reads what a cloud is like, out of the keys `vpcCIDR`, `subnets`, the delays, `throttling` and `faults`.
    ///
    /// - Returns: something in any case, so that the rest can be read too; what is wrong with it the reader reports.
    public init(_ reader: SettingsReader) {
        let network = "an IPv4 network such as 10.0.0.0/16, with host bits zero"
        let ipv6Network = "an IPv6 network such as 2001:db8:0:1::/64, with host bits zero"
        reader.require("vpcCIDR", "the network of the VPC, such as 10.0.0.0/16")
        let cidr: IPv4Network? = reader.value("vpcCIDR", expecting: network)
        reader.require("subnets", "at least one subnet with id, cidr and zone")
        let subnets = reader.nestedList("subnets").compactMap { subnet -> Subnet? in
            defer { subnet.finish() }
            for key in ["id", "cidr", "zone"] { subnet.require(key, "a subnet has id, cidr and zone") }
            let tags = subnet.dictionary("tags") ?? [:]
            let ipv6: IPv6Network? = subnet.value("ipv6CIDR", expecting: ipv6Network)
            guard let id = subnet.string("id"), let zone = subnet.string("zone"),
                let range: IPv4Network = subnet.value("cidr", expecting: network)
            else { return nil }
            if let cidr, !cidr.contains(range) { subnet.refuse("cidr", "\(range) is not within the VPC's \(cidr)") }
            if !ModelVPC.subnetPrefixLengths.contains(range.prefixLength) {
                subnet.refuse("cidr", "\(range) is not of a subnet's size, /16 to /28")
            }
            if let ipv6, ipv6.prefixLength != 64 {
                subnet.refuse("ipv6CIDR", "\(ipv6) is not of the size of a subnet's IPv6 network, /64")
            }
            return Subnet(id: SubnetID(id), cidr: range, ipv6CIDR: ipv6, zone: zone, tags: tags)
        }
        for (index, subnet) in subnets.enumerated() {
            for other in subnets[..<index] {
                if other.id == subnet.id { reader.refuse("subnets", "there are two subnets \(subnet.id)") }
                if let ipv6 = subnet.ipv6CIDR, other.ipv6CIDR == ipv6 {
                    reader.refuse("subnets", "\(subnet.id) and \(other.id) have the same IPv6 network, \(ipv6)")
                }
                guard other.cidr.overlaps(subnet.cidr) else { continue }
                reader.refuse("subnets", "\(subnet.id) (\(subnet.cidr)) overlaps \(other.id) (\(other.cidr))")
            }
        }
        self.init(
            cidr: cidr ?? .everything, subnets: subnets, settings: .init(reader), throttling: .init(reader),
            faults: reader.nestedList("faults").compactMap { .init($0) })
    }
}

extension ModelVPC.Settings {
    fileprivate init(_ reader: SettingsReader) {
        self.init()
        func read(_ key: String) -> ModelVPC.Delay {
            .init(reader.duration(key, in: .zero ... .seconds(600)) ?? .zero)
        }
        latency = read("latency")
        attachDelay = read("attachDelay")
        appearDelay = read("appearDelay")
        detachDelay = read("detachDelay")
        consistencyDelay = read("consistencyDelay")
    }
}

extension ModelVPC.Throttling {
    fileprivate init(_ reader: SettingsReader) {
        self.init()
        guard let throttling = reader.nested("throttling") else { return }
        defer { throttling.finish() }
        self.mutating = throttling.nested("mutating").flatMap { .init($0) }
        nonMutating = throttling.nested("nonMutating").flatMap { .init($0) }
        guard let perAction = throttling.nested("perAction") else { return }
        defer { perAction.finish() }
        for action in ModelVPC.Action.allCases {
            if let bucket = perAction.nested(action.rawValue) { self.perAction[action] = .init(bucket) }
        }
    }
}

extension TokenBucket {
    fileprivate init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        reader.require("capacity", "how many calls can be made at once")
        reader.require("refillPerSecond", "how many calls a second are possible in the long run")
        guard let capacity = reader.integer("capacity", in: 0...1_000_000),
            let refill = reader.number("refillPerSecond", in: 0...1_000_000)
        else { return nil }
        self.init(capacity: capacity, refillPerSecond: refill)
    }
}

extension ModelVPC.FaultRule {
    /// What can be written as the effect of a rule.
    private enum Name: String, CaseIterable {
        case internalError, unavailable, throttled, unauthorized, noAnswer, loseReply, attachStuck
    }

    fileprivate init?(_ reader: SettingsReader) {
        defer { reader.finish() }
        reader.require("effect", "what goes wrong")
        let name = reader.choice("effect", of: Name.self)
        let actions = reader.choices("actions", of: ModelVPC.Action.self) ?? []
        let day = Duration.zero ... .seconds(86_400)
        let from = reader.duration("from", in: day).map { .origin + $0 } ?? Instant.origin
        let until = reader.duration("until", in: day).map { .origin + $0 } ?? Instant.distantFuture
        let skipping = reader.integer("skipping", in: 0...1_000_000_000) ?? 0
        let probability = reader.number("probability", in: 0...1) ?? 1
        let count = reader.integer("count", in: 0...1_000_000_000)
        let caller = reader.string("caller").map(ModelVPC.InstanceID.init)
        guard let name else { return nil }
        let effect: Effect =
            switch name {
            case .internalError: .fail(.internalError)
            case .unavailable: .fail(.unavailable)
            case .throttled: .fail(.requestLimitExceeded(retryAfter: nil))
            // The model names the action of the call itself.
            case .unauthorized: .fail(.unauthorized(actions.first ?? .describeInstances))
            case .noAnswer: .fail(.noAnswer)
            case .loseReply: .loseReply
            case .attachStuck: .attachStuck
            }
        self.init(
            effect, of: Set(actions), by: caller, from: from, until: until, skipping: skipping,
            probability: probability, count: count)
    }
}
