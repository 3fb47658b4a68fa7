/// Why a pod that came now would get no address, or why the pool does not grow.
public struct Obstacle: Codable, Hashable, Sendable {
    /// The machine-readable cause, such as `enis-full`.
    public var cause: String
    /// One sentence for a person.
    public var sentence: String
    /// Seconds after which another try makes sense.
    public var retryAfter: Double?

    public init(cause: String, sentence: String, retryAfter: Double?) {
        self.cause = cause
        self.sentence = sentence
        self.retryAfter = retryAfter
    }
}

/// One finding of `warmpoolctl explain`.
public struct Explanation: Codable, Sendable {
    /// What is explained: a pod, or the node.
    public var subject: String
    /// One sentence for a person.
    public var sentence: String
    /// The machine-readable cause, where something is refused or waits.
    public var cause: String?
    /// Seconds after which another try makes sense.
    public var retryAfter: Double?

    public init(subject: String, sentence: String, cause: String? = nil, retryAfter: Double? = nil) {
        self.subject = subject
        self.sentence = sentence
        self.cause = cause
        self.retryAfter = retryAfter
    }
}

/// `warmpoolctl verify`: kernel, store and provider compared.
public struct VerifyReport: Codable, Sendable {
    /// The pods that hold an address.
    public var pods: Int
    /// The addresses, counted by state.
    public var addresses: Int
    /// The ENIs of the node.
    public var enis: Int
    /// Every disagreement, a sentence each; none when all three agree.
    public var differences: [String]

    public init(pods: Int, addresses: Int, enis: Int, differences: [String]) {
        self.pods = pods
        self.addresses = addresses
        self.enis = enis
        self.differences = differences
    }
}

/// `warmpoolctl gc`: what a reconciliation found and repaired, a sentence each.
public struct ReconcileReport: Codable, Sendable {
    public var repairs: [String]

    public init(repairs: [String]) {
        self.repairs = repairs
    }
}
