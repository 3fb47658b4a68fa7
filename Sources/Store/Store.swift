import GRDB
import Pool

/// The durable form of a pool, in one SQLite file.
///
/// ```swift
/// let (store, contents) = try Store.open(path: "/var/lib/warmpool/pool.sqlite", bootID: bootID, date: today)
/// try store.begin(bootID: bootID, changesOfTheRestart)
/// try store.apply(outcome.changes)   // one transaction; durable when it returns
/// ```
///
/// WAL with `synchronous=NORMAL`: a crash of the process loses nothing. A loss of power can lose the last
/// transactions, which is sound because the pods died with the machine; the boot id tells.
public final class Store: Sendable {
    /// What a store held when it was opened.
    public struct Contents: Sendable {
        /// The state of the pool.
        public var snapshot: PoolSnapshot
        /// Whether the machine has run since the last transaction.
        public var isSameBoot: Bool
        /// Where a corrupt file was set aside; the state is then to be rebuilt from provider and kernel.
        public var setAside: String?
    }

    /// The file.
    public let path: String
    private let queue: DatabaseQueue
    private let lock: StoreLock

    private init(path: String, queue: DatabaseQueue, lock: StoreLock) {
        self.path = path
        self.queue = queue
        self.lock = lock
    }

    /// Opens the store, or makes it; checks its integrity, migrates it and loads it. A corrupt file is set aside under
    /// a dated name and an empty store takes its place.
    ///
    /// - Parameters:
    ///   - bootID: the kernel's name of this boot.
    ///   - date: what the name of a set-aside file ends with.
    /// - Throws: ``StoreError/inUse(path:)`` while another process has it open; other cases where it cannot be opened.
    public static func open(
        path: String, bootID: String, date: String
    ) throws(StoreError) -> (store: Store, contents: Contents) {
        let lock = try StoreLock(store: path)
        do {
            let (queue, contents) = try load(path: path, bootID: bootID)
            return (Store(path: path, queue: queue, lock: lock), contents)
        } catch let error as DatabaseError where error.isCorruption {
            let aside = try setAside(path, date: date)
            do {
                var (queue, contents) = try load(path: path, bootID: bootID)
                contents.setAside = aside
                return (Store(path: path, queue: queue, lock: lock), contents)
            } catch {
                throw .cannotOpen(path: path, reason(of: error))
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw .cannotOpen(path: path, reason(of: error))
        }
    }

    private static func reason(of error: any Error) -> String {
        (error as? DatabaseError)?.reason ?? "\(error)"
    }

    /// Makes the changes of one event durable, all or none.
    public func apply(_ changes: [Change]) throws(StoreError) {
        guard !changes.isEmpty else { return }
        try write { db in
            for change in changes { try db.apply(change) }
        }
    }

    /// Makes the changes of a restart durable together with the boot that they are of. A crash between the two would
    /// let instants of another boot pass for those of this one.
    public func begin(bootID: String, _ changes: [Change]) throws(StoreError) {
        try write { db in
            for change in changes { try db.apply(change) }
            try db.execute(sql: "INSERT OR REPLACE INTO boot (id, bootID) VALUES (1, ?)", arguments: [bootID])
        }
    }

    private func write(_ body: (Database) throws -> Void) throws(StoreError) {
        do {
            try queue.write(body)
        } catch {
            throw .cannotWrite(path: path, Store.reason(of: error))
        }
    }

    /// What the store holds now.
    public func snapshot() throws(StoreError) -> PoolSnapshot {
        do {
            return try queue.read { try $0.snapshot() }
        } catch {
            throw .cannotRead(path: path, Store.reason(of: error))
        }
    }

    /// Ends all use of the file and brings its write-ahead log into it.
    public func close() throws(StoreError) {
        do {
            try queue.close()
        } catch {
            throw .cannotWrite(path: path, Store.reason(of: error))
        }
    }
}
