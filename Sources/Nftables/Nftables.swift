import Subprocess

/// Why `nft` did not do what it was asked.
public enum NftablesError: Error, Sendable, CustomStringConvertible {
    /// The program is not installed.
    case missing(String)
    /// It refused; with its own message.
    case refused(String)

    public var description: String {
        switch self {
        case .missing(let why): "nft cannot be run (\(why)); install the package nftables"
        case .refused(let message): "nft: \(message)"
        }
    }
}

/// The kernel's packet filter, through the program `nft`.
public struct Nftables: Sendable {
    private let namespace: String?

    /// - Parameter namespace: the named network namespace to work in; that of the process, if `nil`.
    public init(namespace: String? = nil) {
        self.namespace = namespace
    }

    /// Carries a script out, all of it or nothing: `nft -f -`.
    public func apply(_ script: String) async throws(NftablesError) {
        _ = try await run(["-f", "-"], input: script)
    }

    /// The text of one table, the same text for the same table; `nil` where it does not exist.
    public func list(family: String, table: String) async throws(NftablesError) -> String? {
        do throws(NftablesError) {
            return try await run(["list", "table", family, table], input: "")
        } catch .refused(let message) where message.contains("No such file or directory") {
            return nil
        }
    }

    private func run(_ arguments: [String], input: String) async throws(NftablesError) -> String {
        let prefix = namespace.map { ["netns", "exec", $0, "nft"] } ?? []
        let program: Executable = namespace == nil ? .name("nft") : .name("ip")
        let result: ExecutionResult<Void, StringOutput<Unicode.UTF8>, StringOutput<Unicode.UTF8>>
        do {
            result = try await Subprocess.run(
                program, arguments: Arguments(prefix + arguments), input: .string(input),
                output: .string(limit: 16 << 20), error: .string(limit: 1 << 20))
        } catch {
            throw .missing("\(error)")
        }
        guard result.terminationStatus.isSuccess else {
            throw .refused((result.standardError ?? "").split(separator: "\n").prefix(3).joined(separator: "; "))
        }
        return result.standardOutput ?? ""
    }
}
