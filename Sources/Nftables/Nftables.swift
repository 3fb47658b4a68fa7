import Subprocess

/// The packet filter of one network namespace, through the `nft` program.
public struct Nftables: Sendable {
    /// A table by its family and name, such as `inet warmpool`.
    public struct Table: Hashable, Sendable, CustomStringConvertible {
        /// The protocol family, such as `inet`.
        public let family: String
        /// The name within the family.
        public let name: String

        /// Names a table, whether it exists or not.
        public init(family: String, name: String) {
            self.family = family
            self.name = name
        }

        public var description: String { "\(family) \(name)" }
    }

    /// A table as it was right after it was applied. Whoever flushes it or changes a rule makes it differ.
    public struct Applied: Hashable, Sendable {
        /// Which table it is.
        public let table: Table
        /// The script that made it.
        public let script: String
        let listing: String
    }

    private let namespace: String?

    /// - Parameter namespace: a name of `ip netns`; `nil` for the namespace of this process.
    public init(namespace: String? = nil) {
        self.namespace = namespace
    }

    /// Runs a script as one transaction: all of it takes effect, or nothing (`nft -f -`).
    ///
    /// - Returns: what ``isIntact(_:)`` compares with later.
    /// - Throws: ``NftablesError``.
    public func apply(_ script: String, table: Table) async throws(NftablesError) -> Applied {
        try await nft(["-f", "-"], input: script)
        guard let listing = try await list(table) else {
            throw .refused("the script made no table \(table)")
        }
        return Applied(table: table, script: script, listing: listing)
    }

    /// The table without counters and handles (`nft -s list table`).
    ///
    /// - Returns: `nil` where there is no such table.
    /// - Throws: ``NftablesError``.
    public func list(_ table: Table) async throws(NftablesError) -> String? {
        do {
            return try await nft(["-s", "list", "table", table.family, table.name], input: "")
        } catch .refused(let message) where message.contains("No such file or directory") {
            return nil
        }
    }

    /// Whether a table is still what was applied: nobody deleted, flushed or edited it.
    ///
    /// - Throws: ``NftablesError``.
    public func isIntact(_ applied: Applied) async throws(NftablesError) -> Bool {
        try await list(applied.table) == applied.listing
    }

    /// Deletes a table; succeeds where there is none.
    ///
    /// - Throws: ``NftablesError``.
    public func delete(_ table: Table) async throws(NftablesError) {
        // Deleting what isn't there is an error, adding what is there is none.
        try await nft(["-f", "-"], input: "add table \(table)\ndelete table \(table)\n")
    }

    /// The listing of a big node's table is some kilobytes; more than this is none of ours.
    private static let outputLimit = 4 << 20

    @discardableResult
    private func nft(_ arguments: [String], input: String) async throws(NftablesError) -> String {
        let words = (namespace.map { ["ip", "netns", "exec", $0, "nft"] } ?? ["nft"]) + arguments
        let program = words[0]
        let status: TerminationStatus
        let output: String
        let message: String
        do {
            let result = try await run(
                .name(program), arguments: Arguments(Array(words.dropFirst())), input: .string(input),
                output: .string(limit: Nftables.outputLimit), error: .string(limit: Nftables.outputLimit))
            status = result.terminationStatus
            output = result.standardOutput
            message = result.standardError
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .missingProgram(program, package: program == "nft" ? "nftables" : "iproute2")
        } catch {
            throw .failed("\(error)")
        }
        switch status {
        case .exited(0): return output
        case .exited: throw .refused(trimmed(message))
        default: throw .failed("\(status)")
        }
    }

    private func trimmed(_ text: String) -> String {
        String(text.reversed().drop(while: \.isWhitespace).reversed())
    }
}
