import CloudSettings
import ModelVPC
import Pool
import Settings
import VirtualSimulator

/// What is to come of a scenario. What is `nil` or empty is not looked at.
public struct Expectations: Hashable, Sendable {
    /// Addresses of a subnet at the end.
    public struct Subnet: Hashable, Sendable {
        public var free: Bound<Int>?
        public var freeBlocks: Bound<Int>?
        public var pods: Bound<Int>?
    }

    /// A place in the order of the pods' waits.
    public enum Rank: String, CaseIterable, Hashable, Sendable {
        case p50, p90, p99, max

        /// The share of the pods that waited no longer.
        public var share: Double {
            switch self {
            case .p50: 0.5
            case .p90: 0.9
            case .p99: 0.99
            case .max: 1
            }
        }
    }

    public var podsStarted: Bound<Int>?
    public var pendingAtEnd: PodBound?
    /// The most pods that waited at once, by the samples.
    public var pendingPeak: PodBound?
    public var runningAtEnd: Bound<Int>?
    /// Codes of causes for which some ADD must have been refused.
    public var causes: [String] = []
    /// The codes of all further causes that may be seen; `nil` for any.
    public var furtherCauses: [String]?
    public var waits: [Rank: Bound<Duration>] = [:]
    public var throttled: Bound<Int>?
    /// Addresses that a node holds and no pod uses, on average.
    public var stranded: Bound<Double>?
    /// When the last pod got its address, since the first node joined; pods that wait at the end never get any.
    public var converged: Bound<Duration>?
    /// The time until then, as a multiple of `Scenario.scaleUpBound`.
    public var tokenBound: Bound<Double>?
    public var calls: [ModelVPC.Action: Bound<Int>] = [:]
    public var subnets: [SubnetID: Subnet] = [:]

    public init() {}
}

extension Expectations {
    /// Reads the section `expect`, and asks for every key of it.
    init(_ reader: SettingsReader, subnets ids: [SubnetID]) {
        defer { reader.finish() }
        podsStarted = Expectations.bound("podsStarted", reader)
        pendingAtEnd = reader.value("pendingAtEnd", expecting: PodBound.expectedText)
        pendingPeak = reader.value("pendingPeak", expecting: PodBound.expectedText)
        runningAtEnd = Expectations.bound("runningAtEnd", reader)
        causes = Expectations.codes("causes", reader) ?? []
        furtherCauses = Expectations.codes("furtherCauses", reader)
        throttled = Expectations.bound("throttled", reader)
        stranded = Expectations.bound("stranded", reader)
        converged = Expectations.bound("converged", reader)
        tokenBound = Expectations.bound("tokenBound", reader)
        if let keys = reader.nested("waits") {
            for rank in Rank.allCases { waits[rank] = Expectations.bound(rank.rawValue, keys) }
            keys.finish()
        }
        if let keys = reader.nested("calls") {
            for action in ModelVPC.Action.allCases { calls[action] = Expectations.bound(action.rawValue, keys) }
            keys.finish()
        }
        guard let keys = reader.nested("subnets") else { return }
        for id in ids {
            guard let subnet = keys.nested("\(id)") else { continue }
            subnets[id] = Subnet(
                free: Expectations.bound("free", subnet), freeBlocks: Expectations.bound("freeBlocks", subnet),
                pods: Expectations.bound("pods", subnet))
            subnet.finish()
        }
        keys.finish()
    }

    private static func bound<Value>(_ key: String, _ reader: SettingsReader) -> Bound<Value>? {
        reader.value(key, expecting: Bound<Value>.expectedText)
    }

    private static func codes(_ key: String, _ reader: SettingsReader) -> [String]? {
        let codes: [String]? = reader.list(key, of: "the code of a cause")
        let known = Cause.codes + [Report.daemonDown]
        for code in codes ?? [] where !known.contains(code) {
            reader.refuse(key, "'\(code)' is not the code of a cause: \(known.joined(separator: ", "))")
        }
        return codes
    }
}
