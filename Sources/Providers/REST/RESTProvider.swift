import Addressing
import Curl
import JSON
import Pool

/// A node's cloud behind the API of `Config/openapi.yaml`, which clouds without a dialect of their own implement.
///
/// Every request is repeated a few times when no reply came and when the server failed; the API sees to it that this does
/// nothing twice. Throttling is not waited out here.
///
/// ```swift
/// let provider = RESTProvider(
///     RESTConfiguration(
///         baseURL: "https://cloud.example.net", instanceID: "i-0a1b2c3d",
///         token: .file(path: "/var/run/secrets/tokens/warmpool")),
///     client: HTTPClient())
/// ```
public final class RESTProvider: CloudProvider {
    /// The most pages that a list may have: a server that has always another one does not count them.
    private static let mostPages = 100

    private let instanceID: String
    private let pageSize: Int
    private let connection: RESTConnection

    /// A provider for one instance; no request is sent yet.
    ///
    /// - Parameters:
    ///   - client: with the client certificate, where there is one, and the CAs to trust.
    ///   - log: gets one record per request, its repetitions included.
    public init(_ configuration: RESTConfiguration, client: HTTPClient, log: @escaping CallLog = { _ in }) {
        instanceID = configuration.instanceID
        pageSize = configuration.pageSize
        connection = RESTConnection(configuration, client: client, log: log)
    }

    public func describeNode() async throws(ProviderError) -> NodeView {
        let instance = try await connection.call(
            RESTRequest(.getInstance, instanceID), returning: RESTReplies.Instance.self)
        return NodeView(instance)
    }

    public func interfaces() async throws(ProviderError) -> [InterfaceView] {
        let interfaces = try await list(.listInterfaces, of: RESTReplies.Interface.self)
        // Never to be managed from here.
        if let alien = interfaces.first(where: { $0.attachment.map { $0.instance != instanceID } ?? false }) {
            throw .malformedReply(
                "\(connection.server) lists \(alien.id), which is attached to \(alien.attachment?.instance ?? ""), "
                    + "for \(instanceID)")
        }
        return interfaces.map(InterfaceView.init)
    }

    public func subnets() async throws(ProviderError) -> [SubnetView] {
        try await list(.listSubnets, of: RESTReplies.Subnet.self).map(SubnetView.init)
    }

    /// The interface bears ``CloudTag/instance`` beside the tags asked for.
    public func createInterface(
        _ request: InterfaceRequest, token: MutationToken
    ) async throws(ProviderError) -> InterfaceView {
        let tags = request.tags.merging([CloudTag.instance: instanceID]) { _, own in own }
        var body: JSONObject = [
            "subnet": .string(request.subnet.description),
            "tags": .object(JSONObject(tags.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
        ]
        if !request.securityGroups.isEmpty {
            body["securityGroups"] = .array(request.securityGroups.map { .string($0) })
        }
        switch request.secondary {
        case .addresses(let count): body["addressCount"] = .integer(Int64(count))
        case .prefixes(let count): body["prefixCount"] = .integer(Int64(count))
        }
        let interface = try await connection.call(
            RESTRequest(.createInterface, key: token, body: .object(body)), returning: RESTReplies.Interface.self)
        return InterfaceView(interface)
    }

    public func attach(_ eni: ENIID, deviceIndex: Int) async throws(ProviderError) {
        let body: JSONValue = ["instance": .string(instanceID), "deviceIndex": .integer(Int64(deviceIndex))]
        try await perform(RESTRequest(.attachInterface, eni, body: body))
    }

    public func detach(_ eni: ENIID) async throws(ProviderError) {
        let deadline = connection.deadline
        let ending = await connection.perform(RESTRequest(.detachInterface, eni), until: deadline)
        guard let doubt = ending.doubt, case .failure(.incorrectState(let refusal)) = ending.last else {
            return try ending.result.get()
        }
        // Refused because an earlier attempt has succeeded, or because it can't be.
        let isAttached: Bool
        do throws(ProviderError) {
            let interface = try await connection.call(
                RESTRequest(.getInterface, eni), until: deadline, returning: RESTReplies.Interface.self)
            isAttached = interface.attachment != nil
        } catch {
            throw doubt
        }
        if isAttached { throw .incorrectState(refusal) }
    }

    public func delete(_ eni: ENIID) async throws(ProviderError) {
        let ending = await connection.perform(RESTRequest(.deleteInterface, eni))
        // Gone since an earlier attempt, which got no answer.
        if ending.doubt != nil, case .failure(.notFound) = ending.last { return }
        try ending.result.get()
    }

    public func setDeleteOnTermination(_ eni: ENIID, _ enabled: Bool) async throws(ProviderError) {
        try await perform(RESTRequest(.updateAttachment, eni, body: ["deleteOnTermination": .bool(enabled)]))
    }

    public func assign(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv4Address] {
        try await assign(.assignAddresses, eni, count, token) { (reply: RESTReplies.Addresses) in reply.addresses }
    }

    /// No address is no request.
    public func assign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        guard !addresses.isEmpty else { return }
        // The list itself says what is to be; the key is for the API, which wants one.
        let key = MutationToken("list-\(UInt64.random(in: 0 ... .max))")
        try await perform(
            RESTRequest(.assignAddresses, eni, key: key, body: ["addresses": texts(addresses)]))
    }

    public func assignPrefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv4Network] {
        try await assign(.assignPrefixes, eni, count, token) { (reply: RESTReplies.Prefixes) in reply.prefixes }
    }

