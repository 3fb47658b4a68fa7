import Addressing
import ModelVPC
import ModelViews
import Pool
import Timekeeping

/// Something does not hold that always must.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    /// The virtual time of the event after which it was seen.
    public let at: Instant
    /// What it is.
    public let text: String

    init(at: Instant, _ text: String) {
        self.at = at
        self.text = text
    }

    public var description: String { "at \((at - .origin).text): \(text)" }
}

/// The addresses of all nodes, kept apart from every pool and from the cloud: by it, a grant is judged.
struct Ledger {
    private enum Use {
        case pod(Int)
        /// Since its pod ended.
        case none(since: Instant)
    }

    private var uses: [IPv4Address: Use] = [:]

    /// A pod got an address. It must be nobody else's, must have rested, and must be the node's in the cloud.
    mutating func note(
        _ grant: Grant, to pod: Int, on instance: ModelVPC.InstanceID, _ vpc: ModelVPC, cooldown: Duration,
        _ now: Instant
    ) throws(Violation) {
        let address = grant.attachment.address
        switch uses[address] {
        case .pod(let other)? where other != pod:
            throw Violation(at: now, "\(address) belongs to the pods \(other) and \(pod)")
        case .none(let since)? where since + cooldown > now:
            throw Violation(at: now, "\(address) is granted \((now - since).text) after its last pod")
        case .pod?, .none?, nil: break
        }
        guard let id = try? ModelVPC.InterfaceID(grant.attachment.eni), let interface = vpc.present(id),
            interface.attachment?.instance == instance, interface.secondaryAddresses.contains(address)
        else { throw Violation(at: now, "\(address) is granted on \(instance.rawValue), which does not have it") }
        uses[address] = .pod(pod)
    }

    /// The pod of an address has ended.
    mutating func noteEnd(of address: IPv4Address, _ now: Instant) {
        uses[address] = .none(since: now)
    }

    /// The machine of an address is gone: what the cloud does with the address is its own affair.
    mutating func forget(_ address: IPv4Address) {
        uses[address] = nil
    }
}
