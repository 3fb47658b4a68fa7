import Pool

/// Why a source has no credentials.
enum CredentialProblem: Error, Hashable {
    /// Nobody set the source up; the next one is asked.
    case notConfigured(String)
    /// It is set up, and can't work as it is: the operator's mistake, or a refusal.
    case unusable(String)
    /// It is set up, and gives no answer now.
    case unreachable(String)

    var reason: String {
        switch self {
        case .notConfigured(let reason), .unusable(let reason), .unreachable(let reason): reason
        }
    }
}
