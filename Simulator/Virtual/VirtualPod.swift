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
    /// Its latest try waits for the daemon's answer.
    var isAsking = false
    /// Its end is in the queue.
    var endIsPlanned = false
    var addresses: PodAddresses?
    /// Why it was refused last, while it waits.
    var shortage = Gauges.Shortage.none
    /// It has ended, or its node has.
    var isOver = false

    /// Why an ADD fails that reaches no daemon, among the codes of the causes.
    static let daemonDown = "daemon-down"

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
