import Addressing
import JSON
import ModelVPC
import RateLimiting
import Timekeeping
import VirtualSimulator

extension Scenario {
    /// The keys of a VPC file that say what the cloud is like and how it behaves.
    var cloudSettings: JSONObject {
        var settings = cloud.settings
        settings["vpcCIDR"] = .string("\(network)")
        settings["subnets"] = .array(subnets.map(\.settings))
        settings["throttling"] = throttling.settings
        settings["faults"] = faults.isEmpty ? .null : .array(faults.map(\.settings))
        return settings
    }
}

extension Scenario.Subnet {
    fileprivate var settings: JSONValue {
        var settings: JSONObject = [
            "id": .string(id.description), "cidr": .string("\(cidr)"), "zone": .string(zone),
            "tags": .object(JSONObject(tags.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
        ]
        switch used {
        case .addresses(0): break
        case .addresses(let count): settings["usedAddresses"] = .integer(Int64(count))
        case .networks(let networks): settings["usedNetworks"] = .array(networks.map { .string("\($0)") })
        }
        return .object(settings)
    }
}

extension ModelVPC.Settings {
    fileprivate var settings: JSONObject {
        let perAction = latencyPerAction.sorted { $0.key.rawValue < $1.key.rawValue }
        let texts = JSONObject(perAction.map { ($0.key.rawValue, $0.value.text) })
        return [
            "latency": latency.text, "latencyPerAction": .object(texts),
            "attachDelay": attachDelay.text, "appearDelay": appearDelay.text, "detachDelay": detachDelay.text,
            "consistencyDelay": consistencyDelay.text,
        ]
    }
}

extension ModelVPC.Delay {
    fileprivate var text: JSONValue {
        let (least, most) = (range.lowerBound.text, range.upperBound.text)
        return .string(least == most ? least : "\(least) to \(most)")
    }
}

extension ModelVPC.Throttling {
    fileprivate var settings: JSONValue {
        let perAction = perAction.sorted { $0.key.rawValue < $1.key.rawValue }
        return [
            "mutating": mutating?.settings ?? .null, "nonMutating": nonMutating?.settings ?? .null,
            "perAction": .object(JSONObject(perAction.map { ($0.key.rawValue, $0.value.settings) })),
        ]
    }
}

extension TokenBucket {
    fileprivate var settings: JSONValue {
        ["capacity": .integer(Int64(capacity)), "refillPerSecond": .number(refillPerSecond)]
    }
}

extension ModelVPC.FaultRule {
    fileprivate var settings: JSONValue {
        var settings: JSONObject = [
            "effect": .string(effect.name), "actions": .array(actions.map(\.rawValue).sorted().map(JSONValue.string)),
            "from": .string((from - .origin).text), "skipping": .integer(Int64(skipping)),
            "probability": .number(probability),
        ]
        if let caller { settings["caller"] = .string(caller.rawValue) }
        if until < .distantFuture { settings["until"] = .string((until - .origin).text) }
        if let count { settings["count"] = .integer(Int64(count)) }
        return .object(settings)
    }
}

extension ModelVPC.FaultRule.Effect {
    /// The effect as a VPC file names it. A failure that such a file cannot name is a failure of the cloud to its callers,
    /// as `internalError` is.
    fileprivate var name: String {
        switch self {
        case .fail(.unavailable): "unavailable"
        case .fail(.requestLimitExceeded): "throttled"
        case .fail(.unauthorized): "unauthorized"
        case .fail(.noAnswer): "noAnswer"
        case .fail: "internalError"
        case .loseReply: "loseReply"
        case .attachStuck: "attachStuck"
        }
    }
}
