import Synchronization
import Timekeeping

/// A clock that the test sets.
final class ManualClock: Sendable {
    private let instant = Mutex(Instant.origin)

    var now: Instant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }
}
