import HTTPTypes
import ModelVPC

/// Why a call was refused, as the EC2 API says it.
struct EC2Error: Error, Hashable {
    /// Source: EC2 API reference, "Error codes for the Amazon EC2 API".
    let code: String
    let message: String
    var status: HTTPResponse.Status = .badRequest

    static func missingParameter(_ name: String) -> EC2Error {
        EC2Error(code: "MissingParameter", message: "The request must contain the parameter \(name)")
    }

    static func invalidValue(_ value: String, for name: String, _ allowed: String) -> EC2Error {
        EC2Error(
            code: "InvalidParameterValue", message: "Value (\(value)) for parameter \(name) is invalid: \(allowed)")
    }

    static func combination(_ message: String) -> EC2Error {
        EC2Error(code: "InvalidParameterCombination", message: message)
    }

    static func malformed(_ message: String) -> EC2Error {
        EC2Error(code: "MalformedQueryString", message: message)
    }
}

extension EC2Error {
    /// - Returns: `nil` for ``ModelVPC/Failure/noAnswer``, which is none.
    init?(_ failure: ModelVPC.Failure) {
        guard let code = failure.code else { return nil }
        let status: HTTPResponse.Status =
            switch failure {
            case .requestLimitExceeded, .unavailable: .serviceUnavailable
            case .internalError: .internalServerError
            case .unauthorized: .forbidden
            default: .badRequest
            }
        self.init(code: code, message: "\(failure)", status: status)
    }
}
