extension EC2Error {
    /// What a code means to us.
    enum Meaning: Hashable, Sendable {
        case addressLimit
        case interfaceLimit
        /// Of the account, not of the instance.
        case interfaceQuota
        case subnetExhausted
        case noContiguousPrefix
        case throttled
        case noInterface
        case noAttachment
        case noSubnet
        case noInstance
        case noSecurityGroup
        case addressInUse
        case denied
        /// The credentials or the time of the signature: new ones, or a corrected clock, may help.
        case notAuthenticated
        /// A parameter cannot be so; what EC2 says in words can be of any of the kinds above.
        case invalidValue
        case refused
        case failed
        /// Not said by EC2, but by something on the way to it.
        case foreign
    }

    /// The codes that EC2 documents for the actions of this provider, and those of the front that all AWS services
    /// share. Source: EC2 API reference, "Error codes for the Amazon EC2 API" and "Common errors"; for throttling also
    /// botocore's standard retry rules.
    static let meanings: [String: Meaning] = [
        "PrivateIpAddressLimitExceeded": .addressLimit,
        "InvalidInterface.IpAddressLimitExceeded": .addressLimit,
        "AttachmentLimitExceeded": .interfaceLimit,
        "NetworkInterfaceLimitExceeded": .interfaceQuota,
        "InsufficientFreeAddressesInSubnet": .subnetExhausted,
        "InsufficientCidrBlocks": .noContiguousPrefix,

        "RequestLimitExceeded": .throttled,
        "Throttling": .throttled,
        "ThrottlingException": .throttled,
        "ThrottledException": .throttled,
        "RequestThrottled": .throttled,
        "RequestThrottledException": .throttled,
        "TooManyRequestsException": .throttled,
        "EC2ThrottledException": .throttled,
        "BandwidthLimitExceeded": .throttled,
        "SlowDown": .throttled,

        "InvalidNetworkInterfaceID.NotFound": .noInterface,
        "InvalidNetworkInterfaceID.Malformed": .noInterface,
        "InvalidNetworkInterfaceId.Malformed": .noInterface,
        "NetworkInterfaceNotFoundException": .noInterface,
        "InvalidAttachmentID.NotFound": .noAttachment,
        "InvalidAttachment.NotFound": .noAttachment,
        "InvalidNetworkInterfaceAttachmentID.Malformed": .noAttachment,
        "InvalidNetworkInterfaceAttachmentId.Malformed": .noAttachment,
        "InvalidSubnetID.NotFound": .noSubnet,
        "InvalidSubnetId.NotFound": .noSubnet,
        "InvalidSubnetID.Malformed": .noSubnet,
        "InvalidInstanceID.NotFound": .noInstance,
        "InvalidInstanceID.Malformed": .noInstance,
        "InvalidGroup.NotFound": .noSecurityGroup,
        "InvalidGroupId.Malformed": .noSecurityGroup,
        "InvalidSecurityGroupID.NotFound": .noSecurityGroup,
        "InvalidSecurityGroupId.Malformed": .noSecurityGroup,

        "InvalidIPAddress.InUse": .addressInUse,
        "Resource.AlreadyAssigned": .addressInUse,

        "UnauthorizedOperation": .denied,
        "AccessDenied": .denied,
        "AccessDeniedException": .denied,
        "OptInRequired": .denied,
        "Blocked": .denied,
        "PendingVerification": .denied,

        "AuthFailure": .notAuthenticated,
        "SignatureDoesNotMatch": .notAuthenticated,
        "IncompleteSignature": .notAuthenticated,
        "InvalidClientTokenId": .notAuthenticated,
        "UnrecognizedClientException": .notAuthenticated,
        "MissingAuthenticationToken": .notAuthenticated,
        "ExpiredToken": .notAuthenticated,
        "ExpiredTokenException": .notAuthenticated,
        "RequestExpired": .notAuthenticated,
        "InvalidSecurity.RequestHasExpired": .notAuthenticated,

        "InternalError": .failed,
        "InternalFailure": .failed,
        "Unavailable": .failed,
        "ServiceUnavailable": .failed,
        "InsufficientAddressCapacity": .failed,
        "InsufficientCapacity": .failed,
        "ConcurrentTagAccess": .failed,
        // An earlier attempt is under way, and may yet be carried out: to wait for as for one whose reply is lost.
        "PriorRequestNotComplete": .failed,

        "InvalidParameterValue": .invalidValue,
        "InvalidParameter": .invalidValue,
        "InvalidParameterCombination": .refused,
        "MissingParameter": .refused,
        "UnknownParameter": .refused,
        "IncorrectState": .refused,
        "IncorrectInstanceState": .refused,
        "InvalidInstanceState": .refused,
        "InvalidState": .refused,
        "InvalidNetworkInterface.InUse": .refused,
        "InvalidDevice.InUse": .refused,
        "OperationNotPermitted": .refused,
        "UnsupportedOperation": .refused,
        "Unsupported": .refused,
        "NetworkInterfaceNotSupportedException": .refused,
        "DependencyViolation": .refused,
        "IdempotentParameterMismatch": .refused,
        "InvalidClientToken": .refused,
        "InvalidAction": .refused,
        "InvalidCharacter": .refused,
        "InvalidFilter": .refused,
        "FilterLimitExceeded": .refused,
        "InvalidID": .refused,
        "InvalidInput": .refused,
        "InvalidMaxResults": .refused,
        "InvalidNextToken": .refused,
        "InvalidPaginationToken": .refused,
        "InvalidQueryParameter": .refused,
        "InvalidRequest": .refused,
        "InvalidResourceType.Unknown": .refused,
        "InvalidSubnet": .refused,
        "InvalidTagKey.Malformed": .refused,
        "MalformedQueryString": .refused,
        "MissingAction": .refused,
        "ResourceCountExceeded": .refused,
        "ResourceLimitExceeded": .refused,
        "SecurityGroupsPerInstanceLimitExceeded": .refused,
        "SecurityGroupsPerInterfaceLimitExceeded": .refused,
        "TagLimitExceeded": .refused,
        "ValidationError": .refused,
    ]

    /// What the error means. Of a code that the table does not know, and of none, the status tells.
    var meaning: Meaning {
        // Where nothing can have happened, it is the wish to be left alone that counts.
        literal == .failed && status == 503 && isOfReading && retryAfter != nil ? .throttled : literal
    }

    private var literal: Meaning {
        if let known = code.flatMap({ EC2Error.meanings[$0] }) { return known }
        return switch status {
        case 429: .throttled
        case 500...: .failed
        default: code == nil ? .foreign : .refused
        }
    }
}
