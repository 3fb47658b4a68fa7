import Addressing
import Pool

extension EC2Provider {
    public func describeNode() async throws(ProviderError) -> NodeView {
        let instance = try await describeInstance()
        guard let primary = instance.primaryInterface else {
            throw .malformedReply("EC2 shows no primary interface of the instance \(instanceID)")
        }
        let limits = try await limits(of: instance.instanceType)
        let networks = try await networks()
        return NodeView(
            instanceID: instanceID, instanceType: instance.instanceType, zone: instance.placement.availabilityZone,
            primaryENI: ENIID(primary.networkInterfaceId), limits: limits,
            networks: networks.ipv4, ipv6Networks: networks.ipv6)
    }

    /// What a type allows: asked once, because it does not change.
    private func limits(of name: String) async throws(ProviderError) -> NodeLimits {
        if let known = memory.limits(of: name) { return known }
        var request = EC2Request("DescribeInstanceTypes", about: .init(instance: instanceID))
        request.set("InstanceType", list: [name])
        let types = try await repeatable(request, reply: DescribeInstanceTypesReply.self).instanceTypeSet?.items ?? []
        guard let type = types.first(where: { $0.instanceType == name }) else {
            throw .malformedReply("EC2 does not describe the instance type \(name)")
        }
        memory.learn(type.limits, of: name)
        return type.limits
    }

    /// The VPC's networks; those that were told last where the metadata service does not answer.
    private func networks() async throws(ProviderError) -> EC2Memory.Networks {
        guard let metadata else {
            let subnets = try await describeSubnets([("vpc-id", try await node().vpc)])
            return .init(ipv4: subnets.map(\.cidr), ipv6: subnets.compactMap(\.ipv6CIDR))
        }
        do throws(InstanceMetadataError) {
            let networks = EC2Memory.Networks(
                ipv4: try await metadata.vpcNetworks(), ipv6: try await metadata.vpcIPv6Networks())
            memory.networks = networks
            return networks
        } catch {
            if let known = memory.networks { return known }
            throw .unreachable("\(error)")
        }
    }

    /// The interfaces that are attached to the instance, and the detached ones that bear its tag; of the instance's VPC,
    /// and with an IPv4 address.
    public func interfaces() async throws(ProviderError) -> [InterfaceView] {
        let vpc = try await node().vpc
        let attached = try await describeInterfaces([("attachment.instance-id", instanceID), ("vpc-id", vpc)])
        let tagged = try await describeInterfaces([("tag:" + CloudTag.instance, instanceID), ("vpc-id", vpc)])
        // One that changes sides between the two pages is in both, or attached in the second one.
        let known = Set(attached.map(\.id))
        let others = tagged.filter { interface in
            !known.contains(interface.id) && interface.attachment?.instanceId ?? instanceID == instanceID
        }
        let views = try await views(attached + others)
        memory.learn(all: views)
        return views
    }

    /// The subnets of the instance's VPC in its zone.
    public func subnets() async throws(ProviderError) -> [SubnetView] {
        let node = try await node()
        return try await describeSubnets([("vpc-id", node.vpc), ("availability-zone", node.zone)])
    }

    private func describeSubnets(
        _ filters: [(name: String, value: String)]
    ) async throws(ProviderError) -> [SubnetView] {
        var request = EC2Request("DescribeSubnets", about: .init(instance: instanceID))
        request.set(filters: filters)
        var views: [SubnetView] = []
        for subnet in try await allPages(request, as: DescribeSubnetsPage.self) {
            let view = try subnet.view()
            memory.learn(view.cidr, of: view.id)
            views.append(view)
        }
        return views
    }

