import NamespaceTesting
import Testing

/// Counts packets at a place of a namespace's packet filter.
struct Probe {
    private let namespace: TestNamespace
    private let table: String
    private let matches: [String]

    /// - Parameters:
    ///   - hook: with a priority, such as `prerouting priority filter`.
    ///   - matches: of `nft`, one per number that is counted.
    init(_ namespace: TestNamespace, _ hook: String, _ matches: [String]) throws {
        self.namespace = namespace
        self.matches = matches
        table = "inet probe-\(hook.split(separator: " ").last ?? "")"
        try namespace("nft add table \(table)")
        try namespace("nft 'add chain \(table) packets { type filter hook \(hook); }'")
        for match in matches {
            try namespace("nft 'add rule \(table) packets \(match) counter'")
        }
    }

    /// How many packets each of the matches has seen.
    func counts() throws -> [Int] {
        let words = try namespace("nft list chain \(table) packets").split { $0.isWhitespace }
        let numbers = zip(words, words.dropFirst()).compactMap { $0 == "packets" ? Int($1) : nil }
        try #require(numbers.count == matches.count)
        return numbers
    }
}

/// Waits for what the kernel does in its own time; the limit only catches what never happens.
func eventually(_ condition: () throws -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(120)
    while try !condition() {
        try #require(ContinuousClock.now < limit)
        try await Task.sleep(for: .milliseconds(10))
    }
}
