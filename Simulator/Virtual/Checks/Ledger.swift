import Addressing
import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// The addresses of all nodes, kept apart from every pool and from the cloud: by it, a grant is judged.
struct Ledger {
    private enum Use {
        case pod(Int)
        /// Its pod has ended, and it rests.
        case none(since: Instant, restsUntil: Instant)
    }

    private var uses: [IPAddress: Use] = [:]

    /// A pod got addresses. Each must be nobody else's, must have rested, and must be the node's in the cloud.
    mutating func note(
        _ grant: Grant, to pod: Int, on instance: ModelVPC.InstanceID, _ vpc: ModelVPC, _ now: Instant
    ) throws(Violation) {
        let interface = try? ModelVPC.InterfaceID(grant.attachment.eni)
        for address in grant.attachment.addresses.all {
            switch uses[address] {
            case .pod(let other)? where other != pod:
                throw Violation(at: now, .oneOwner, "\(address) belongs to the pods \(other) and \(pod)")
            case .none(let since, let restsUntil)? where restsUntil > now:
                throw Violation(at: now, .cooldown, "\(address) is granted \((now - since).text) after its last pod")
            case .pod?, .none?, nil: break
            }
            guard let interface, vpc.has(address, on: interface, of: instance) else {
                throw Violation(
                    at: now, .possession, "\(address) is granted on \(instance.rawValue), which does not have it")
            }
            uses[address] = .pod(pod)
        }
    }

    /// The pod of these addresses has ended: nobody may have them before they have rested.
    mutating func noteEnd(of addresses: PodAddresses, cooldown: Duration, _ now: Instant) {
        for address in addresses.all { uses[address] = .none(since: now, restsUntil: now + cooldown) }
    }

    /// The machine of an interface is gone: what the cloud does with its addresses is the cloud's own affair.
    mutating func forget(_ interface: ModelVPC.InterfaceDescription) {
        for address in interface.secondaryAddresses + interface.prefixes.flatMap(\.addresses) {
            uses[.v4(address)] = nil
        }
    }
}
