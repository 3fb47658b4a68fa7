/// Replies of EC2 about one instance with a primary interface, in the form of the EC2 API reference's examples.
enum Canned {
    static let instance = "i-0123456789abcdef0"
    static let vpc = "vpc-1"
    static let subnet = "subnet-1"
    static let primary = "eni-0000000000000000a"

    static func answer(_ call: ScriptedEC2.Call) -> ScriptedEC2.Answer {
        switch call.action {
        case "DescribeInstances": .reply(instances())
        case "DescribeInstanceTypes": .reply(instanceTypes())
        case "DescribeSubnets": .reply(subnets([subnet]))
        case "DescribeNetworkInterfaces":
            .reply(interfaces(call.parameters.values.contains("attachment.instance-id") ? [interface()] : []))
        case "CreateNetworkInterface": .reply(created("eni-0000000000000000b", secondary: ["10.0.1.20"]))
        case "AssignPrivateIpAddresses": .reply(assigned(["10.0.1.30"]))
        default: .done(call.action)
        }
    }

    static func document(_ action: String, _ content: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <\(action)Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
            <requestId>req-1</requestId>
            \(content)
        </\(action)Response>
        """
    }

    static func instances(id: String = instance, vpc: String? = vpc) -> String {
        document(
            "DescribeInstances",
            """
            <reservationSet><item><reservationId>r-1</reservationId><groupSet/>
            <instancesSet><item>
                <instanceId>\(id)</instanceId><instanceType>m5.large</instanceType>
                <instanceState><code>16</code><name>running</name></instanceState>
                <placement><availabilityZone>eu-test-1a</availabilityZone><tenancy>default</tenancy></placement>
                \(vpc.map { "<vpcId>\($0)</vpcId><subnetId>\(subnet)</subnetId>" } ?? "")
                <networkInterfaceSet>
                    <item><networkInterfaceId>eni-0000000000000000c</networkInterfaceId>
                        <attachment><attachmentId>eni-attach-c</attachmentId><deviceIndex>1</deviceIndex>
                        <networkCardIndex>0</networkCardIndex></attachment></item>
                    <item><networkInterfaceId>\(primary)</networkInterfaceId>
                        <groupSet><item><groupId>sg-1</groupId><groupName>one</groupName></item>
                            <item><groupId>sg-2</groupId></item></groupSet>
                        <attachment><attachmentId>eni-attach-a</attachmentId><deviceIndex>0</deviceIndex>
                        <networkCardIndex>0</networkCardIndex></attachment></item>
                </networkInterfaceSet>
            </item></instancesSet></item></reservationSet>
            """)
    }

    static func instanceTypes(_ platform: String = "<hypervisor>nitro</hypervisor>", cards: String? = nil) -> String {
        let cards =
            cards
                ?? """
                <item><networkCardIndex>0</networkCardIndex><maximumNetworkInterfaces>3</maximumNetworkInterfaces></item>
                """
        return document(
            "DescribeInstanceTypes",
            """
            <instanceTypeSet><item>
                <instanceType>m5.large</instanceType>\(platform)
                <vCpuInfo><defaultVCpus>2</defaultVCpus><defaultCores>1</defaultCores></vCpuInfo>
                <networkInfo><networkPerformance>Up to 10 Gigabit</networkPerformance>
                    <maximumNetworkInterfaces>3</maximumNetworkInterfaces>
                    <ipv4AddressesPerInterface>10</ipv4AddressesPerInterface>
                    <ipv6AddressesPerInterface>10</ipv6AddressesPerInterface>
                    <networkCards>\(cards)</networkCards>
                </networkInfo>
            </item></instanceTypeSet>
            """)
    }

    /// - Parameter ipv6: the subnets' IPv6 CIDR blocks, with the state of each association.
    static func subnets(
        _ ids: [String], ipv6: [(block: String, state: String)] = [], next: String? = nil
    ) -> String {
        let blocks = ipv6.map {
            """
            <item><associationId>subnet-cidr-assoc-1</associationId><ipv6CidrBlock>\($0.block)</ipv6CidrBlock>
            <ipv6CidrBlockState><state>\($0.state)</state></ipv6CidrBlockState></item>
            """
        }
        let items = ids.map {
            """
            <item><subnetId>\($0)</subnetId><state>available</state><vpcId>\(vpc)</vpcId>
            <cidrBlock>10.0.1.0/24</cidrBlock>
            <ipv6CidrBlockAssociationSet>\(blocks.joined())</ipv6CidrBlockAssociationSet><availableIpAddressCount>251</availableIpAddressCount>
            <availabilityZone>eu-test-1a</availabilityZone>
            <tagSet><item><key>Name</key><value>pods &amp; nodes</value></item></tagSet></item>
            """
        }
        return document("DescribeSubnets", "<subnetSet>\(items.joined())</subnetSet>\(token(next))")
    }

    static func interfaces(_ items: [String], next: String? = nil) -> String {
        document(
            "DescribeNetworkInterfaces",
            "<networkInterfaceSet>\(items.map { "<item>\($0)</item>" }.joined())</networkInterfaceSet>\(token(next))")
    }

    /// An interface's content, attached unless told otherwise.
    static func interface(
        _ id: String = primary, address: String? = "10.0.1.10", secondary: [String] = [], prefixes: [String] = [],
        ipv6Addresses: String = "", ipv6Prefixes: [String] = [], tags: [String: String] = [:],
        attachment: String? = attachment(), mac: String = "02:00:00:00:00:0a", subnet: String = subnet
    ) -> String {
        let all = [address].compactMap(\.self) + secondary
        let addresses = all.map {
            "<item><privateIpAddress>\($0)</privateIpAddress><primary>\($0 == address)</primary></item>"
        }
        return """
            <networkInterfaceId>\(id)</networkInterfaceId><subnetId>\(subnet)</subnetId><vpcId>\(vpc)</vpcId>
            <availabilityZone>eu-test-1a</availabilityZone><description/><status>in-use</status>
            <macAddress>\(mac)</macAddress>
            \(address.map { "<privateIpAddress>\($0)</privateIpAddress>" } ?? "")
            <groupSet><item><groupId>sg-1</groupId></item></groupSet>
            \(attachment ?? "")
            <tagSet>\(tags.map { "<item><key>\($0)</key><value>\($1)</value></item>" }.joined())</tagSet>
            <privateIpAddressesSet>\(addresses.joined())</privateIpAddressesSet>
            <ipv4PrefixSet>\(prefixes.map { "<item><ipv4Prefix>\($0)</ipv4Prefix></item>" }.joined())</ipv4PrefixSet>
            <ipv6AddressesSet>\(ipv6Addresses)</ipv6AddressesSet>
            <ipv6PrefixSet>\(ipv6Prefixes.map { "<item><ipv6Prefix>\($0)</ipv6Prefix></item>" }.joined())</ipv6PrefixSet>
            """
    }

    static func attachment(to instance: String = instance, index: Int = 0, _ status: String = "attached") -> String {
        """
        <attachment><attachmentId>eni-attach-\(index)</attachmentId><instanceId>\(instance)</instanceId>
        <deviceIndex>\(index)</deviceIndex><networkCardIndex>0</networkCardIndex><status>\(status)</status>
        <deleteOnTermination>true</deleteOnTermination></attachment>
        """
    }

    static func created(_ id: String, secondary: [String] = [], tags: [String: String] = [:]) -> String {
        let content = interface(id, address: "10.0.1.11", secondary: secondary, tags: tags, attachment: nil)
        return document("CreateNetworkInterface", "<networkInterface>\(content)</networkInterface>")
    }

    static func assigned(_ addresses: [String] = [], prefixes: [String] = []) -> String {
        let items = addresses.map { "<item><privateIpAddress>\($0)</privateIpAddress></item>" }
        let blocks = prefixes.map { "<item><ipv4Prefix>\($0)</ipv4Prefix></item>" }
        return document(
            "AssignPrivateIpAddresses",
            """
            <networkInterfaceId>\(primary)</networkInterfaceId>
            <assignedPrivateIpAddressesSet>\(items.joined())</assignedPrivateIpAddressesSet>
            <assignedIpv4PrefixSet>\(blocks.joined())</assignedIpv4PrefixSet>
            """)
    }

    static func assigned(ipv6Prefixes: [String]) -> String {
        document(
            "AssignIpv6Addresses",
            """
            <networkInterfaceId>\(primary)</networkInterfaceId><assignedIpv6Addresses/>
            <assignedIpv6PrefixSet>\(ipv6Prefixes.map { "<item>\($0)</item>" }.joined())</assignedIpv6PrefixSet>
            """)
    }

    private static func token(_ next: String?) -> String {
        next.map { "<nextToken>\($0)</nextToken>" } ?? "<nextToken/>"
    }
}
