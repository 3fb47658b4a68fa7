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
    var addresses: PodAddresses?
    /// Why it was refused last, while it waits.
    var shortage = Gauges.Shortage.none
    /// It has ended, or its node has.
    var isOver = false

    init(_ plan: Plan.Pod) {
        self.plan = plan
    }

    /// Was tried to be started, and has no address yet.
    var isWaiting: Bool { firstTry != nil && addresses == nil && !isOver }

    /// What CNI calls the interface of its latest sandbox.
    func attachment(_ index: Int) -> AttachmentID {
        AttachmentID(network: "pods", containerID: "p\(index)-\(tries)", ifname: "eth0")
    }
}
