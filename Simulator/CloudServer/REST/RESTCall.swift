import JSON
import ModelVPC
import Pool

/// One request of the API, with what its operation needs.
struct RESTCall {
    let state: CloudState
    let reader: RequestReader
    /// The value of the path's parameter.
    let id: String

    /// The body, as an object.
    func body(of route: Route) async throws -> StrictObject {
        try reader.checkNoQuery()
        return try StrictObject(try await reader.body(route.contentType ?? ""))
    }

    /// The interface of the path.
    func interface() throws(Problem) -> ModelVPC.InterfaceID {
        guard let interface = ModelVPC.InterfaceID(id) else { throw .notFound("interface", id) }
        return interface
    }

    /// Asks the cloud on behalf of an instance.
    func ask(_ request: ModelVPC.Request, for instance: ModelVPC.InstanceID) async throws -> ModelVPC.Reply {
        try await state.ask(request, from: instance)
    }

    /// Asks the cloud on behalf of the instance to which an interface is attached or, detached, belongs.
    func ask(_ request: ModelVPC.Request, on interface: ModelVPC.InterfaceID) async throws -> ModelVPC.Reply {
        let shown = try await state.look { $0.present(interface) }
        let owner = shown?.attachment?.instance ?? shown?.tags[CloudTag.instance].map(ModelVPC.InstanceID.init)
        return try await ask(request, for: owner ?? .init(rawValue: ""))
    }
}

// MARK: The node

extension RESTCall {
    private var instance: ModelVPC.InstanceID { .init(rawValue: id) }

    func getInstance() async throws -> RESTReply {
        try reader.checkNoQuery()
        guard case .instance(let found) = try await ask(.describeInstance(instance), for: instance) else {
            throw Problem.internalError
        }
        return .ok(JSONValue(found, in: try await state.look { $0 }))
    }

    func listInterfaces() async throws -> RESTReply {
        let page = try reader.page()
        let tag = ModelVPC.Tag(key: CloudTag.instance, value: id)
        guard case .interfaces(let found) = try await ask(.describeInterfacesOf(instance, orTagged: tag), for: instance)
        else { throw Problem.internalError }
        return .ok(page.cut(found, by: { "\($0.id)" }, { JSONValue($0) }))
    }

    /// Those of the instance's zone.
    func listSubnets() async throws -> RESTReply {
        let page = try reader.page()
        let zone = try await state.look { try? $0.instance(instance).zone }
        guard let zone else { throw Problem.notFound("instance", id) }
        guard case .subnets(let found) = try await ask(.describeSubnets, for: instance) else {
            throw Problem.internalError
        }
        return .ok(page.cut(found.filter { $0.zone == zone }, by: { $0.id.rawValue }, { JSONValue($0) }))
    }
}

// MARK: Addresses

extension RESTCall {
    func assignAddresses(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let key = try reader.key()
        let count = body.optional("count", .integer(1...256))
        let addresses = body.optional("addresses", .list(.address, count: 1...256))
        if body.has("count") == body.has("addresses") { body.refuse("expected either count or addresses") }
        let asked = try body.finish(count.map { .count($0) } ?? addresses.map { ModelVPC.Addresses.these($0) })
        guard case .addresses(let assigned) = try await ask(.assign(interface, asked, token: key), on: interface) else {
            throw Problem.internalError
        }
        return .ok(["addresses": JSONValue(list: assigned)])
    }

    func releaseAddresses(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let addresses = body.required("addresses", .list(.address, count: 0...256))
        _ = try await ask(.unassign(interface, try body.finish(addresses)), on: interface)
        return .done
    }

    func assignPrefixes(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let key = try reader.key()
        let count = try body.finish(body.required("count", .integer(1...256)))
        let request = ModelVPC.Request.assignPrefixes(interface, .count(count), token: key)
        guard case .prefixes(let assigned) = try await ask(request, on: interface) else { throw Problem.internalError }
        return .ok(["prefixes": JSONValue(list: assigned)])
    }

    func releasePrefixes(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let prefixes = body.required("prefixes", .list(.prefix, count: 0...256))
        _ = try await ask(.unassign(interface, prefixes: try body.finish(prefixes)), on: interface)
        return .done
    }

    func assignIPv6Prefixes(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let key = try reader.key()
        let count = try body.finish(body.required("count", .integer(1...256)))
        let request = ModelVPC.Request.assignIPv6Prefixes(interface, .count(count), token: key)
        guard case .ipv6Prefixes(let assigned) = try await ask(request, on: interface) else {
            throw Problem.internalError
        }
        return .ok(["ipv6Prefixes": JSONValue(list: assigned)])
    }

    func releaseIPv6Prefixes(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let prefixes = body.required("ipv6Prefixes", .list(.ipv6Prefix, count: 0...256))
        _ = try await ask(.unassignIPv6Prefixes(interface, try body.finish(prefixes)), on: interface)
        return .done
    }
}
