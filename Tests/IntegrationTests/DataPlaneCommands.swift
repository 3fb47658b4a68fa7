import Addressing
import Fabric
import Testing

/// Runs a script of the shell inside a namespace; it must succeed.
///
/// - Returns: what it printed.
@discardableResult
func shell(_ script: String, in namespace: String?) async throws -> String {
    let output = try await NamespaceCommand.run(["sh", "-c", script], in: namespace)
    try #require(output.isSuccess, "\(script): \(output.standardError)\(output.standardOutput)")
    return output.standardOutput
}

/// A ping is answered, in a time that also a busy machine has.
///
/// - Parameter options: of ping(8).
func expectPing(
    _ address: IPAddress, from namespace: String, _ options: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let isAnswered = try await ping(address, from: namespace, "-W 5 \(options)")
    #expect(isAnswered, "\(address) from \(namespace)", sourceLocation: sourceLocation)
}

/// A ping is not answered, in a time that is long for a network of memory.
func expectNoPing(
    _ address: IPAddress, from namespace: String, _ options: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let isAnswered = try await ping(address, from: namespace, "-W 0.2 \(options)")
    #expect(!isAnswered, "\(address) from \(namespace)", sourceLocation: sourceLocation)
}

private func ping(_ address: IPAddress, from namespace: String, _ options: String) async throws -> Bool {
    let words = "ping -n -q -c 1 \(options) \(address)".split(separator: " ").map(String.init)
    return try await NamespaceCommand.run(words, in: namespace).isSuccess
}
