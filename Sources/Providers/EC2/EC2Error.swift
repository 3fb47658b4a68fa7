import Addressing
import Pool
import Timekeeping

/// What EC2 refused a request with.
struct EC2Error: Error, Hashable, Sendable {
    /// Such as `InvalidNetworkInterfaceID.NotFound`; `nil` where the reply's body is none of EC2's.
    var code: String?
    var message: String
    var status: Int
    /// Whether the request was one that changes nothing.
    var isOfReading = false
    var requestID: String?
    /// How long the reply's `Retry-After` asks to wait.
    var retryAfter: Duration?
    /// The reply's `Date`.
    var date: String?
    /// Why there are no other credentials, where these were refused.
    var failedRenewal: String?

    /// EC2's words, with what its operator finds the request by.
    var text: String {
        let words = excerpt(message, 300)
        let said = [code, words.isEmpty ? nil : words].compactMap(\.self).joined(separator: ": ")
        let request = requestID.map { " (request \(excerpt($0, 80)))" } ?? ""
        let renewal = failedRenewal.map { "; there are no others: \($0)" } ?? ""
        return (said.isEmpty ? "status \(status)" : said) + request + renewal
    }
}

/// The body of a refusal: `Response/Errors/Error` with `Code` and `Message`, and `RequestID` beside.
/// Source: EC2 API reference, "Error codes for the Amazon EC2 API".
struct EC2ErrorReply: Decodable {
    struct Errors: Decodable {
        let first: Problem

        private enum CodingKeys: String, CodingKey {
            case first = "Error"
        }
    }

    struct Problem: Decodable {
        let code: String
        let message: String?

        private enum CodingKeys: String, CodingKey {
            case code = "Code"
            case message = "Message"
        }
    }

    let errors: Errors
    let requestID: String?

    private enum CodingKeys: String, CodingKey {
        case errors = "Errors"
        case requestID = "RequestID"
    }
}
