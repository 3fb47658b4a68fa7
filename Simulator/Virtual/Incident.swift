import Pool
import Timekeeping

/// Something that goes wrong beside the cloud's API, whose faults are `ModelVPC.FaultRule`s. Nodes are named by their
/// indexes in the plan; those that are not up at the time are passed over.
public enum Incident: Hashable, Codable, Sendable {
    /// The daemons of these nodes are killed at once, in whatever they are doing, and start again after a while: what
    /// was made durable is there, answers under way are never heard, pods keep running, and ADDs fail meanwhile.
    case daemonsDie(nodes: Range<Int>, at: Instant, downFor: Duration)
    /// The machines of these nodes crash and boot again: as with their daemons, and all their pods are gone, of which
    /// kubelet starts those again that have not ended.
    case nodesReboot(nodes: Range<Int>, at: Instant, downFor: Duration)
    /// A stranger takes addresses of a subnet, as many of them as are free, and gives them back.
    case strangerTakes(subnet: SubnetID, addresses: Int, at: Instant, until: Instant?)
    /// An ENI that bears the tag of each of these nodes lies in the node's subnet, attached to nothing, as a daemon
    /// leaves it that died between the two.
    case enisLeak(nodes: Range<Int>, at: Instant)

    /// When it begins.
    public var begins: Instant {
        switch self {
        case .daemonsDie(_, let at, _), .nodesReboot(_, let at, _), .strangerTakes(_, _, let at, _),
            .enisLeak(_, let at):
            at
        }
    }
}
