@testable import Pool

extension Action {
    /// The provider's call that the action makes; `nil` for an answer to an ADD.
    var call: PoolWorld.Call? {
        switch self {
        case .grant, .refuse: nil
        case .createENI: .create
        case .attachENI: .attach
        case .configureENI: .configure
        case .assign: .assign
        case .unassign: .unassign
        case .detachENI: .detach
        case .deleteENI: .delete
        case .readBack: .readBack
        }
    }

    /// The ENI that the action changes, if it changes one.
    var eni: ENIID? {
        switch self {
        case .attachENI(let eni, _), .configureENI(let eni), .assign(let eni, _, _, _), .unassign(let eni, _),
            .detachENI(let eni), .deleteENI(let eni):
            eni
        case .grant, .refuse, .createENI, .readBack: nil
        }
    }
}
