import Addressing

/// The identity of an attachment as CNI defines it, and the names in the kernel that follow from it.
public struct AttachmentName: Hashable, Sendable {
    /// The name of the CNI network.
    public let network: String
    /// The runtime's name of the container (`CNI_CONTAINERID`).
    public let containerID: String
    /// The interface's name inside the pod (`CNI_IFNAME`).
    public let interface: String

    /// - Returns: `nil` where a part is empty or has a `/`, which CNI allows in none of them, or where the whole is too
    ///   long for an interface's alias (255 bytes).
    public init?(network: String, containerID: String, interface: String) {
        for part in [network, containerID, interface] where part.isEmpty || part.utf8.contains(UInt8(ascii: "/")) {
            return nil
        }
        self.network = network
        self.containerID = containerID
        self.interface = interface
        guard alias.utf8.count <= AttachmentName.longestAlias else { return nil }
    }

    /// Reads an ``alias`` back; `nil` for any other text.
    public init?(alias: String) {
        let parts = alias.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        self.init(network: parts[0], containerID: parts[1], interface: parts[2])
    }

    /// The alias of the host end, `network/containerID/interface`: with it the kernel knows whose pod an interface is,
    /// even if the daemon's database is lost.
    public var alias: String { "\(network)/\(containerID)/\(interface)" }

    /// The host end's name: `wp` and 11 hexadecimal digits.
    public var hostInterface: String {
        let digits = String(hash(0) >> 20, radix: 16)
        return "wp" + String(repeating: "0", count: 11 - digits.utf8.count) + digits
    }

    /// The host end's hardware address.
    public var hostMAC: MACAddress { .locallyAdministered(hash(1)) }

    /// The pod end's hardware address, unless the pod asked for one.
    public var podMAC: MACAddress { .locallyAdministered(hash(2)) }

    /// Source: `IFALIASZ` (256, with the final zero) of the kernel.
    private static let longestAlias = 255

    /// FNV-1a of 64 bits over the alias and then one byte `purpose`, its bits mixed by MurmurHash3's finaliser, because
    /// FNV spreads the last bytes badly. Interfaces of running pods are found again by it: it must never change.
    private func hash(_ purpose: UInt8) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in alias.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        hash = (hash ^ UInt64(purpose)) &* 0x100_0000_01b3
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }
}

extension AttachmentName: CustomStringConvertible {
    public var description: String { alias }
}
