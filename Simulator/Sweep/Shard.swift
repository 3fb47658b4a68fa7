/// A share of a sweep's cells: of every N cells one, so that all shares are about equally long.
public struct Shard: Hashable, Sendable, LosslessStringConvertible {
    /// Which share, from 0.
    public let index: Int
    /// Of how many.
    public let count: Int

    /// All cells.
    public static let whole = Shard(index: 0, count: 1)

    private init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// Reads `I/N`, with I from 0 to N − 1 as Kubernetes and Slurm count.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1], count > 0, (0..<count).contains(index)
        else {
            return nil
        }
        self.init(index: index, count: count)
    }

    public var description: String { "\(index)/\(count)" }

    /// The places of its cells, in order.
    public func cells(of count: Int) -> StrideTo<Int> { stride(from: index, to: count, by: self.count) }
}
