import Addressing
import CNetlink

/// One request to the kernel; ``NetlinkSocket/send(_:)`` carries out any number of them in one system call.
public enum Request: Sendable {
    /// `ip link add NAME group G mtu M address MAC type veth peer name NAME mtu M address MAC netns NS`
    case createVeth(VethPair)
    /// `ip link show`: the reply holds the link.
    case getLink(LinkReference)
    /// `ip link set LINK up|down alias A group G mtu M address MAC`
    case changeLink(LinkReference, LinkChange)
    /// `ip link delete LINK`
    case deleteLink(LinkReference)
    /// `ip link delete group G`: all links of a group at once, which share the kernel's grace periods.
    case deleteLinks(group: UInt32)
    /// `ip address add ADDRESS/LENGTH dev LINK nodad`: usable at once, because whoever hands out addresses sees to it
    /// that nobody else has one.
    case addAddress(InterfaceAddress)
    /// `ip address delete ADDRESS/LENGTH dev LINK`
    case deleteAddress(InterfaceAddress)
    /// `ip neighbour replace ADDRESS lladdr MAC dev LINK nud permanent`
    case replaceNeighbour(Neighbour)
    /// `ip route add`: refused with `EEXIST` where the table has a route to the destination.
    case addRoute(Route)
    /// `ip route replace`
    case replaceRoute(Route)
    /// `ip route delete`
    case deleteRoute(Route)
    /// `ip rule add`: refused with `EEXIST` where the same rule is there.
    case addRule(Rule)
    /// `ip rule delete`
    case deleteRule(Rule)
}

extension Request: CustomStringConvertible {
    /// The equivalent `ip` command.
    public var description: String {
        switch self {
        case .createVeth(let pair):
            let namespace = pair.peerNamespace.map { " netns \($0.path)" } ?? ""
            return "ip link add \(pair.near.arguments) type veth peer name \(pair.peer.arguments)\(namespace)"
        case .getLink(let link): return "ip link show \(link)"
        case .changeLink(let link, let change): return "ip link set \(link)\(change.arguments)"
        case .deleteLink(let link): return "ip link delete \(link)"
        case .deleteLinks(let group): return "ip link delete group \(group)"
        case .addAddress(let address):
            return "ip address add \(address.arguments)\(address.address.v6 == nil ? "" : " nodad")"
        case .deleteAddress(let address): return "ip address delete \(address.arguments)"
        case .replaceNeighbour(let neighbour):
            return "ip neighbour replace \(neighbour.address) lladdr \(neighbour.mac) index \(neighbour.interface)"
        case .addRoute(let route): return "ip route add \(route)"
        case .replaceRoute(let route): return "ip route replace \(route)"
        case .deleteRoute(let route): return "ip route delete \(route)"
        case .addRule(let rule): return "ip \(rule.option)rule add \(rule)"
        case .deleteRule(let rule): return "ip \(rule.option)rule delete \(rule)"
        }
    }
}

extension VethPair.End {
    fileprivate var arguments: String {
        let mac = mac.map { " address \($0)" } ?? ""
        let mtu = mtu.map { " mtu \($0)" } ?? ""
        return "\(name)\(mac)\(mtu)\(group == 0 ? "" : " group \(group)")"
    }
}

extension LinkChange {
    fileprivate var arguments: String {
        let parts = [
            isUp.map { $0 ? " up" : " down" }, alias.map { " alias \($0)" }, group.map { " group \($0)" },
            mtu.map { " mtu \($0)" }, mac.map { " address \($0)" },
        ]
        return parts.compactMap(\.self).joined()
    }
}

extension Rule {
    /// Without it, `ip` takes a rule for one of IPv4.
    fileprivate var option: String { if case .v6 = source { "-6 " } else { "" } }
}

extension InterfaceAddress {
    fileprivate var arguments: String { "\(address)/\(prefixLength) index \(interface)" }
}