    /// An interface as EC2 shows it now; `nil` when there is none.
    ///
    /// - Parameter patiently: whether a new one that is not shown is waited for.
    func find(
        _ eni: ENIID, until deadline: ContinuousClock.Instant? = nil, patiently: Bool = true
    ) async throws(ProviderError) -> EC2Interface? {
        var request = EC2Request("DescribeNetworkInterfaces", about: .init(interface: eni))
        request.set("NetworkInterfaceId", list: [eni])
        do throws(CallFailure) {
            let page = try await call(
                request, .free, until: deadline, patiently: patiently, reply: DescribeInterfacesPage.self)
            return page.elements.first { $0.id == eni }
        } catch {
            if case .refused(let refusal) = error, refusal.meaning == .noInterface { return nil }
            throw ProviderError(error, to: request)
        }
    }

    /// What stays of the instance: asked once.
    func node(until deadline: ContinuousClock.Instant? = nil) async throws(ProviderError) -> EC2Memory.Node {
        if let node = memory.node { return node }
        _ = try await describeInstance(until: deadline)
        guard let node = memory.node else {
            throw .incorrectState("the instance \(instanceID) is in no VPC: is it terminated?")
        }
        return node
    }

    /// The network of a subnet: asked once.
    func cidr(
        of subnet: SubnetID, until deadline: ContinuousClock.Instant? = nil
    ) async throws(ProviderError) -> IPv4Network {
        if let known = memory.cidr(of: subnet) { return known }
        var request = EC2Request("DescribeSubnets", about: .init(subnet: subnet))
        request.set("SubnetId", list: [subnet])
        let page = try await repeatable(request, until: deadline, reply: DescribeSubnetsPage.self)
        guard let shown = page.elements.first(where: { $0.subnetId == subnet.description }) else {
            throw .notFound("subnet \(subnet)")
        }
        let cidr = try shown.cidr()
        memory.learn(cidr, of: subnet)
        return cidr
    }

    private func describeInstance(
        until deadline: ContinuousClock.Instant? = nil
    ) async throws(ProviderError) -> EC2Instance {
        var request = EC2Request("DescribeInstances", about: .init(instance: instanceID))
        request.set("InstanceId", list: [instanceID])
        let reply = try await repeatable(request, until: deadline, reply: DescribeInstancesReply.self)
        guard let instance = reply.instances.first(where: { $0.instanceId == instanceID }) else {
            throw .notFound("instance \(instanceID)")
        }
        if let vpc = instance.vpcId, !vpc.isEmpty {
            memory.node = EC2Memory.Node(
                vpc: vpc, zone: instance.placement.availabilityZone,
                securityGroups: instance.primaryInterface?.groupSet?.items.map(\.groupId) ?? [])
        }
        return instance
    }

    private func describeInterfaces(
        _ filters: [(name: String, value: String)]
    ) async throws(ProviderError) -> [EC2Interface] {
        var request = EC2Request("DescribeNetworkInterfaces", about: .init(instance: instanceID))
        request.set(filters: filters)
        return try await allPages(request, as: DescribeInterfacesPage.self)
    }

    private func views(_ interfaces: [EC2Interface]) async throws(ProviderError) -> [InterfaceView] {
        var views: [InterfaceView] = []
        for interface in interfaces {
            let cidr = try await cidr(of: SubnetID(interface.subnetId))
            if let view = try interface.view(subnetCIDR: cidr) { views.append(view) }
        }
        return views
    }

    /// - Throws: ``ProviderError/malformedReply(_:)`` when the pages go in circles.
    private func allPages<P: Page>(_ request: EC2Request, as: P.Type) async throws(ProviderError) -> [P.Element] {
        var elements: [P.Element] = []
        var tokens: Set<String> = []
        var token: String?
        repeat {
            var page = request
            page.set("MaxResults", pageSize)
            if let token { page.set("NextToken", token) }
            let reply = try await repeatable(page, reply: P.self)
            elements += reply.elements
            token = reply.nextToken.flatMap { $0.isEmpty ? nil : $0 }
            guard token.map({ tokens.insert($0).inserted }) ?? true, tokens.count <= EC2Provider.mostPages else {
                throw .malformedReply("the pages of \(request.action) have no end: page \(tokens.count + 1) of them")
            }
        } while token != nil
        return elements
    }

    private static let mostPages = 1_000
}
