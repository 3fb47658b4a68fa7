import Addressing
import ModelVPC
import Timekeeping

/// The addresses of the cloud by subnet, kept apart from its own maps: what ENIs and strangers have and what is free adds
/// up at every change.
struct AddressBook {
    private struct Holding {
        let subnet: ModelVPC.SubnetID
        var count: Int
    }

    private var holdings: [ModelVPC.InterfaceID: Holding] = [:]
    private var free: [ModelVPC.SubnetID: Int] = [:]

    init(_ subnets: [Scenario.Subnet], _ vpc: ModelVPC) {
        for subnet in subnets.map({ ModelVPC.SubnetID($0.id) }) { free[subnet] = vpc.freeAddressCount(in: subnet) }
    }

    /// Interfaces have changed, came or went, all at once.
    mutating func note(_ ids: [ModelVPC.InterfaceID], _ vpc: ModelVPC, _ now: Instant) throws(Violation) {
        var subnets: Set<ModelVPC.SubnetID> = []
        for id in ids {
            let interface = vpc.present(id)
            guard let subnet = interface?.subnet ?? holdings[id]?.subnet else { continue }
            let count = interface?.addressCount ?? 0
            free[subnet, default: 0] -= count - (holdings[id]?.count ?? 0)
            holdings[id] = interface == nil ? nil : Holding(subnet: subnet, count: count)
            subnets.insert(subnet)
        }
        for subnet in subnets.sorted(by: { $0.rawValue < $1.rawValue }) { try compare(subnet, vpc, now) }
    }

    /// Strangers took so many addresses, or gave them back.
    mutating func noteStrangers(_ count: Int, in subnet: ModelVPC.SubnetID) {
        free[subnet, default: 0] -= count
    }

    private func compare(_ subnet: ModelVPC.SubnetID, _ vpc: ModelVPC, _ now: Instant) throws(Violation) {
        let (expected, found) = (free[subnet] ?? 0, vpc.freeAddressCount(in: subnet))
        guard expected == found else {
            throw Violation(
                at: now, .conservation, "\(subnet) says that \(found) addresses are free, and it must be \(expected)")
        }
    }
}

extension ModelVPC.InterfaceDescription {
    /// All IPv4 addresses that it has of its subnet, its own included.
    var addressCount: Int { 1 + secondaryAddresses.count + prefixes.reduce(0) { $0 + $1.count } }

    /// The slots that these take.
    var slotCount: Int { 1 + secondaryAddresses.count + prefixes.count }
}

extension IPv4Network {
    /// All addresses, in order.
    var addresses: [IPv4Address] { (0..<count).map { self[$0] } }
}