    public func unassign(_ eni: ENIID, addresses: [IPv4Address]) async throws(ProviderError) {
        try await perform(RESTRequest(.releaseAddresses, eni, body: ["addresses": texts(addresses)]))
    }

    public func unassign(_ eni: ENIID, prefixes: [IPv4Network]) async throws(ProviderError) {
        try await perform(RESTRequest(.releasePrefixes, eni, body: ["prefixes": texts(prefixes)]))
    }

    public func assignIPv6Prefixes(
        _ eni: ENIID, count: Int, token: MutationToken
    ) async throws(ProviderError) -> [IPv6Network] {
        try await assign(.assignIPv6Prefixes, eni, count, token) { (reply: RESTReplies.IPv6Prefixes) in
            reply.ipv6Prefixes
        }
    }

    public func unassign(_ eni: ENIID, ipv6Prefixes: [IPv6Network]) async throws(ProviderError) {
        try await perform(RESTRequest(.releaseIPv6Prefixes, eni, body: ["ipv6Prefixes": texts(ipv6Prefixes)]))
    }

    /// Asks for so many items of the cloud's choice.
    ///
    /// - Parameter items: those of the reply, which must be as many as were asked for.
    private func assign<Reply: Decodable & Sendable, Item>(
        _ operation: RESTOperation, _ eni: ENIID, _ count: Int, _ token: MutationToken, _ items: (Reply) -> [Item]
    ) async throws(ProviderError) -> [Item] {
        let request = RESTRequest(operation, eni, key: token, body: ["count": .integer(Int64(count))])
        let assigned = items(try await connection.call(request, returning: Reply.self))
        guard assigned.count == count else {
            throw .malformedReply(
                "\(connection.server) to \(operation.rawValue): \(assigned.count) items where \(count) were asked for")
        }
        return assigned
    }

    /// A request whose reply says nothing more than that it is done.
    private func perform(_ request: RESTRequest) async throws(ProviderError) {
        try await connection.perform(request).result.get()
    }

    /// All pages of a list.
    private func list<Item: Decodable & Sendable>(
        _ operation: RESTOperation, of type: Item.Type
    ) async throws(ProviderError) -> [Item] {
        var request = RESTRequest(operation, instanceID)
        request.query = [("limit", "\(pageSize)")]
        var items: [Item] = []
        for _ in 0..<RESTProvider.mostPages {
            let page = try await connection.call(request, returning: RESTReplies.Page<Item>.self)
            items += page.items
            guard let cursor = page.nextCursor else { return items }
            request.query = [("cursor", cursor), ("limit", "\(pageSize)")]
        }
        throw .malformedReply(
            "\(connection.server) to \(operation.rawValue): more than \(RESTProvider.mostPages) pages")
    }

    private func texts(_ items: [some CustomStringConvertible]) -> JSONValue {
        .array(items.map { .string($0.description) })
    }
}
