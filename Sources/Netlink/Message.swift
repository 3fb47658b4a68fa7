import Addressing
import CNetlink
import Glibc

/// Owns one libnl message.
struct Message: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over a message that a `..._build_...` function of libnl made; `nil` where it made none.
    init?(_ built: OpaquePointer?) {
        guard let built else { return nil }
        pointer = built
    }

    /// A message of `type` that consists of a fixed header, with room for a page of attributes.
    static func make(type: Int, header: some BitwiseCopyable) -> Message? {
        guard let message = Message(nlmsg_alloc_simple(Int32(type), 0)) else { return nil }
        let size = MemoryLayout.size(ofValue: header)
        var header = header
        guard nlmsg_append(message.pointer, &header, size, Int32(NLMSG_ALIGNTO)) == 0 else { return nil }
        return message
    }

    deinit {
        nlmsg_free(pointer)
    }

    /// Appends an attribute of 32 bits.
    func put(_ attribute: Int, _ value: UInt32) -> Bool {
        nla_put_u32(pointer, Int32(attribute), value) == 0
    }

    /// Fills in port, sequence number and the request flag, and returns the finished bytes.
    func bytes(for socket: OpaquePointer, sequence: UInt32, flags: UInt16) -> UnsafeRawBufferPointer {
        let header = nlmsg_hdr(pointer)!
        header.pointee.nlmsg_pid = nl_socket_get_local_port(socket)
        header.pointee.nlmsg_seq = sequence
        header.pointee.nlmsg_flags |= flags | UInt16(NLM_F_REQUEST)
        return UnsafeRawBufferPointer(start: header, count: Int(header.pointee.nlmsg_len))
    }
}

/// Owns one reference to an object of libnl-route: a link, an address, a route, a rule or a neighbour.
struct NetlinkObject: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over a reference; `nil` where an allocation made none.
    init?(_ allocated: OpaquePointer?) {
        guard let allocated else { return nil }
        pointer = allocated
    }

    /// The object that a message from the kernel describes; `nil` for a message that libnl can't read.
    init?(_ header: UnsafeMutablePointer<nlmsghdr>) {
        guard let message = Message(nlmsg_convert(header)) else { return nil }
        nlmsg_set_proto(message.pointer, NETLINK_ROUTE)
        var parsed: OpaquePointer?
        _ = withUnsafeMutablePointer(to: &parsed) { slot in
            nl_msg_parse(
                message.pointer,
                { object, slot in
                    guard let slot, let object else { return }
                    nl_object_get(object)
                    slot.assumingMemoryBound(to: OpaquePointer?.self).pointee = object
                }, slot)
        }
        self.init(parsed)
    }

    deinit {
        nl_object_put(pointer)
    }
}

/// Owns one address in libnl's form.
struct NetlinkAddress: ~Copyable {
    let pointer: OpaquePointer

    init?(_ network: IPNetwork) {
        self.init(network.base)
        nl_addr_set_prefixlen(pointer, Int32(network.prefixLength))
    }

    init?(_ address: IPAddress) {
        let built =
            switch address {
            case .v4(let address):
                withUnsafeBytes(of: address.bits.bigEndian) { nl_addr_build(AF_INET, $0.baseAddress, 4) }
            case .v6(let address):
                withUnsafeBytes(of: address.bits.bigEndian) { nl_addr_build(AF_INET6, $0.baseAddress, 16) }
            }
        guard let built else { return nil }
        pointer = built
    }

    init?(_ mac: MACAddress) {
        guard let pointer = nl_addr_build(AF_LLC, mac.bytes, 6) else { return nil }
        self.pointer = pointer
    }

    deinit {
        nl_addr_put(pointer)
    }
}

extension IPNetwork {
    /// Reads libnl's form; `nil` for no address and for one of another family. The address `default` has no bytes.
    init?(_ address: OpaquePointer?) {
        guard let address else { return nil }
        let prefixLength = Int(nl_addr_get_prefixlen(address))
        switch (nl_addr_get_family(address), IPAddress(address)) {
        case (AF_INET, let base):
            let base = base?.v4 ?? IPv4Network.everything.base
            self = .v4(IPv4Network(containing: base, prefixLength: prefixLength))
        case (AF_INET6, let base):
            let base = base?.v6 ?? IPv6Network.everything.base
            self = .v6(IPv6Network(containing: base, prefixLength: prefixLength))
        default: return nil
        }
    }
}

extension IPAddress {
    /// Reads libnl's form; `nil` for no address and for one of another family.
    init?(_ address: OpaquePointer?) {
        guard let address, let bytes = nl_addr_get_binary_addr(address) else { return nil }
        switch (nl_addr_get_family(address), nl_addr_get_len(address)) {
        case (AF_INET, 4): self = .v4(IPv4Address(bits: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
        case (AF_INET6, 16): self = .v6(IPv6Address(bits: UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))))
        default: return nil
        }
    }
}

extension MACAddress {
    /// Reads libnl's form; `nil` for no address and for one that hasn't six bytes.
    init?(_ address: OpaquePointer?) {
        guard let address, nl_addr_get_len(address) == 6, let bytes = nl_addr_get_binary_addr(address) else {
            return nil
        }
        let buffer = UnsafeRawBufferPointer(start: bytes, count: 6)
        self.init(bits: buffer.reduce(0) { $0 << 8 | UInt64($1) })
    }
}
