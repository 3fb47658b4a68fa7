import Timekeeping

extension ModelVPC {
    /// A rule by which calls go wrong.
    ///
    /// ```swift
    /// // The third attempt to attach fails; every tenth call of node-7 in the first minute is never answered.
    /// FaultRule(.fail(.internalError), of: [.attachNetworkInterface], skipping: 2, count: 1)
    /// FaultRule(.fail(.noAnswer), by: "node-7", until: .origin + .seconds(60), probability: 0.1)
    /// ```
    public struct FaultRule: Hashable, Codable, Sendable {
        /// What goes wrong.
        public enum Effect: Hashable, Codable, Sendable {
            /// The call fails so and changes nothing. ``Failure/requestLimitExceeded(retryAfter:)`` throttles,
            /// ``Failure/unauthorized(_:)`` names the call's action, whichever the rule names, and
            /// ``Failure/noAnswer`` lets the caller wait for ever.
            case fail(Failure)
            /// The call is carried out, and never answered.
            case loseReply
            /// The call succeeds, but the interface stays attaching until it is detached. Matches calls to attach only.
            case attachStuck
        }

        /// What goes wrong with the calls that the rule hits.
        public var effect: Effect
        /// The calls that the rule is for; empty: all.
        public var actions: Set<Action>
        /// The caller whose calls the rule is for; `nil`: every caller.
        public var caller: InstanceID?
        /// The beginning of the time in which the rule holds.
        public var from: Instant
        /// The end of the time in which the rule holds; not part of it.
        public var until: Instant
        /// Of the calls that match all of the above, so many pass first.
        public var skipping: Int
        /// Of the others, the share that goes wrong, 0 to 1.
        public var probability: Double
        /// The most calls that go wrong; `nil`: without limit.
        public var count: Int?

        /// A rule that hits every call, unless conditions are given; each is described at its property.
        public init(
            _ effect: Effect, of actions: Set<Action> = [], by caller: InstanceID? = nil, from: Instant = .origin,
            until: Instant = .distantFuture, skipping: Int = 0, probability: Double = 1, count: Int? = nil
        ) {
            self.effect = effect
            self.actions = actions
            self.caller = caller
            self.from = from
            self.until = until
            self.skipping = skipping
            self.probability = probability
            self.count = count
        }

        /// The actions in order, so that equal rules have equal texts.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(effect, forKey: .effect)
            try container.encode(actions.sorted { $0.rawValue < $1.rawValue }, forKey: .actions)
            try container.encodeIfPresent(caller, forKey: .caller)
            try container.encode(from, forKey: .from)
            try container.encode(until, forKey: .until)
            try container.encode(skipping, forKey: .skipping)
            try container.encode(probability, forKey: .probability)
            try container.encodeIfPresent(count, forKey: .count)
        }
    }

    /// A rule with what has happened to it.
    struct ArmedFault: Hashable, Codable, Sendable {
        let rule: FaultRule
        var matched = 0
        var fired = 0

        /// Counts a call; whether it goes wrong.
        mutating func fires(on action: Action, by caller: InstanceID, at now: Instant, random: inout Random) -> Bool {
            guard rule.actions.isEmpty || rule.actions.contains(action),
                rule.caller == nil || rule.caller == caller,
                rule.from <= now, now < rule.until,
                rule.effect != .attachStuck || action == .attachNetworkInterface
            else { return false }
            matched += 1
            guard matched > rule.skipping, fired < rule.count ?? .max,
                rule.probability >= 1 || random.nextFraction() < rule.probability
            else { return false }
            fired += 1
            return true
        }
    }
}
