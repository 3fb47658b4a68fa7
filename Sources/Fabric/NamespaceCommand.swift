import Glibc
import Subprocess

/// What a command left behind when it ended.
public struct CommandOutput: Hashable, Sendable {
    /// The exit status; 128 and the signal's number where a signal ended it, as shells have it.
    public let status: Int32
    /// What it wrote to its standard output.
    public let standardOutput: String
    /// What it wrote to its standard error.
    public let standardError: String

    /// Whether it ended with status 0.
    public var isSuccess: Bool { status == 0 }
}

/// Commands on named network namespaces and inside them. The mounts that keep a namespace alive under a name are
/// iproute2's convention, so they are left to it.
public enum NamespaceCommand {
    /// More output than this is an error.
    private static let outputLimit = 16 << 20

    /// Writing to a command that does not read is an error here, and no signal that ends the process.
    private static let pipeSignalIsIgnored: Void = { signal(SIGPIPE, SIG_IGN) }()

    /// `ip netns add NAME`
    ///
    /// - Throws: ``FabricError/command(_:reason:)``, for example when there is one of this name.
    public static func add(_ name: String) async throws(FabricError) {
        try await succeed(["ip", "netns", "add", name])
    }

    /// `ip netns delete NAME`
    ///
    /// - Throws: ``FabricError/command(_:reason:)``, for example when there is none of this name.
    public static func delete(_ name: String) async throws(FabricError) {
        try await succeed(["ip", "netns", "delete", name])
    }

    /// `ip netns exec NAMESPACE COMMAND…`, or the command alone.
    ///
    /// Cancelling the task kills the command.
    ///
    /// - Parameters:
    ///   - namespace: the name of a network namespace; `nil` for the one of this process.
    ///   - environment: the command's whole environment; `nil` for that of this process.
    ///   - input: what the command reads from its standard input.
    /// - Returns: its output, whatever its exit status.
    /// - Throws: ``FabricError/command(_:reason:)`` where it cannot be started, or its output is beyond 16 MiB.
    public static func run(
        _ command: [String], in namespace: String?, environment: [String: String]? = nil, input: String = ""
    ) async throws(FabricError) -> CommandOutput {
        pipeSignalIsIgnored
        let line = (namespace.map { ["ip", "netns", "exec", $0] } ?? []) + command
        do {
            let result = try await Subprocess.run(
                line[0].contains("/") ? .path(.init(line[0])) : .name(line[0]),
                arguments: .init(Array(line.dropFirst())),
                environment: environment.map(Environment.init) ?? .inherit, input: .inputWriter,
                output: .string(limit: outputLimit), error: .string(limit: outputLimit)
            ) { execution in
                // A command may end, or close its input, without having read all of it.
                _ = try? await execution.standardInputWriter.write(input)
                try await execution.standardInputWriter.finish()
            }
            let status: Int32 =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return CommandOutput(
                status: status, standardOutput: result.standardOutput, standardError: result.standardError)
        } catch {
            throw .command(line.joined(separator: " "), reason: "\(error)")
        }
    }

    private static func succeed(_ command: [String]) async throws(FabricError) {
        let output = try await run(command, in: nil)
        guard !output.isSuccess else { return }
        let message = output.standardError.split(separator: "\n").joined(separator: "; ")
        throw .command(
            command.joined(separator: " "), reason: message.isEmpty ? "exit status \(output.status)" : message)
    }
}

extension Environment {
    fileprivate init(_ variables: [String: String]) {
        var environment: [Key: String] = [:]
        for (name, value) in variables {
            if let key = Key(rawValue: name) { environment[key] = value }
        }
        self = .custom(environment)
    }
}
