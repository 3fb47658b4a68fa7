import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import ModelVPC

/// Checks that a call is signed with one of the keys, by AWS Signature Version 4.
///
/// Source: IAM user guide, "Create a signed AWS API request".
struct SignatureVerifier: Sendable {
    let keys: KeyRing
    /// The region and the service for which calls are signed.
    let region: String
    var service = "ec2"

    private static let algorithm = "AWS4-HMAC-SHA256"
    /// How far the time of a call may be from the server's. Source: EC2 API reference, error code `RequestExpired`.
    private static let tolerance: TimeInterval = 300

    /// - Returns: the key with which the call is signed; `nil` where calls need not be signed, and where it names no key.
    /// - Throws: ``EC2Error`` `AuthFailure`, `SignatureDoesNotMatch` or `RequestExpired`.
    func verify(_ request: Request, body: [UInt8]) throws(EC2Error) -> KeyRing.Key? {
        guard keys.isRequired else { return nil }
        guard let text = request.headers[.authorization] else {
            throw .authFailure("the call is not signed: it has no Authorization header")
        }
        let authorization = try Authorization(text)
        guard let key = keys[authorization.accessKeyID] else {
            throw .authFailure("there is no access key \(authorization.accessKeyID)")
        }
        let scope = authorization.scope
        guard scope.dropFirst() == [region[...], service[...], "aws4_request"] else {
            throw .mismatch("the credential must be scoped to \(region)/\(service)/aws4_request")
        }
        guard let stamp = request.headers[.amzDate], stamp.prefix(8) == scope.first, let date = Date(stamp: stamp)
        else {
            throw .mismatch("X-Amz-Date is missing, or not of the day that the credential names")
        }
        let now = keys.wallClock()
        guard abs(date.timeIntervalSince(now)) <= Self.tolerance else {
            throw .expired("the call was signed at \(stamp), more than \(Int(Self.tolerance)) s from the server's time")
        }
        if let expires = key.expires, expires <= now {
            throw .expired("the session token of \(authorization.accessKeyID) has expired")
        }
        guard request.headers[.amzSecurityToken] == key.credential.sessionToken else {
            throw .authFailure("X-Amz-Security-Token is not the session token of \(authorization.accessKeyID)")
        }
        guard ["host", "x-amz-date"].allSatisfy(authorization.signedHeaders.contains) else {
            throw .mismatch("the headers host and x-amz-date must be signed")
        }
        let canonical = try canonicalForm(of: request, body: body, signedHeaders: authorization.signedHeaders)
        let toSign = [
            Self.algorithm, stamp, scope.joined(separator: "/"), hex(SHA256.hash(data: Data(canonical.utf8))),
        ]
        .joined(separator: "\n")
        var signingKey = Data("AWS4\(key.credential.secretAccessKey)".utf8)
        for part in scope { signingKey = mac(Data(part.utf8), key: signingKey) }
        guard authorization.signature == hex(mac(Data(toSign.utf8), key: signingKey)) else {
            throw .mismatch("the signature is not that of the call; check the secret access key")
        }
        return key
    }

    /// The text of which the hash is signed.
    private func canonicalForm(
        of request: Request, body: [UInt8], signedHeaders: [String]
    ) throws(EC2Error) -> String {
        let query = (request.uri.query ?? "").split(separator: "&").map { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return "\(reencoded(parts[0]))=\(parts.count > 1 ? reencoded(parts[1]) : "")"
        }
        var headers = ""
        for name in signedHeaders {
            let values = name == "host" ? [request.head.authority ?? ""] : request.headers.values(name)
            guard !values.isEmpty else { throw .mismatch("the signed header \(name) is missing") }
            let trimmed = values.map { $0.split(separator: " ").joined(separator: " ") }
            headers += "\(name):\(trimmed.joined(separator: ","))\n"
        }
        return [
            request.method.rawValue, request.uri.path, query.sorted().joined(separator: "&"), headers,
            signedHeaders.joined(separator: ";"), hex(SHA256.hash(data: body)),
        ].joined(separator: "\n")
    }

    /// Percent-encoding in the one form that is signed.
    private func reencoded(_ text: Substring) -> String {
        let plain = String(text).removingPercentEncoding ?? String(text)
        return plain.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + hex(CollectionOfOne(byte)).uppercased()
            }
        }.joined()
    }

    private func mac(_ data: Data, key: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: key)))
    }
}

/// An Authorization header, taken apart.
private struct Authorization {
    var accessKeyID: String
    /// Date, region, service, `aws4_request`.
    var scope: [Substring]
    var signedHeaders: [String]
    var signature: String

    init(_ text: String) throws(EC2Error) {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0] == "AWS4-HMAC-SHA256" else {
            throw .authFailure("the Authorization header must begin with AWS4-HMAC-SHA256")
        }
        var fields: [Substring: Substring] = [:]
        for field in parts[1].split(whereSeparator: { $0 == "," || $0 == " " }) {
            let pair = field.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { fields[pair[0]] = pair[1] }
        }
        guard let credential = fields["Credential"]?.split(separator: "/"), credential.count == 5,
            let headers = fields["SignedHeaders"], let signature = fields["Signature"]
        else {
            throw .authFailure("the Authorization header needs Credential, SignedHeaders and Signature")
        }
        accessKeyID = String(credential[0])
        scope = Array(credential.dropFirst())
        signedHeaders = headers.split(separator: ";").map(String.init)
        self.signature = String(signature)
    }
}

extension EC2Error {
    fileprivate static func authFailure(_ message: String) -> EC2Error {
        EC2Error(code: "AuthFailure", message: message, status: .unauthorized)
    }

    fileprivate static func mismatch(_ message: String) -> EC2Error {
        EC2Error(code: "SignatureDoesNotMatch", message: message, status: .forbidden)
    }

    fileprivate static func expired(_ message: String) -> EC2Error {
        EC2Error(code: "RequestExpired", message: message)
    }
}

extension HTTPField.Name {
    fileprivate static let amzDate = HTTPField.Name("X-Amz-Date")!
    fileprivate static let amzSecurityToken = HTTPField.Name("X-Amz-Security-Token")!
}

extension HTTPFields {
    fileprivate func values(_ name: String) -> [String] {
        HTTPField.Name(name).map { self[values: $0] } ?? []
    }
}

extension Date {
    /// Reads `20150830T123600Z`.
    fileprivate init?(stamp: String) {
        guard stamp.utf8.count == 16, stamp.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let characters = Array(stamp)
        func part(_ range: Range<Int>) -> String { String(characters[range]) }
        let iso = "\(part(0..<4))-\(part(4..<6))-\(part(6..<11)):\(part(11..<13)):\(part(13..<16))"
        guard let date = try? Date(iso, strategy: .iso8601) else { return nil }
        self = date
    }
}

private func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return bytes.reduce(into: "") { text, byte in
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
}
