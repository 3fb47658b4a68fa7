import Timekeeping
import VirtualSimulator

/// What came of one cell. Times are in seconds of virtual time.
public struct CellResult: Hashable, Sendable, Codable {
    /// The cell's place in the grid's order.
    public var cell: Int
    /// How many pods kubelet began to start.
    public var pods: Int
    /// How many of them waited for an address at the end.
    public var pending: Int
    /// Addresses that a node holds and no pod uses, averaged over nodes and time.
    public var stranded: Double
    /// The waits that half, 90 % and 99 % of the pods did not exceed, and the longest one.
    public var p50: Double
    public var p90: Double
    public var p99: Double
    public var longest: Double
    /// Calls that change something.
    public var calls: Int
    /// Calls of either kind, throttled ones included.
    public var allCalls: Int
    /// How many calls the cloud throttled.
    public var throttled: Int
    /// How many ADDs were refused.
    public var refusals: Int
    /// The fingerprint of all that happened, in hexadecimal.
    public var traceHash: String

    init(_ cell: SweepGrid.Cell, _ report: Report) {
        self.cell = cell.index
        pods = report.podsStarted
        pending = report.end.pendingCount
        stranded = report.stranded
        p50 = report.wait(0.5).inSeconds
        p90 = report.wait(0.9).inSeconds
        p99 = report.wait(0.99).inSeconds
        longest = report.wait(1).inSeconds
        calls = report.mutatingCalls
        allCalls = report.callCount
        throttled = report.throttled
        refusals = report.refusals.values.reduce(0, +)
        traceHash = String(report.traceHash, radix: 16)
    }
}
