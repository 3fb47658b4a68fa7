import Addressing
import CNetlink
import Glibc

extension Request {
    /// The message for the kernel, still without sequence number; `nil` where a value has no place in one (an
    /// interface name must have 1 to 15 bytes) or memory is short.
    func message() -> Message? {
        switch self {
        case .createVeth(let pair): pair.message()
        case .getLink(let link): link.getMessage()
        case .changeLink(let link, let change): change.message(for: link)
        case .deleteLink(let link): link.deleteMessage()
        case .deleteLinks(let group): deleteMessage(group: group)
        case .addAddress(let address): address.message { rtnl_addr_build_add_request($0, create | exclusive, $1) }
        case .deleteAddress(let address): address.message { rtnl_addr_build_delete_request($0, 0, $1) }
        case .replaceNeighbour(let neighbour):
            neighbour.message { rtnl_neigh_build_add_request($0, create | replace, $1) }
        case .addRoute(let route): route.message { rtnl_route_build_add_request($0, create | exclusive, $1) }
        case .replaceRoute(let route): route.message { rtnl_route_build_add_request($0, create | replace, $1) }
        case .deleteRoute(let route):
            route.message {
                // Whoever made it: without this, libnl asks for the routes of protocol "static" only.
                rtnl_route_set_protocol($0, UInt8(RTPROT_UNSPEC))
                return rtnl_route_build_del_request($0, 0, $1)
            }
        case .addRule(let rule): rule.message { rtnl_rule_build_add_request($0, create | exclusive, $1) }
        case .deleteRule(let rule): rule.message { rtnl_rule_build_delete_request($0, 0, $1) }
        }
    }
}

private let create = NLM_F_CREATE
private let exclusive = NLM_F_EXCL
private let replace = NLM_F_REPLACE

