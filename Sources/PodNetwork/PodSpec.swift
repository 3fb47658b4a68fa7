import Addressing

/// What a pod's network interface has to be.
public struct PodSpec: Hashable, Sendable {
    /// Whose interface it is.
    public var attachment: AttachmentName
    /// The pod's addresses; the only ones from which it may send.
    public var addresses: PodAddresses
    /// The interface group of the host end, ``NetworkLayout/group(table:)`` of the ENI that owns the addresses.
    public var group: UInt32
    /// The MTU of both ends.
    public var mtu: Int
    /// The pod end's hardware address: the requested one, or ``AttachmentName/podMAC``.
    public var mac: MACAddress

    /// - Parameter mac: `nil` for the one that follows from the attachment's name.
    public init(attachment: AttachmentName, addresses: PodAddresses, group: UInt32, mtu: Int, mac: MACAddress? = nil) {
        self.attachment = attachment
        self.addresses = addresses
        self.group = group
        self.mtu = mtu
        self.mac = mac ?? attachment.podMAC
    }
}
