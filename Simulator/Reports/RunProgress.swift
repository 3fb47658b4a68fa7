import Presentation
import Timekeeping
import VirtualSimulator

/// Shows on a terminal how far a simulation has come.
///
/// ```swift
/// var progress = RunProgress(name)
/// let report = try Simulation(scenario).run { progress.show($0) }
/// progress.clear()
/// ```
public struct RunProgress {
    private var meter: ProgressMeter

    /// - Parameter name: what is simulated.
    public init(_ name: String) { meter = ProgressMeter(name) }

    /// Shows the share of the virtual time, pods and events a second, and the time that is left.
    public mutating func show(_ progress: Progress) {
        let end = (progress.end - .origin).inSeconds
        meter.show(
            share: end > 0 ? (progress.now - .origin).inSeconds / end : 1,
            counts: [(progress.podsStarted, "pods"), (progress.events, "events")])
    }

    /// Takes the line away.
    public func clear() { meter.clear() }
}
