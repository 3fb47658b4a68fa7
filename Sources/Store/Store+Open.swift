import GRDB
import Glibc
import Pool

extension Store {
    /// Opens, checks, migrates and loads; throws what SQLite throws.
    static func load(path: String, bootID: String) throws -> (queue: DatabaseQueue, contents: Contents) {
        var configuration = Configuration()
        configuration.label = "warmpool.store"
        // Long enough for somebody who looks at the file with a tool, short enough for the pods that wait meanwhile.
        configuration.busyMode = .timeout(0.5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let verdict = try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check(1)") }
        guard verdict == ["ok"] else {
            try queue.close()
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict.first)
        }
        let migrator = Schema.migrator
        if try queue.read(migrator.hasBeenSuperseded) { throw StoreError.tooNew(path: path) }
        try migrator.migrate(queue)
        let contents = try queue.read { db in
            let known = try String.fetchOne(db, sql: "SELECT bootID FROM boot")
            return Contents(snapshot: try db.snapshot(), isSameBoot: known == bootID, setAside: nil)
        }
        return (queue, contents)
    }

    /// Moves a corrupt file and its companions out of the way; keeps them, because they may still tell something.
    static func setAside(_ path: String, date: String) throws(StoreError) -> String {
        let aside = "\(path).corrupt-\(date)"
        for companion in ["-wal", "-shm"] { rename(path + companion, aside + companion) }
        guard rename(path, aside) == 0 else {
            throw .cannotOpen(path: path, "it is corrupt and cannot be renamed: \(String(cString: strerror(errno)))")
        }
        return aside
    }
}

extension DatabaseError {
    /// The file is damaged or no database at all.
    var isCorruption: Bool {
        resultCode.primaryResultCode == .SQLITE_CORRUPT || resultCode.primaryResultCode == .SQLITE_NOTADB
    }

    /// SQLite's message, without the statement.
    var reason: String { message ?? "SQLite error \(resultCode)" }
}
