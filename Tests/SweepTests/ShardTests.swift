import Testing

@testable import Sweep

/// Shares of a sweep.
@Suite struct ShardTests {
    @Test(arguments: [1, 2, 3, 7, 64], [0, 1, 6, 7, 100, 431])
    func sharesAreDisjointCompleteAndAboutEqual(_ shards: Int, _ cells: Int) throws {
        let shares = try (0..<shards).map { Array(try #require(Shard("\($0)/\(shards)")).cells(of: cells)) }
        #expect(shares.flatMap(\.self).sorted() == Array(0..<cells))
        let sizes = shares.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    @Test(arguments: ["", "1", "1/", "/2", "2/2", "-1/2", "0/0", "1/2/3", "a/b"])
    func whatIsNoShareIsRefused(_ text: String) { #expect(Shard(text) == nil) }
}
