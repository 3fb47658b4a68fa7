import Addressing
import Identity

/// The names in the kernel that follow from the identity of an attachment.
public struct AttachmentName: Hashable, Sendable {
    public let id: AttachmentID

    /// The names of an attachment whose identity CNI's rules allow: no part is empty or has a `/`.
    public init(_ id: AttachmentID) {
        self.id = id
    }

    /// Reads an ``alias`` back; `nil` for any other text.
    public init?(alias: String) {
        let parts = alias.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, !parts.contains("") else { return nil }
        self.init(AttachmentID(network: parts[0], containerID: parts[1], ifname: parts[2]))
    }

    /// The alias of the host end, `network/containerID/interface`: with it the kernel knows whose pod an interface is,
    /// even if the daemon's database is lost.
    public var alias: String { id.description }

    /// What the host ends of all pods' names begin with, and no other interface's.
    static let hostInterfacePrefix = "wp"

    /// The host end's name: ``hostInterfacePrefix`` and 11 hexadecimal digits.
    public var hostInterface: String {
        let digits = String(hash(0) >> 20, radix: 16)
        return AttachmentName.hostInterfacePrefix + String(repeating: "0", count: 11 - digits.utf8.count) + digits
    }

    /// The host end's hardware address.
    public var hostMAC: MACAddress { .locallyAdministered(hash(1)) }

    /// The pod end's hardware address, unless the pod asked for one.
    public var podMAC: MACAddress { .locallyAdministered(hash(2)) }

    /// Whether the identity does not fit the alias of an interface. Source: `IFALIASZ` (256, with the final zero) of the
    /// kernel.
    public var isTooLong: Bool { alias.utf8.count > 255 }

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
