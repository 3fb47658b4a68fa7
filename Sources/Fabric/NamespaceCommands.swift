import Subprocess

/// The `ip netns` commands that the fabric needs; the mounts that keep a namespace alive under a name are iproute2's
/// convention, so they are left to it.
enum NamespaceCommands {
    /// `ip netns add NAME`
    static func add(_ name: String) async throws(FabricError) {
        try await run("ip", "netns", "add", name)
    }

    /// `ip netns delete NAME`
    static func delete(_ name: String) async throws(FabricError) {
        try await run("ip", "netns", "delete", name)
    }

    /// `ip netns exec NAME nft -f -`: applies rules in one transaction.
    static func applyRules(_ rules: String, in name: String) async throws(FabricError) {
        try await run("ip", "netns", "exec", name, "nft", "-f", "-", input: rules)
    }

    private static func run(_ command: String, _ arguments: String..., input: String = "") async throws(FabricError) {
        let line = ([command] + arguments).joined(separator: " ")
        let reason: String
        do {
            let result = try await Subprocess.run(
                .name(command), arguments: .init(arguments), input: .string(input), output: .discarded,
                error: .string(limit: 1 << 16))
            if result.terminationStatus.isSuccess { return }
            let message = result.standardError
            reason = message.isEmpty ? "\(result.terminationStatus)" : message
        } catch {
            reason = "\(error)"
        }
        throw .command(line, reason: reason.split(separator: "\n").joined(separator: "; "))
    }
}
