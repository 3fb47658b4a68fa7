import Collections
import Timekeeping

/// When the latest pods came.
struct RecentArrivals: Sendable {
    /// More pods than this say nothing more: no node has so many.
    private static let limit = 512

    private var times: Deque<Instant> = []

    /// Remembers one more, and forgets those that are older than a window.
    mutating func note(_ now: Instant, window: Duration) {
        times.append(now)
        while let oldest = times.first, oldest + window <= now || times.count > RecentArrivals.limit {
            times.removeFirst()
        }
    }

    /// How many came in the time before now.
    func count(in window: Duration, before now: Instant) -> Int {
        var low = times.startIndex
        var high = times.endIndex
        while low < high {
            let middle = (low + high) / 2
            if times[middle] + window <= now { low = middle + 1 } else { high = middle }
        }
        return times.endIndex - low
    }
}
