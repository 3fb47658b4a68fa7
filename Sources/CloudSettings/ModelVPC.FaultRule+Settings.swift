import ModelVPC
import Settings
import Timekeeping

extension ModelVPC.FaultRule {
    /// What can be written as the effect of a rule.
    private enum Name: String, CaseIterable {
        case internalError, unavailable, throttled, unauthorized, noAnswer, loseReply, attachStuck
    }

    /// Reads a rule, and asks for every key of its mapping.
    ///
    /// - Returns: `nil` where something is wrong that makes it no rule; the reader reports it.
    public init?(_ reader: SettingsReader) {
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
