import Glibc
import Netlink
import Synchronization

/// A network namespace that a test made and that is removed after it.
public struct TestNamespace: Sendable {
    /// Its name for `ip netns`.
    public let name: String
    public let namespace: NetworkNamespace

    /// Runs a command inside, as `ip netns exec`.
    ///
    /// - Returns: what it printed, standard error included.
    /// - Throws: a ``CommandFailure`` where it exits with another status than 0.
    @discardableResult
    public func callAsFunction(_ command: String) throws -> String {
        try shell("ip netns exec \(name) \(command)")
    }

    /// Whether a ping from inside is answered.
    public func reaches(_ address: some CustomStringConvertible) -> Bool {
        (try? self("ping -c 1 -W 1 \(address)")) != nil
    }

    /// Opens a socket inside.
    public func socket() throws -> NetlinkSocket {
        try NetlinkSocket(in: namespace)
    }

    /// Runs `body` on a thread inside.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        try namespace.run { Result { try body() } }.get()
    }
}

private let counter = Atomic(0)

/// Makes namespaces, hands them to `body` and removes them, whatever happens.
public func withNamespaces<Value>(
    _ count: Int, isolation: isolated (any Actor)? = #isolation, _ body: ([TestNamespace]) async throws -> Value
) async throws -> Value {
    var namespaces: [TestNamespace] = []
    defer {
        for namespace in namespaces {
            _ = try? shell("ip netns delete \(namespace.name)")
        }
    }
    for _ in 0..<count {
        let name = "warmpool-test-\(getpid())-\(counter.add(1, ordering: .relaxed).newValue)"
        try shell("ip netns add \(name)")
        namespaces.append(TestNamespace(name: name, namespace: try NetworkNamespace(named: name)))
    }
    return try await body(namespaces)
}

/// A command that exited with another status than 0.
public struct CommandFailure: Error, CustomStringConvertible {
    public let description: String
}

/// Runs a command of the shell.
///
/// - Returns: what it printed, standard error included.
/// - Throws: a ``CommandFailure`` where it exits with another status than 0.
@discardableResult
public func shell(_ command: String) throws -> String {
    guard let pipe = popen("\(command) 2>&1", "re") else { throw CommandFailure(description: "can't start \(command)") }
    var output: [UInt8] = []
    while case let byte = fgetc(pipe), byte != EOF {
        output.append(UInt8(truncatingIfNeeded: byte))
    }
    let status = pclose(pipe)
    let text = String(decoding: output, as: UTF8.self)
    guard status == 0 else { throw CommandFailure(description: "\(command): status \(status >> 8): \(text)") }
    return text
}
