import FoundationEssentials
import ModelVPC
import Synchronization

/// The session tokens that the metadata service has given.
final class MetadataTokens: Sendable {
    private struct Token {
        let instance: ModelVPC.InstanceID
        let expires: Date
    }

    /// More than any node needs; the oldest goes first.
    private static let capacity = 10_000

    private let wallClock: WallClock
    private let tokens = Mutex<[String: Token]>([:])

    init(wallClock: @escaping WallClock) {
        self.wallClock = wallClock
    }

    /// A new token.
    ///
    /// - Parameter lifetime: in seconds.
    func make(for instance: ModelVPC.InstanceID, lifetime: Int) -> String {
        let token = KeyRing.random(56)
        let now = wallClock()
        tokens.withLock { tokens in
            if tokens.count >= Self.capacity { tokens = tokens.filter { $0.value.expires > now } }
            if tokens.count >= Self.capacity, let oldest = tokens.min(by: { $0.value.expires < $1.value.expires }) {
                tokens[oldest.key] = nil
            }
            tokens[token] = Token(instance: instance, expires: now.addingTimeInterval(TimeInterval(lifetime)))
        }
        return token
    }

    /// Whether a token was given for the instance, and has not expired.
    func isValid(_ token: String, for instance: ModelVPC.InstanceID) -> Bool {
        guard let known = tokens.withLock({ $0[token] }) else { return false }
        return known.instance == instance && known.expires > wallClock()
    }
}
