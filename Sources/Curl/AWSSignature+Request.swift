import CCurl
import Glibc
import HTTPTypes

extension AWSSignature {
    /// What libcurl's `CURLOPT_AWS_SIGV4` takes: provider, header prefix, region and service.
    var parameters: String { "aws:amz:\(region):\(service)" }

    /// Refuses what libcurl 7.88 (lib/http_aws_sigv4.c) would sign otherwise than the server does.
    ///
    /// - Throws: ``HTTPError/invalidRequest(_:)``.
    func check(_ request: HTTPRequest) throws(HTTPError) {
        for (what, name) in [("region", region), ("service", service)] {
            // More than 64 characters are cut off; a colon would begin the next parameter.
            let isPlain = name.utf8.allSatisfy { $0 < 0x80 && ($0.isLetterOrDigit || $0 == UInt8(ascii: "-")) }
            guard (1...64).contains(name.utf8.count), isPlain else {
                throw .invalidRequest("'\(name)' is no \(what) to sign for")
            }
        }
        guard !accessKeyID.isEmpty, !secretAccessKey.isEmpty else {
            throw .invalidRequest("there is no access key to sign with")
        }
        for secret in [accessKeyID, secretAccessKey, sessionToken ?? ""] {
            // Whatever else would end a line, or the string that libcurl gets.
            guard secret.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                throw .invalidRequest("the access key or the session token has a character that none has")
            }
        }
        var names: Set<String> = []
        for field in request.headers {
            let name = field.name.canonicalName
            switch name {
            case "authorization", "date", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token":
                throw .invalidRequest("the header \(name) belongs to the signature")
            default: break
            }
            // Repeated ones are signed as several lines, empty ones with a semicolon.
            guard names.insert(name).inserted, !field.value.allSatisfy(\.isWhitespace) else {
                throw .invalidRequest("the header \(name) is empty or repeated, which can't be signed")
            }
        }
        names.formUnion(["host", "x-amz-date", "x-amz-security-token"])
        // The lines `name:value` are sorted as a whole: a name that continues another one by a character below ':' gets
        // before it.
        guard names.sorted() == names.map({ $0 + ":" }).sorted().map({ String($0.dropLast()) }) else {
            throw .invalidRequest("the name of one header begins with the name of another one, which can't be signed")
        }
        // libcurl would send a type of its own, unsigned.
        guard request.body == nil || names.contains("content-type") else {
            throw .invalidRequest("a signed body needs a Content-Type")
        }
    }

    /// The time of the signature, as `X-Amz-Date` has it; nil where libcurl finds it by itself.
    var date: String? {
        guard clockOffset != .zero else { return nil }
        var seconds = time(nil) + Int(clockOffset.components.seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: Int32, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2) + "T"
            + digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2) + "Z"
    }

    /// Whether this libcurl sends a date twice that it is given: once as a header of the request, and once with the
    /// signature (fixed in 8.3.0, "fix aws-sigv4 having date header twice in some cases").
    static let dateIsSentTwice = curl_version_info(CURLVERSION_FIRST).pointee.version_num < 0x08_03_00
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        let scalar = UnicodeScalar(self)
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
