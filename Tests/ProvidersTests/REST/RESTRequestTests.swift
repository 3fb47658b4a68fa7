import Addressing
import Curl
import HTTPTesting
import JSON
import Pool
import Providers
import Testing

/// What goes over the wire, and that the document's own examples are understood.
@Suite("REST requests", .timeLimit(.minutes(5))) struct RESTRequestTests {
    private static let eni = ENIID("eni-00000000000000001")

    /// A cloud that answers each request with the document's example.
    private func cloud() throws -> ScriptedREST {
        let document = try OpenAPIDocument()
        func example(_ operation: String, _ status: String = "200") throws -> String {
            try document.example(of: operation, status: status).text()
        }
        let node = try example("getInstance")
        let subnets = try example("listSubnets")
        let created = try example("createInterface", "201")
        let attached = try example("attachInterface")
        let addresses = try example("assignAddresses")
        let prefixes = try example("assignPrefixes")
        let ipv6Prefixes = try example("assignIPv6Prefixes")
        return try ScriptedREST { request, _ in
            let path = request.target.prefix { $0 != "?" }
            return switch (request.method, path.split(separator: "/").last) {
            case ("GET", "i-0a1b2c3d"): .reply(node)
            case ("GET", "subnets"): .reply(subnets)
            case ("POST", "interfaces"): .reply(created, status: 201)
            case ("PUT", "attachment"): .reply(attached)
            case ("POST", "addresses"): .reply(addresses)
            case ("POST", "prefixes"): .reply(prefixes)
            case ("POST", "ipv6-prefixes"): .reply(ipv6Prefixes)
            default: .done
            }
        }
    }

    @Test("The node and its subnets are read") func describing() async throws {
        let cloud = try cloud()
        let node = try await cloud.provider().describeNode()
        #expect(
            node
                == NodeView(
                    instanceID: "i-0a1b2c3d", instanceType: "m5.large", zone: "eu-central-1a",
                    primaryENI: RESTRequestTests.eni,
                    limits: NodeLimits(enis: 3, ipv4PerENI: 10, ipv6PerENI: 10, supportsPrefixes: true, vCPUs: 2),
                    networks: [try #require(IPv4Network("10.0.0.0/16"))],
                    ipv6Networks: [try #require(IPv6Network("2001:db8::/56"))]))
        let subnets = try await cloud.provider().subnets()
        #expect(subnets.map(\.id) == [SubnetID("subnet-a")])
        #expect(subnets[0].freeAddresses == 229 && subnets[0].tags == ["team": "pods"])
        #expect(
            cloud.requests.map(\.target) == ["/v1/instances/i-0a1b2c3d", "/v1/instances/i-0a1b2c3d/subnets?limit=2"])
        #expect(cloud.requests.allSatisfy { $0["accept"]?.contains("application/json") == true && $0.body.isEmpty })
    }

    @Test("A list is read page by page") func pages() async throws {
        let first = try OpenAPIDocument().example(of: "listInterfaces", status: "200").text()
        let cloud = try ScriptedREST { request, _ in
            request.target.contains("cursor=") ? .reply(#"{"items": [], "more": true}"#) : .reply(first)
        }
        let interfaces = try await cloud.provider().interfaces()
        #expect(
            interfaces == [
                InterfaceView(
                    id: RESTRequestTests.eni, mac: try #require(MACAddress("02:00:00:00:00:01")),
                    subnet: SubnetID("subnet-a"), subnetCIDR: try #require(IPv4Network("10.0.1.0/24")),
                    attachment: .attached(deviceIndex: 0), primaryAddress: try #require(IPv4Address("10.0.1.4")),
                    ipv6Address: try #require(IPv6Address("2001:db8:0:1::a00:104")),
                    secondaryAddresses: ["10.0.1.5", "10.0.1.6"].compactMap { IPv4Address($0) },
                    prefixes: [try #require(IPv4Network("10.0.1.16/28"))],
                    ipv6Prefixes: [try #require(IPv6Network("2001:db8:0:1:1::/80"))])
            ])
        #expect(
            cloud.requests.map(\.target) == [
                "/v1/instances/i-0a1b2c3d/interfaces?limit=2",
                "/v1/instances/i-0a1b2c3d/interfaces?cursor=eni-00000000000000001&limit=2",
            ])
    }

    @Test("A list without an end is given up") func endlessPages() async throws {
        let cloud = try ScriptedREST { _, number in .reply(#"{"items": [], "nextCursor": "c\#(number)"}"#) }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().subnets() }
        #expect(error?.description.contains("more than 100 pages") == true)
    }

    @Test("An interface of another instance is not taken for the node's") func alien() async throws {
        let page = try OpenAPIDocument().example(of: "listInterfaces", status: "200").text()
        let cloud = try ScriptedREST { request, _ in
            request.target.contains("cursor=")
                ? .reply(#"{"items": []}"#)
                : .reply(page.replacing(#""instance":"i-0a1b2c3d""#, with: #""instance":"i-other""#))
        }
        let error = await #expect(throws: ProviderError.self) { try await cloud.provider().interfaces() }
        #expect(error?.description.contains("which is attached to i-other") == true)
    }

    @Test("Creating sends what is asked for, the node's tag, and the token as key") func create() async throws {
        let cloud = try cloud()
        let created = try await cloud.provider().createInterface(
            InterfaceRequest(
                subnet: SubnetID("subnet-a"), securityGroups: ["sg-pods"], secondary: .addresses(2),
                tags: ["owner": "warmpool"]),
            token: MutationToken("token-1"))
        #expect(created.id == ENIID("eni-00000000000000002") && created.attachment == .detached)
        #expect(created.secondaryAddresses.count == 2 && created.tags[CloudTag.instance] == "i-0a1b2c3d")
        _ = try await cloud.provider().createInterface(
            InterfaceRequest(subnet: SubnetID("subnet-a"), secondary: .prefixes(1)), token: MutationToken("token 2"))
        let tags: JSONValue = ["node.k8s.amazonaws.com/instance_id": "i-0a1b2c3d", "owner": "warmpool"]
        #expect(
            try JSONValue(parsing: cloud.requests[0].body)
                == ["subnet": "subnet-a", "securityGroups": ["sg-pods"], "addressCount": 2, "tags": tags])
        #expect(try JSONValue(parsing: cloud.requests[1].body)["prefixCount"] == 1)
        #expect(cloud.requests[0].method == "POST" && cloud.requests[0].target == "/v1/interfaces")
        #expect(cloud.requests[0]["content-type"] == "application/json")
        #expect(cloud.requests[0]["idempotency-key"] == "token-1")
        // A token that no header can carry goes as its hash.
        #expect(cloud.requests[1]["idempotency-key"]?.contains(" ") == false)
    }

    @Test("An interface is attached, changed, detached and deleted") func attachment() async throws {
        let cloud = try cloud()
        let provider = cloud.provider()
        try await provider.attach(RESTRequestTests.eni, deviceIndex: 1)
        try await provider.setDeleteOnTermination(RESTRequestTests.eni, true)
        try await provider.detach(RESTRequestTests.eni)
        try await provider.delete(ENIID("a b/c"))
        let path = "/v1/interfaces/eni-00000000000000001/attachment"
        #expect(
            cloud.requests.map { "\($0.method) \($0.target) \($0.text)" } == [
                #"PUT \#(path) {"instance":"i-0a1b2c3d","deviceIndex":1}"#,
                #"PATCH \#(path) {"deleteOnTermination":true}"#,
                "DELETE \(path) ", "DELETE /v1/interfaces/a%20b%2Fc ",
            ])
        #expect(cloud.requests[1]["content-type"] == "application/merge-patch+json")
    }

    @Test("Addresses and prefixes are assigned and released") func addresses() async throws {
        let cloud = try cloud()
        let provider = cloud.provider()
        let assigned = try await provider.assign(RESTRequestTests.eni, count: 2, token: MutationToken("a"))
        #expect(assigned.map(\.description) == ["10.0.1.10", "10.0.1.11"])
        try await provider.assign(RESTRequestTests.eni, addresses: assigned)
        try await provider.assign(RESTRequestTests.eni, addresses: [])
        let prefixes = try await provider.assignPrefixes(RESTRequestTests.eni, count: 1, token: MutationToken("b"))
        #expect(prefixes.map(\.description) == ["10.0.1.16/28"])
        try await provider.unassign(RESTRequestTests.eni, addresses: assigned)
        try await provider.unassign(RESTRequestTests.eni, prefixes: prefixes)
        let path = "/v1/interfaces/eni-00000000000000001"
        #expect(
            cloud.requests.map { "\($0.method) \($0.target) \($0.text)" } == [
                #"POST \#(path)/addresses {"count":2}"#,
                #"POST \#(path)/addresses {"addresses":["10.0.1.10","10.0.1.11"]}"#,
                #"POST \#(path)/prefixes {"count":1}"#,
                #"POST \#(path)/addresses/release {"addresses":["10.0.1.10","10.0.1.11"]}"#,
                #"POST \#(path)/prefixes/release {"prefixes":["10.0.1.16/28"]}"#,
            ])
        #expect(cloud.requests[0]["idempotency-key"] == "a" && cloud.requests[2]["idempotency-key"] == "b")
        #expect(cloud.requests[1]["idempotency-key"]?.isEmpty == false)
    }

    @Test("IPv6 prefixes are assigned and released") func ipv6Prefixes() async throws {
        let cloud = try cloud()
        let provider = cloud.provider()
        let prefixes = try await provider.assignIPv6Prefixes(RESTRequestTests.eni, count: 1, token: MutationToken("a"))
        #expect(prefixes.map(\.description) == ["2001:db8:0:1:1::/80"])
        try await provider.unassign(RESTRequestTests.eni, ipv6Prefixes: prefixes)
        let path = "/v1/interfaces/eni-00000000000000001/ipv6-prefixes"
        #expect(
            cloud.requests.map { "\($0.method) \($0.target) \($0.text)" } == [
                #"POST \#(path) {"count":1}"#, #"POST \#(path)/release {"ipv6Prefixes":["2001:db8:0:1:1::/80"]}"#,
            ])
        #expect(cloud.requests[0]["idempotency-key"] == "a")
        let error = await #expect(throws: ProviderError.self) {
            try await provider.assignIPv6Prefixes(RESTRequestTests.eni, count: 2, token: MutationToken("b"))
        }
        #expect(error?.description.contains("1 items where 2 were asked for") == true)
    }

    @Test("Fewer or more addresses than were asked for are no answer") func miscounted() async throws {
        let cloud = try cloud()
        let error = await #expect(throws: ProviderError.self) {
            try await cloud.provider().assign(RESTRequestTests.eni, count: 3, token: MutationToken("a"))
        }
        #expect(error?.description.contains("2 items where 3 were asked for") == true)
    }

    @Test("A token file is read for each request, so that a new token is used at once") func tokenFile() async throws {
        let directory = try TestDirectory()
        let path = directory.path("token")
        let cloud = try cloud()
        let provider = cloud.provider(token: BearerToken(file: path))
        let missing = await #expect(throws: ProviderError.self) { try await provider.describeNode() }
        guard case .invalidCredentials(let text) = missing else {
            Issue.record("\(String(describing: missing)) instead of invalid credentials")
            return
        }
        #expect(text.contains(path) && cloud.requests.isEmpty)
        try directory.write("first.token\n", to: "token")
        _ = try await provider.describeNode()
        try directory.write("second.token\n", to: "token")
        _ = try await provider.describeNode()
        #expect(cloud.requests.map { $0["authorization"] } == ["Bearer first.token", "Bearer second.token"])
        try directory.write("two secret tokens", to: "token")
        let wrong = await #expect(throws: ProviderError.self) { try await provider.describeNode() }
        #expect(wrong?.description.contains("secret") == false)
    }

    @Test("One record is logged per call, with what finds it at the server") func log() async throws {
        let cloud = try ScriptedREST { _, number in
            number == 1
                ? .problem("transient", status: 500)
                : .problem("permission-denied", status: 403, headers: [])
        }
        await #expect(throws: ProviderError.permissionDenied("words (request req-1)")) {
            try await cloud.provider().describeNode()
        }
        let record = try #require(cloud.records.first)
        #expect(cloud.records.count == 1)
        #expect(record.action == "getInstance" && record.attempts == 2 && record.status == 403)
        #expect(record.errorCode == "permission-denied" && record.requestID == "req-1")
        #expect(record.error == .permissionDenied("words (request req-1)"))
    }
}
