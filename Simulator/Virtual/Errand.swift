import Addressing
import ModelVPC
import ModelViews
import Pool
import RateLimiting
import Timekeeping

/// The next call of the provider that an action of the pool needs: the daemon's calls, one by one.
enum Errand: Sendable {
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
        case .assign(_, .address, _, _): .assign
        case .assign(_, .prefix, _, _): .assignPrefixes
        case .assign(_, .ipv6Prefix, _, _): .assignIPv6Prefixes
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
            var new = ModelVPC.NewInterface(in: .init(eni.subnet), tags: tags)
            if eni.kind == .prefix { new.prefixes = .count(eni.count) } else { new.secondary = .count(eni.count) }
            return .createInterface(new, token: token.description)
        case .attach(let eni, let index): return .attach(try .init(eni), to: node, deviceIndex: index)
        case .setDeleteOnTermination(let eni): return .setDeleteOnTermination(try .init(eni), true)
        case .assign(let eni, .address, let count, let token):
            return .assign(try .init(eni), .count(count), token: token.description)
        case .assign(let eni, .prefix, let count, let token):
            return .assignPrefixes(try .init(eni), .count(count), token: token.description)
        case .assign(let eni, .ipv6Prefix, let count, let token):
            return .assignIPv6Prefixes(try .init(eni), .count(count), token: token.description)
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

extension ModelVPC.Request {
    /// Takes blocks of one kind away.
    fileprivate static func taking(_ blocks: [Block], from interface: ModelVPC.InterfaceID) -> ModelVPC.Request {
        var (addresses, prefixes, ipv6Prefixes): ([IPv4Address], [IPv4Network], [IPv6Network]) = ([], [], [])
        for block in blocks {
            switch block {
            case .address(let address): addresses.append(address)
            case .prefix(let prefix): prefixes.append(prefix)
            case .ipv6Prefix(let prefix): ipv6Prefixes.append(prefix)
            }
        }
        return ipv6Prefixes.isEmpty
            ? .unassign(interface, addresses, prefixes: prefixes) : .unassignIPv6Prefixes(interface, ipv6Prefixes)
    }
}
