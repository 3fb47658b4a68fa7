import Addressing
import Identity
import Timekeeping

/// A pod of the simulation.
struct VirtualPod {
    let plan: Plan.Pod
    /// When kubelet first tried to start it.
    var firstTry: Instant?
    /// Each try has a sandbox of its own.
    var tries = 0
    /// How often it came back after its end.
    private var returns = 0
    /// Its latest try waits for the daemon's answer.
    var isAsking = false
    /// Its end is in the queue.
    var endIsPlanned = false
    var addresses: PodAddresses?
    /// Why it was refused last, while it waits.
    var shortage = Gauges.Shortage.none
    /// It has ended, or its node has.
    var isOver = false

    init(_ plan: Plan.Pod) {
        self.plan = plan
    }

    /// Begins anew after its end, where it comes back.
    ///
    /// - Returns: the pause until kubelet tries to start it; `nil` where it does not come back.
    mutating func comeBack() -> Duration? {
        guard case .again(_, let pause, let longest) = plan.ends else { return nil }
        defer { returns += 1 }
        firstTry = nil
        endIsPlanned = false
        addresses = nil
        shortage = .none
        isOver = false
        return min(pause * (1 << min(returns, 30)), longest)
    }

    /// Was tried to be started, and has no address yet.
    var isWaiting: Bool { firstTry != nil && addresses == nil && !isOver }

    /// What CNI calls the interface of its latest sandbox.
    func attachment(_ index: Int) -> AttachmentID {
        AttachmentID(network: "pods", containerID: "p\(index)-\(tries)", ifname: "eth0")
    }
}
