import Addressing

/// What a pod's network interface has to be.
public struct PodSpec: Hashable, Sendable {
    /// Whose interface it is.
    public var attachment: AttachmentName
    /// The pod's address; the only one from which it may send.
    public var address: IPv4Address
    /// The interface group of the host end, ``NetworkLayout/group(table:)`` of the ENI that owns the address.
    public var group: UInt32
    /// The MTU of both ends.
    public var mtu: Int
    /// The pod end's hardware address: the requested one, or ``AttachmentName/podMAC``.
    public var mac: MACAddress

    /// - Parameter mac: `nil` for the one that follows from the attachment's name.
    public init(attachment: AttachmentName, address: IPv4Address, group: UInt32, mtu: Int, mac: MACAddress? = nil) {
        self.attachment = attachment
        self.address = address
        self.group = group
        self.mtu = mtu
        self.mac = mac ?? attachment.podMAC
    }
}
