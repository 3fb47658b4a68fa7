import Glibc
import Timekeeping

/// The clock that plugin and daemon share: the time since the machine was started, which nobody sets.
public enum BootClock {
    /// The time since the boot of the machine, times of sleep included (`CLOCK_BOOTTIME`).
    public static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
