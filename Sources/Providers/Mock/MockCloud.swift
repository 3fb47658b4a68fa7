import ModelVPC
import Pool
import Timekeeping

/// A model VPC that the nodes of this process share, or, through a file, the nodes of several processes.
public actor MockCloud {
    /// Where a cloud is kept.
    public enum Storage: Hashable, Sendable {
        case memory
        /// In a file, which is made with the first call if there is none, and wins over the configuration if there is
        /// one. Beside it lies `<path>.lock`, which must not be removed while a process uses the cloud.
        case file(path: String)
    }

    private enum Place {
        case memory(SavedCloud)
        /// `opened`: the file was there, so that it is an error when it is missing.
        case file(CloudFile, opened: Bool)
    }

    private let executor = BlockingExecutor(label: "warmpool.mock-cloud")
    private let now: @Sendable () -> Instant
    private let fresh: ModelVPC
    private var place: Place

    /// - Parameter now: a clock that is the same for all processes that share the file; it may begin anew, as one that
    ///   counts from the boot does: then the cloud goes on from where it was.
    /// - Throws: ``ProviderError/incorrectState(_:)`` for a configuration that no cloud can have. Does not touch the
    ///   file yet.
    public init(
        _ configuration: MockCloudConfiguration, storage: Storage, now: @escaping @Sendable () -> Instant
    ) throws(ProviderError) {
        fresh = try configuration.makeVPC()
        self.now = now
        switch storage {
        case .memory: place = .memory(SavedCloud(fresh, createdAt: now()))
        case .file(let path): place = .file(CloudFile(path: path), opened: false)
        }
    }

    /// A queue of its own, since file and lock block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Changes the cloud; the change is kept when this returns.
    ///
    /// - Parameter body: gets the cloud and the time on its clock, which counts from its creation.
    /// - Throws: ``ProviderError`` with the file's name when the file cannot be read or written; the cloud then is as it
    ///   was.
    package func update<Value: Sendable>(
        _ body: @Sendable (inout ModelVPC, Instant) -> Value
    ) throws(ProviderError) -> Value {
        switch place {
        case .memory(var saved):
            // Held in one place only, the cloud is changed as it is, and not copied for every call.
            place = .memory(SavedCloud(fresh, createdAt: .origin))
            let time = saved.time(at: now())
            let value = body(&saved.vpc, time)
            place = .memory(saved)
            return value
        case .file(let file, let opened):
            let value = try file.update(orBeginWith: opened ? nil : SavedCloud(fresh, createdAt: now())) { saved in
                let time = saved.time(at: now())
                return body(&saved.vpc, time)
            }
            place = .file(file, opened: true)
            return value
        }
    }

    /// Looks at the cloud as it is now; throws as ``update(_:)`` does.
    ///
    /// - Parameter body: what it changes is not kept.
    package func inspect<Value: Sendable>(
        _ body: @Sendable (inout ModelVPC, Instant) -> Value
    ) throws(ProviderError) -> Value {
        var saved: SavedCloud
        switch place {
        case .memory(let cloud): saved = cloud
        case .file(let file, _): saved = try file.read()
        }
        let time = saved.time(at: now())
        return body(&saved.vpc, time)
    }
}

/// A cloud with what ties its clock to that of the process.
struct SavedCloud: Codable, Sendable {
    /// The form of the file.
    static let currentVersion = 4

    var version = SavedCloud.currentVersion
    var vpc: ModelVPC
    /// What is added to the clock of the process to get the cloud's.
    private var shift: Duration

    init(_ vpc: ModelVPC, createdAt now: Instant) {
        self.vpc = vpc
        shift = .origin - now
    }

    /// The cloud's time. A clock that has begun anew since the cloud was last used is shifted: the cloud's time never
    /// goes back.
    mutating func time(at now: Instant) -> Instant {
        if now + shift < vpc.clock { shift = vpc.clock - now }
        return now + shift
    }
}
