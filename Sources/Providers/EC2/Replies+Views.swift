import Addressing
import Pool

/// The one place in which EC2's vocabulary becomes the pool's.

extension EC2Interface {
    /// The interface as the pool sees it; `nil` for one without an IPv4 address of its own, as those for IPv6 or EFA
    /// alone, on which no pod address can be.
    ///
    /// - Throws: ``ProviderError/malformedReply(_:)`` that says which of its attributes cannot be read.
    func view(subnetCIDR: IPv4Network) throws(ProviderError) -> InterfaceView? {
        guard let privateIpAddress else { return nil }
        guard let mac = MACAddress(macAddress), let primaryAddress = IPv4Address(privateIpAddress) else {
            throw .malformedReply("EC2 gives \(id) the MAC '\(macAddress)' and the address '\(privateIpAddress)'")
        }
        return InterfaceView(
            id: id, mac: mac, subnet: SubnetID(subnetId), subnetCIDR: subnetCIDR, attachment: try attachmentView(),
            networkCard: attachment?.networkCardIndex ?? 0, primaryAddress: primaryAddress,
            ipv6Address: try ipv6Address(), secondaryAddresses: try secondaryAddresses(),
            prefixes: try prefixes(ipv4PrefixSet), ipv6Prefixes: try ipv6Prefixes(), tags: tags(tagSet))
    }

    /// The one that EC2 calls primary, which stays until the interface is deleted; without such, the first.
    private func ipv6Address() throws(ProviderError) -> IPv6Address? {
        let items = ipv6AddressesSet?.items ?? []
        guard let own = items.first(where: { $0.isPrimaryIpv6 == true }) ?? items.first else { return nil }
        guard let address = IPv6Address(own.ipv6Address) else {
            throw .malformedReply("EC2 gives \(id) the IPv6 address '\(own.ipv6Address)'")
        }
        return address
    }

    func ipv6Prefixes() throws(ProviderError) -> [IPv6Network] {
        try Providers.ipv6Prefixes((ipv6PrefixSet?.items ?? []).map(\.ipv6Prefix))
    }

    func secondaryAddresses() throws(ProviderError) -> [IPv4Address] {
        try addresses(privateIpAddressesSet).filter { $0.description != privateIpAddress }
    }

    /// `status` is attaching, attached, detaching or detached (EC2 API reference, "NetworkInterfaceAttachment"). Of any
    /// other it is not known whether the interface is in use, so that it must not be taken for a detached one.
    private func attachmentView() throws(ProviderError) -> InterfaceView.Attachment {
        guard let attachment else { return .detached }
        return switch (attachment.status, attachment.deviceIndex) {
        case ("attaching"?, let index?): .attaching(deviceIndex: index)
        case ("attached"?, let index?): .attached(deviceIndex: index)
        case ("detaching"?, _): .detaching
        case ("detached"?, _): .detached
        case (let status, nil):
            throw .malformedReply("EC2 gives \(id) the attachment status '\(status ?? "")' and no device index")
        case (let status, _?): throw .malformedReply("EC2 gives \(id) the attachment status '\(status ?? "")'")
        }
    }
}

/// The addresses of a list, in its order.
///
/// - Throws: ``ProviderError/malformedReply(_:)`` that names the one that is none.
func addresses(_ list: Items<EC2Address>?) throws(ProviderError) -> [IPv4Address] {
    var addresses: [IPv4Address] = []
    for item in list?.items ?? [] {
        guard let address = IPv4Address(item.privateIpAddress) else {
            throw .malformedReply("EC2 gives the address '\(item.privateIpAddress)'")
        }
        addresses.append(address)
    }
    return addresses
}

/// The prefixes of a list, in its order.
///
/// - Throws: ``ProviderError/malformedReply(_:)`` that names the one that is none.
func prefixes(_ list: Items<EC2Prefix>?) throws(ProviderError) -> [IPv4Network] {
    var prefixes: [IPv4Network] = []
    for item in list?.items ?? [] {
        guard let prefix = IPv4Network(item.ipv4Prefix) else {
            throw .malformedReply("EC2 gives the prefix '\(item.ipv4Prefix)'")
        }
        prefixes.append(prefix)
    }
    return prefixes
}

/// The IPv6 prefixes that texts name, in their order.
///
/// - Throws: ``ProviderError/malformedReply(_:)`` that names the one that is none.
func ipv6Prefixes(_ texts: [String]) throws(ProviderError) -> [IPv6Network] {
    var prefixes: [IPv6Network] = []
    for text in texts {
        guard let prefix = IPv6Network(text) else { throw .malformedReply("EC2 gives the IPv6 prefix '\(text)'") }
        prefixes.append(prefix)
    }
    return prefixes
}

private func tags(_ list: Items<EC2Tag>?) -> [String: String] {
    (list?.items ?? []).reduce(into: [:]) { $0[$1.key] = $1.value ?? "" }
}

extension EC2Subnet {
    /// - Throws: ``ProviderError/malformedReply(_:)`` for a CIDR block that is none.
    func view() throws(ProviderError) -> SubnetView {
        SubnetView(
            id: SubnetID(subnetId), cidr: try cidr(), ipv6CIDR: try ipv6CIDR(), zone: availabilityZone,
            freeAddresses: availableIpAddressCount, tags: tags(tagSet))
    }

    /// The block that is associated with the subnet: one that was once is listed too.
    private func ipv6CIDR() throws(ProviderError) -> IPv6Network? {
        let blocks = (ipv6CidrBlockAssociationSet?.items ?? []).filter {
            $0.ipv6CidrBlockState.map { $0.state == "associated" } ?? true
        }
        guard let text = blocks.first?.ipv6CidrBlock else { return nil }
        guard let cidr = IPv6Network(text) else {
            throw .malformedReply("EC2 gives \(subnetId) the IPv6 CIDR block '\(text)'")
        }
        return cidr
    }

    func cidr() throws(ProviderError) -> IPv4Network {
        guard let cidr = IPv4Network(cidrBlock) else {
            throw .malformedReply("EC2 gives \(subnetId) the CIDR block '\(cidrBlock)'")
        }
        return cidr
    }
}

extension EC2InstanceType {
    /// The limits of network card 0. Prefixes are for instances on the Nitro system: those with its hypervisor, and
    /// those without any (EC2 user guide, "Prefix delegation for EC2 network interfaces").
    var limits: NodeLimits {
        let card = networkInfo.networkCards?.items.first { $0.networkCardIndex == 0 }
        return NodeLimits(
            enis: card?.maximumNetworkInterfaces ?? networkInfo.maximumNetworkInterfaces,
            ipv4PerENI: networkInfo.ipv4AddressesPerInterface, ipv6PerENI: networkInfo.ipv6AddressesPerInterface ?? 0,
            supportsPrefixes: hypervisor == "nitro" || bareMetal == true, vCPUs: vCpuInfo?.defaultVCpus)
    }
}
