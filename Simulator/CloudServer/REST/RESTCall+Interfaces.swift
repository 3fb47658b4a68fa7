import JSON
import ModelVPC
import Pool

/// The life of an interface, and its attachment.
extension RESTCall {
    func createInterface(_ body: consuming StrictObject) async throws -> RESTReply {
        let key = try reader.key()
        let subnet = body.required("subnet", .identifier)
        let groups = body.optional("securityGroups", .list(.identifier, count: 0...16)) ?? []
        let addresses = body.optional("addressCount", .integer(0...256)) ?? 0
        let prefixes = body.optional("prefixCount", .integer(0...256)) ?? 0
        let tags = body.optional("tags", .tags) ?? [:]
        let new = ModelVPC.NewInterface(
            in: .init(rawValue: try body.finish(subnet)), secondary: .count(addresses), prefixes: .count(prefixes),
            securityGroups: groups, tags: tags)
        let caller = ModelVPC.InstanceID(rawValue: tags[CloudTag.instance] ?? "")
        do {
            guard case .interface(let made) = try await ask(.createInterface(new, token: key), for: caller) else {
                throw Problem.internalError
            }
            return .created(JSONValue(made), location: "/v1/interfaces/\(made.id)")
        } catch ModelVPC.Failure.subnetNotFound(let subnet) {
            throw Problem.notFound("subnet", subnet.rawValue, namedIn: .body)
        }
    }

    func getInterface() async throws -> RESTReply {
        try reader.checkNoQuery()
        let interface = try interface()
        guard case .interfaces(let found) = try await ask(.describeInterfaces([interface]), on: interface),
            let shown = found.first
        else { throw Problem.internalError }
        return .ok(JSONValue(shown))
    }

    func deleteInterface() async throws -> RESTReply {
        try reader.checkNoQuery()
        let interface = try interface()
        _ = try await ask(.delete(interface), on: interface)
        return .done
    }

    func attachInterface(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let instance = body.required("instance", .identifier)
        let index = body.required("deviceIndex", .integer(1...255))
        let asked = try body.finish(instance.flatMap { instance in index.map { (instance: instance, index: $0) } })
        let target = ModelVPC.InstanceID(rawValue: asked.instance)
        do {
            let request = ModelVPC.Request.attach(interface, to: target, deviceIndex: asked.index)
            guard case .attachment(let made) = try await ask(request, for: target) else { throw Problem.internalError }
            return .ok(JSONValue(made))
        } catch ModelVPC.Failure.instanceNotFound {
            throw Problem.notFound("instance", asked.instance, namedIn: .body)
        } catch let failure as ModelVPC.Failure where failure == .interfaceInUse(interface) {
            // Perhaps by the same request, which then changes nothing.
            let present = try await attachment(of: interface)
            guard present.instance == target, present.deviceIndex == asked.index, present.state != .detaching else {
                throw failure
            }
            return .ok(JSONValue(present))
        }
    }

    func updateAttachment(_ body: consuming StrictObject) async throws -> RESTReply {
        let interface = try interface()
        let enabled = try body.finish(body.required("deleteOnTermination", .boolean))
        _ = try await ask(.setDeleteOnTermination(interface, enabled), on: interface)
        return .done
    }

    func detachInterface() async throws -> RESTReply {
        try reader.checkNoQuery()
        let interface = try interface()
        do {
            _ = try await ask(.detach(interface), on: interface)
        } catch let failure as ModelVPC.Failure {
            // One that is on its way out already is what the request wants.
            guard case .incorrectState = failure,
                try await state.look({ $0.present(interface)?.attachment?.state }) == .detaching
            else { throw failure }
        }
        return .done
    }

    /// The attachment as it is, which is neither late nor throttled.
    private func attachment(of interface: ModelVPC.InterfaceID) async throws -> ModelVPC.AttachmentDescription {
        guard let attachment = try await state.look({ $0.present(interface)?.attachment }) else {
            throw ModelVPC.Failure.incorrectState("\(interface) was detached by another request")
        }
        return attachment
    }
}
