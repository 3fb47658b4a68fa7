extension RequestTarget {
    /// The target as Signature Version 4 wants it signed, which is also sent: libcurl 7.88 (lib/http_aws_sigv4.c) signs
    /// path and query as they are written.
    ///
    /// The rules are those of "Create a signed AWS API request" in the IAM user guide: parameters sorted by name and
    /// value, all but the unreserved characters percent-encoded with upper-case digits, a `=` after every name. A path
    /// would be percent-encoded once more for every service but S3, so one that needs it is refused.
    ///
    /// - Throws: ``HTTPError/invalidRequest(_:)``.
    func canonical() throws(HTTPError) -> RequestTarget {
        guard path.utf8.allSatisfy({ $0.isUnreserved || $0 == UInt8(ascii: "/") }), !path.contains("//"),
            !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
        else {
            throw .invalidRequest("the path \(path) can't be signed: only plain names, none of them empty, can")
        }
        var parameters: [(name: String, value: String)] = []
        for parameter in query.split(separator: "&") {
            let name = parameter.prefix { $0 != "=" }
            parameters.append(
                (try RequestTarget.encoded(name), try RequestTarget.encoded(parameter.dropFirst(name.count + 1))))
        }
        // Names and values are ASCII here, which Swift's strings compare bytewise.
        parameters.sort { $0 < $1 }
        var target = self
        target.query = parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return target
    }

    private static func encoded(_ text: Substring) throws(HTTPError) -> String {
        var result = ""
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                let digits = String(decoding: bytes.prefix(2), as: UTF8.self)
                guard digits.count == 2, digits.allSatisfy(\.isHexDigit), let code = UInt8(digits, radix: 16) else {
                    throw .invalidRequest("the query has a '%' without two hexadecimal digits")
                }
                bytes.removeFirst(2)
                result += code.percentEncoded
            case UInt8(ascii: "+"):
                throw .invalidRequest("the query has a '+', which some read as a space: write %20 or %2B")
            default:
                result += byte.percentEncoded
            }
        }
        return result
    }
}

extension UInt8 {
    /// RFC 3986, 2.3.
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    fileprivate var percentEncoded: String {
        guard !isUnreserved else { return String(UnicodeScalar(self)) }
        let digits = String(self, radix: 16, uppercase: true)
        return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
}
