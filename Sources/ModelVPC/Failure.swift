import Addressing
import Timekeeping

extension ModelVPC {
    /// Why the cloud did not do what it was asked.
    public enum Failure: Error, Hashable, Codable, Sendable {
        /// The interface would have more IPv4 addresses than its instance's type allows.
        case addressLimitExceeded(InterfaceID, limit: Int)
        /// The interface would have more IPv6 addresses than its instance's type allows.
        case ipv6LimitExceeded(InterfaceID, limit: Int)
        /// The subnet has fewer free addresses than are asked for.
        case insufficientFreeAddresses(SubnetID, free: Int)
        /// The subnet has no free block of the size asked for.
        case insufficientCIDRBlocks(SubnetID)
        /// The instance has as many interfaces as its type allows.
        case attachmentLimitExceeded(InstanceID, limit: Int)
        /// The interface would have more tags than any may have.
        case tagLimitExceeded(limit: Int)
        /// Throttled; `nil` where no waiting helps.
        case requestLimitExceeded(retryAfter: Duration?)
        case interfaceNotFound(InterfaceID)
        case attachmentNotFound(AttachmentID)
        case subnetNotFound(SubnetID)
        case instanceNotFound(InstanceID)
        case unauthorized(Action)
        /// The interface is attached, and the call needs a detached one.
        case interfaceInUse(InterfaceID)
        /// The address is assigned to another interface.
        case addressInUse(IPv4Address)
        /// Not in a state in which this can be done.
        case incorrectState(String)
        /// Never possible for this object.
        case operationNotPermitted(String)
        case invalidParameter(String)
        /// The token of another request.
        case idempotentParameterMismatch(token: String)
        /// The cloud failed, with status 500; nothing was done.
        case internalError
        /// The cloud is overloaded, with status 503; nothing was done.
        case unavailable
        /// No answer ever comes; what was asked may have been done.
        case noAnswer
    }
}

extension ModelVPC.Failure {
    /// EC2's code of the failure; `nil` for ``noAnswer``. Source: EC2 API reference, "Error codes for the Amazon EC2
    /// API".
    public var code: String? {
        switch self {
        case .addressLimitExceeded, .ipv6LimitExceeded: "PrivateIpAddressLimitExceeded"
        case .insufficientFreeAddresses: "InsufficientFreeAddressesInSubnet"
        case .insufficientCIDRBlocks: "InsufficientCidrBlocks"
        case .attachmentLimitExceeded: "AttachmentLimitExceeded"
        case .tagLimitExceeded: "TagLimitExceeded"
        case .requestLimitExceeded: "RequestLimitExceeded"
        case .interfaceNotFound: "InvalidNetworkInterfaceID.NotFound"
        case .attachmentNotFound: "InvalidAttachmentID.NotFound"
        case .subnetNotFound: "InvalidSubnetID.NotFound"
        case .instanceNotFound: "InvalidInstanceID.NotFound"
        case .unauthorized: "UnauthorizedOperation"
        case .interfaceInUse: "InvalidNetworkInterface.InUse"
        case .addressInUse: "InvalidIPAddress.InUse"
        case .incorrectState: "IncorrectState"
        case .operationNotPermitted: "OperationNotPermitted"
        case .invalidParameter: "InvalidParameterValue"
        case .idempotentParameterMismatch: "IdempotentParameterMismatch"
        case .internalError: "InternalError"
        case .unavailable: "Unavailable"
        case .noAnswer: nil
        }
    }
}

extension ModelVPC.Failure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .addressLimitExceeded(let interface, let limit):
            "\(interface) may have \(limit) IPv4 addresses and prefixes, its primary address included"
        case .ipv6LimitExceeded(let interface, let limit): "\(interface) may have \(limit) IPv6 addresses and prefixes"
        case .insufficientFreeAddresses(let subnet, let free):
            "\(subnet) has too few free addresses: \(free)"
        case .insufficientCIDRBlocks(let subnet): "\(subnet) has no free block of that size"
        case .attachmentLimitExceeded(let instance, let limit): "\(instance) may have \(limit) interfaces"
        case .tagLimitExceeded(let limit): "an interface may have \(limit) tags"
        case .requestLimitExceeded(let retryAfter?): "too many requests; retry after \(retryAfter.rounded)"
        case .requestLimitExceeded(nil): "too many requests"
        case .interfaceNotFound(let interface): "interface \(interface) does not exist"
        case .attachmentNotFound(let attachment): "attachment \(attachment) does not exist"
        case .subnetNotFound(let subnet): "subnet \(subnet) does not exist"
        case .instanceNotFound(let instance): "instance \(instance) does not exist"
        case .unauthorized(let action): "the caller may not \(action.rawValue)"
        case .interfaceInUse(let interface): "\(interface) is attached"
        case .addressInUse(let address): "\(address) is assigned to another interface"
        case .incorrectState(let text), .operationNotPermitted(let text), .invalidParameter(let text): text
        case .idempotentParameterMismatch(let token): "the token \(token) belongs to another request"
        case .internalError: "internal error"
        case .unavailable: "overloaded"
        case .noAnswer: "no answer"
        }
    }
}
