import ModelVPC
import ModelViews
import Pool
import RateLimiting
import Timekeeping

/// The next call of the provider that an action of the pool needs: the daemon's calls, one by one.
indirect enum Errand: Sendable {
    case create(MutationToken, NewENI)
    case attach(ENIID, deviceIndex: Int)
    /// An attached interface is to go with its instance.
    case setDeleteOnTermination(ENIID)
    case assign(ENIID, BlockKind, count: Int, MutationToken)
    case unassign(ENIID, [Block])
    case detach(ENIID)
    /// Whether a detachment has come to its end; asked less and less often.
    case pollDetached(ENIID, pause: Duration, until: Instant)
    case delete(ENIID)
    /// The provider's view is read in three calls, of which these were answered.
    case describe(takenAt: Instant, NodeView?, [InterfaceView]?)

    /// The call, as the node's governor knows it.
    var call: ProviderCall {
        switch self {
        case .create: .createInterface
        case .attach: .attach
        case .setDeleteOnTermination: .setDeleteOnTermination
        case .assign: .assign
        case .unassign: .unassign
        case .detach: .detach
        case .delete: .delete
        case .describe(_, nil, _): .describeNode
        case .pollDetached, .describe(_, _?, nil): .interfaces
        case .describe: .subnets
        }
    }

    /// The action that fails with the call; `nil` for a look.
    var action: Action? {
        switch self {
        case .create(let token, let eni): .createENI(token, eni)
        case .attach(let eni, let index): .attachENI(eni, deviceIndex: index)
        // It is attached: only what follows is to be done again.
        case .setDeleteOnTermination(let eni): .configureENI(eni)
        case .assign(let eni, let kind, let count, let token): .assign(eni, kind, count: count, token)
        case .unassign(let eni, let blocks): .unassign(eni, blocks)
        case .detach(let eni), .pollDetached(let eni, _, _): .detachENI(eni)
        case .delete(let eni): .deleteENI(eni)
        case .describe: nil
        }
    }

    /// What is asked of the model.
    ///
    /// - Throws: `ProviderError.notFound` for an ENI that the cloud can't have made.
    func request(from node: ModelVPC.InstanceID) throws(ProviderError) -> ModelVPC.Request {
        switch self {
        case .create(let token, let eni):
            let tags = [ENITag.token: token.description, CloudTag.instance: node.rawValue]
            return .createInterface(ModelVPC.NewInterface(eni, tags: tags), token: token.description)
        case .attach(let eni, let index): return .attach(try .init(eni), to: node, deviceIndex: index)
        case .setDeleteOnTermination(let eni): return .setDeleteOnTermination(try .init(eni), true)
        case .assign(let eni, let kind, let count, let token):
            return .assigning(kind, count: count, to: try .init(eni), token: token.description)
        case .unassign(let eni, let blocks): return .taking(blocks, from: try .init(eni))
        case .detach(let eni): return .detach(try .init(eni))
        case .delete(let eni): return .delete(try .init(eni))
        case .describe(_, nil, _): return .describeInstance(node)
        case .pollDetached, .describe(_, _?, nil):
            return .describeInterfacesOf(node, orTagged: .init(key: CloudTag.instance, value: node.rawValue))
        case .describe: return .describeSubnets
        }
    }
}

extension Errand: CustomStringConvertible {
    var description: String {
        switch self {
        case .create(_, let eni): "create an ENI in \(eni.subnet) with \(eni.count) \(eni.kind)"
        case .attach(let eni, let index): "attach \(eni) as device \(index)"
        case .setDeleteOnTermination(let eni): "let \(eni) go with the instance"
        case .assign(let eni, let kind, let count, _): "assign \(count) \(kind) to \(eni)"
        case .unassign(let eni, let blocks):
            "take \(blocks.map(\.description).joined(separator: " ")) from \(eni)"
        case .detach(let eni): "detach \(eni)"
        case .pollDetached(let eni, _, _): "whether \(eni) is detached"
        case .delete(let eni): "delete \(eni)"
        case .describe(_, nil, _): "the view: the node"
        case .describe(_, _?, nil): "the view: its ENIs"
        case .describe: "the view: the subnets"
        }
    }
}
