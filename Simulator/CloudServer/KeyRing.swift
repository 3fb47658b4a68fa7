import FoundationEssentials
import ModelVPC
import Synchronization
import Timekeeping

/// The time of day, which signatures name.
public typealias WallClock = @Sendable () -> Date

/// The keys with which calls may be signed: those of the configuration, and the temporary ones of the instances' role.
final class KeyRing: Sendable {
    /// A key and who has it.
    struct Key: Hashable {
        var credential: CloudConfiguration.Credential
        /// `nil`: never.
        var expires: Date?
        /// The instance to which the metadata service gave it.
        var instance: ModelVPC.InstanceID?
    }

    let role: CloudConfiguration.Role?
    let wallClock: WallClock
    /// By access key id. At most two temporary ones for each instance, the newest and the one before.
    private let keys: Mutex<[String: Key]>

    init(_ credentials: [CloudConfiguration.Credential], role: CloudConfiguration.Role?, wallClock: @escaping WallClock)
    {
        self.role = role
        self.wallClock = wallClock
        keys = Mutex(
            Dictionary(credentials.map { ($0.accessKeyID, Key(credential: $0)) }) { first, _ in first })
    }

    /// Whether calls have to be signed.
    var isRequired: Bool { role != nil || keys.withLock { !$0.isEmpty } }

    subscript(id: String) -> Key? { keys.withLock { $0[id] } }

    /// The key of the role for an instance: the one that it has, or a new one when half of its time is over.
    ///
    /// - Returns: `nil` where there is no role.
    func roleKey(of instance: ModelVPC.InstanceID) -> Key? {
        guard let role else { return nil }
        let now = wallClock()
        let lifetime = role.lifetime.inSeconds
        return keys.withLock { keys in
            let present = keys.values.filter { $0.instance == instance }
                .sorted { ($0.expires ?? .distantPast) > ($1.expires ?? .distantPast) }
            if let newest = present.first, let expires = newest.expires,
                expires.timeIntervalSince(now) > lifetime / 2
            {
                return newest
            }
            for old in present.dropFirst() { keys[old.credential.accessKeyID] = nil }
            let key = Key(
                credential: .init(
                    accessKeyID: "ASIA" + KeyRing.random(16).uppercased(), secretAccessKey: KeyRing.random(40),
                    sessionToken: KeyRing.random(64)),
                expires: now.addingTimeInterval(lifetime), instance: instance)
            keys[key.credential.accessKeyID] = key
            return key
        }
    }

    /// So many letters and digits that nobody can guess.
    static func random(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in "abcdefghijklmnopqrstuvwxyz234567".randomElement(using: &generator)! })
    }
}