/// A function of libnl that makes a message from an object and returns a negative number where it can't.
private typealias Builder = (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32

private func build(_ object: borrowing NetlinkObject, with builder: Builder) -> Message? {
    var built: OpaquePointer?
    guard builder(object.pointer, &built) == 0 else { return nil }
    return Message(built)
}

private func isValidInterfaceName(_ name: String) -> Bool {
    (1..<Int(IFNAMSIZ)).contains(name.utf8.count)
}

extension VethPair {
    fileprivate func message() -> Message? {
        guard let link = NetlinkObject(rtnl_link_veth_alloc()),
            let other = NetlinkObject(rtnl_link_veth_get_peer(link.pointer)),
            near.apply(to: link), peer.apply(to: other)
        else { return nil }
        if let peerNamespace {
            rtnl_link_set_ns_fd(other.pointer, peerNamespace.descriptor)
        }
        return build(link) { rtnl_link_build_add_request($0, create | exclusive, $1) }
    }
}

extension VethPair.End {
    fileprivate func apply(to link: borrowing NetlinkObject) -> Bool {
        guard isValidInterfaceName(name) else { return false }
        rtnl_link_set_name(link.pointer, name)
        if group != 0 {
            rtnl_link_set_group(link.pointer, group)
        }
        if let mtu {
            guard let mtu = UInt32(exactly: mtu) else { return false }
            rtnl_link_set_mtu(link.pointer, mtu)
        }
        if let mac {
            guard let address = NetlinkAddress(mac) else { return false }
            rtnl_link_set_addr(link.pointer, address.pointer)
        }
        return true
    }
}

extension LinkReference {
    /// Writes the reference into a link object; false for a name that no interface can have.
    fileprivate func apply(to link: borrowing NetlinkObject) -> Bool {
        switch self {
        case .name(let name):
            guard isValidInterfaceName(name) else { return false }
            rtnl_link_set_name(link.pointer, name)
        case .index(let index):
            rtnl_link_set_ifindex(link.pointer, Int32(truncatingIfNeeded: index))
        }
        return true
    }

    fileprivate func getMessage() -> Message? {
        var built: OpaquePointer?
        let code: Int32
        switch self {
        case .name(let name):
            guard isValidInterfaceName(name) else { return nil }
            code = rtnl_link_build_get_request(0, name, &built)
        case .index(let index):
            code = rtnl_link_build_get_request(Int32(truncatingIfNeeded: index), nil, &built)
        }
        return code == 0 ? Message(built) : nil
    }

    fileprivate func deleteMessage() -> Message? {
        guard let link = NetlinkObject(rtnl_link_alloc()), apply(to: link) else { return nil }
        return build(link) { rtnl_link_build_delete_request($0, $1) }
    }
}

/// libnl deletes links by name or index only, so this message is put together from its header and attribute.
private func deleteMessage(group: UInt32) -> Message? {
    guard let message = Message.make(type: RTM_DELLINK, header: ifinfomsg()), message.put(IFLA_GROUP, group) else {
        return nil
    }
    return message
}

extension LinkChange {
    fileprivate func message(for reference: LinkReference) -> Message? {
        guard let link = NetlinkObject(rtnl_link_alloc()), let changes = NetlinkObject(rtnl_link_alloc()) else {
            return nil
        }
        // The kernel finds a link by its index in the header or, without one, by its name among the attributes.
        if case .index = reference {
            guard reference.apply(to: link) else { return nil }
        } else {
            guard reference.apply(to: changes) else { return nil }
        }
        if let isUp {
            let flag = UInt32(IFF_UP)
            isUp ? rtnl_link_set_flags(changes.pointer, flag) : rtnl_link_unset_flags(changes.pointer, flag)
        }
        if let alias {
            rtnl_link_set_ifalias(changes.pointer, alias)
        }
        if let group {
            rtnl_link_set_group(changes.pointer, group)
        }
        if let mtu {
            guard let mtu = UInt32(exactly: mtu) else { return nil }
            rtnl_link_set_mtu(changes.pointer, mtu)
        }
        if let mac {
            guard let address = NetlinkAddress(mac) else { return nil }
            rtnl_link_set_addr(changes.pointer, address.pointer)
        }
        return build(link) { rtnl_link_build_change_request($0, changes.pointer, 0, $1) }
    }
}

extension InterfaceAddress {
    fileprivate func message(_ builder: Builder) -> Message? {
        guard (0...address.host.prefixLength).contains(prefixLength), let object = NetlinkObject(rtnl_addr_alloc()),
            let local = NetlinkAddress(address)
        else { return nil }
        rtnl_addr_set_ifindex(object.pointer, Int32(truncatingIfNeeded: interface))
        guard rtnl_addr_set_local(object.pointer, local.pointer) == 0 else { return nil }
        rtnl_addr_set_prefixlen(object.pointer, Int32(prefixLength))
        if case .v6 = address {
            rtnl_addr_set_flags(object.pointer, UInt32(IFA_F_NODAD))
        }
        return build(object, with: builder)
    }
}

extension Neighbour {
    fileprivate func message(_ builder: Builder) -> Message? {
        guard let object = NetlinkObject(rtnl_neigh_alloc()), let destination = NetlinkAddress(address),
            let hardware = NetlinkAddress(mac), rtnl_neigh_set_dst(object.pointer, destination.pointer) == 0
        else { return nil }
        rtnl_neigh_set_ifindex(object.pointer, Int32(truncatingIfNeeded: interface))
        rtnl_neigh_set_lladdr(object.pointer, hardware.pointer)
        rtnl_neigh_set_state(object.pointer, isPermanent ? NUD_PERMANENT : NUD_REACHABLE)
        return build(object, with: builder)
    }
}

extension Route {
    fileprivate func message(_ builder: Builder) -> Message? {
        guard let object = NetlinkObject(rtnl_route_alloc()), let target = NetlinkAddress(destination),
            rtnl_route_set_dst(object.pointer, target.pointer) == 0
        else { return nil }
        rtnl_route_set_table(object.pointer, table)
        rtnl_route_set_scope(object.pointer, scope.rawValue)
        // A next hop that was added belongs to the route.
        guard let hop = rtnl_route_nh_alloc() else { return nil }
        rtnl_route_add_nexthop(object.pointer, hop)
        rtnl_route_nh_set_ifindex(hop, Int32(truncatingIfNeeded: interface))
        if let gateway {
            guard let address = NetlinkAddress(gateway) else { return nil }
            rtnl_route_nh_set_gateway(hop, address.pointer)
        }
        return build(object, with: builder)
    }
}

extension Rule {
    fileprivate func message(_ builder: Builder) -> Message? {
        guard let object = NetlinkObject(rtnl_rule_alloc()), let address = NetlinkAddress(source) else { return nil }
        rtnl_rule_set_family(object.pointer, nl_addr_get_family(address.pointer))
        rtnl_rule_set_action(object.pointer, UInt8(FR_ACT_TO_TBL))
        rtnl_rule_set_prio(object.pointer, priority)
        rtnl_rule_set_table(object.pointer, table)
        if source.prefixLength > 0 {
            guard rtnl_rule_set_src(object.pointer, address.pointer) == 0 else { return nil }
        }
        if let mark {
            rtnl_rule_set_mark(object.pointer, mark.value)
            rtnl_rule_set_mask(object.pointer, mark.mask)
        }
        return build(object, with: builder)
    }
}
