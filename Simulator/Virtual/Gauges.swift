import Addressing
import Timekeeping

/// How a cluster is at the moment: counted with every change, never anew.
struct Gauges {
    /// Why a pod waits for its address, as a number of these gauges.
    struct Shortage: Hashable, Sendable {
        fileprivate let number: UInt8

        /// It was not refused yet.
        static let none = Shortage(number: 0)
    }

    private(set) var nodes = 0
    /// What nodes hold and no pod uses, of all nodes together.
    var stranded = 0
    /// The ENIs that are attached.
    var enis = 0
    private var running = 0
    private var codes = ["waiting"]
    /// How many pods wait, by the number of their shortage.
    private var pending = [0]
    private let networks: [IPv4Network]
    /// How many pods have an address, by the index of their subnet.
    private var podsInSubnets: [Int]

    init(_ subnets: [Scenario.Subnet]) {
        networks = subnets.map(\.cidr)
        podsInSubnets = Array(repeating: 0, count: subnets.count)
    }

    mutating func nodeJoined() { nodes += 1 }

    mutating func nodeLeft() { nodes -= 1 }

    /// The shortage that the code of a cause stands for.
    mutating func shortage(_ code: String) -> Shortage {
        if let known = codes.firstIndex(of: code) { return Shortage(number: UInt8(known)) }
        codes.append(code)
        pending.append(0)
        return Shortage(number: UInt8(codes.count - 1))
    }

    /// A pod waits, and why.
    mutating func waits(_ shortage: Shortage) { pending[Int(shortage.number)] += 1 }

    /// A pod that waited for this reason does no longer.
    mutating func waitsNoMore(_ shortage: Shortage) { pending[Int(shortage.number)] -= 1 }

    mutating func runs(with addresses: PodAddresses) { count(addresses, 1) }

    mutating func runsNoMore(with addresses: PodAddresses) { count(addresses, -1) }

    private mutating func count(_ addresses: PodAddresses, _ change: Int) {
        running += change
        guard let address = addresses.ipv4, let subnet = networks.firstIndex(where: { $0.contains(address) }) else {
            return
        }
        podsInSubnets[subnet] += change
    }

    /// Puts all that is counted here into a sample.
    func fill(_ sample: inout Sample) {
        sample.nodes = nodes
        sample.running = running
        sample.stranded = stranded
        sample.enis = enis
        for (code, count) in zip(codes, pending) where count > 0 { sample.pending[code] = count }
        for index in sample.subnets.indices { sample.subnets[index].pods = podsInSubnets[index] }
    }
}
