import Addressing
import Identity

/// Names one ADD that waits for its answer. The owner chooses it; no two waiting ADDs share one.
public struct WaiterID: Hashable, Sendable {
    /// The owner's number for the ADD.
    public let number: UInt64

    public init(_ number: UInt64) {
        self.number = number
    }
}

/// What one ADD got.
public struct Grant: Hashable, Sendable {
    /// The attachment with its address.
    public var attachment: Attachment
    /// The attachment had its address already.
    public var isRepeat: Bool

    public init(attachment: Attachment, isRepeat: Bool) {
        self.attachment = attachment
        self.isRepeat = isRepeat
    }
}

/// What the owner of the pool has to do in the outside world.
public enum Action: Hashable, Sendable {
    /// Answer an ADD: it has an address.
    case grant(WaiterID, Grant)
    /// Answer an ADD: it gets none.
    case refuse(WaiterID, Cause)
    /// Create an ENI; tag it with the token.
    case createENI(MutationToken, NewENI)
    /// Attach a created ENI, wait for its interface, and make its routes.
    case attachENI(ENIID, deviceIndex: Int)
    /// Wait for the interface of an attached ENI, and make its routes.
    case configureENI(ENIID)
    /// Assign so many blocks of the provider's choice.
    case assign(ENIID, BlockKind, count: Int, MutationToken)
    /// Take blocks away, which are all of one kind.
    case unassign(ENIID, [Block])
    case detachENI(ENIID)
    case deleteENI(ENIID)
    /// Read the provider's view and ``Pool/reconcile(_:takenAt:now:)`` with it: something is in doubt.
    case readBack
}

/// What an ENI is created with.
public struct NewENI: Hashable, Sendable {
    /// Where its addresses come from.
    public var subnet: SubnetID
    /// The security groups; none for the provider's default.
    public var securityGroups: [String]
    /// What its slots for pods hold from the start.
    public var kind: BlockKind
    /// How many of them.
    public var count: Int

    public init(subnet: SubnetID, securityGroups: [String] = [], kind: BlockKind, count: Int) {
        self.subnet = subnet
        self.securityGroups = securityGroups
        self.kind = kind
        self.count = count
    }
}

/// A disagreement that was found and settled, in the safe direction: an address in doubt is not handed out.
public enum Repair: Hashable, Sendable {
    /// The provider has something on the ENI that the pool did not know; its addresses rest before they are used.
    case adoptedBlock(Block, ENIID)
    /// The provider no longer has something; addresses that pods used are reported on their own.
    case droppedBlock(Block, ENIID)
    /// The provider no longer has an address that a pod uses.
    case orphanedAddress(IPAddress, AttachmentID)
    /// The provider has an address back that was missing while a pod used it.
    case recoveredAddress(IPAddress, AttachmentID)
    case adoptedENI(ENIID)
    case lostENI(ENIID)
    /// An ENI with this node's tag was attached to nothing; it is deleted.
    case leakedENI(ENIID)
    /// An attachment without an interface in the kernel; its addresses are released.
    case releasedAttachment(AttachmentID, PodAddresses)
    /// A pod in the kernel that the store did not know.
    case adoptedAttachment(AttachmentID, PodAddresses)
    /// A pod in the kernel uses an address that belongs to another pod, or that no ENI of this node has.
    case strayPod(AttachmentID, PodAddresses)
}

/// What follows from one event: first make the changes durable, then perform the actions.
public struct Outcome: Hashable, Sendable {
    /// What is to be made durable, in this order, in one transaction.
    public var changes: [Change]
    /// What is to be done after that, in any order.
    public var actions: [Action]
    /// Disagreements that were found and settled, for log and metrics.
    public var repairs: [Repair]

    public init(changes: [Change] = [], actions: [Action] = [], repairs: [Repair] = []) {
        self.changes = changes
        self.actions = actions
        self.repairs = repairs
    }
}
