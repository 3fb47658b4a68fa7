import ModelVPC
import RateLimiting
import Settings

extension ModelVPC.Throttling {
    /// Reads the buckets of an account, without limit where there is none, and asks for every key of its mapping.
    public init(_ reader: SettingsReader) {
        defer { reader.finish() }
        self.init(
            mutating: reader.nested("mutating").flatMap { .init($0) },
            nonMutating: reader.nested("nonMutating").flatMap { .init($0) })
        guard let perAction = reader.nested("perAction") else { return }
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
