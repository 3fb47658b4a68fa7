import Curl
import Pool

import struct HTTPTypes.HTTPField

extension HTTPError {
    /// Whether the same request would end the same at once.
    var isLasting: Bool {
        switch self {
        case .invalidRequest, .tls, .responseTooLarge, .cancelled, .shutDown: true
        case .nameNotResolved, .connectionFailed, .timedOut, .interrupted: false
        }
    }
}

extension ProviderError {
    /// What a call that was given up because its task was cancelled throws.
    public static let cancelled = unreachable("the call was cancelled")

    /// Why there is no reply, in the pool's terms, with what an operator should look at.
    ///
    /// - Parameter server: the API, as a person knows it: `EC2 at ec2.eu-central-1.amazonaws.com`.
    init(_ error: HTTPError, from server: String) {
        self =
            switch error {
            case .invalidRequest(let reason):
                .unreachable("a request to \(server) can't be sent: \(reason); check endpoint and region")
            case .nameNotResolved(let reason):
                .unreachable("\(server) was not found: \(reason); check the endpoint's name and the node's DNS")
            case .connectionFailed(let reason):
                .unreachable(
                    "no connection to \(server): \(reason); check the endpoint, its route and the proxy variables")
            case .tls(let reason):
                .unreachable("no TLS session with \(server): \(reason); check the CA bundle and the node's clock")
            case .timedOut(let reason): .unreachable("\(server) did not answer in time: \(reason)")
            case .interrupted(let reason): .unreachable("the answer of \(server) broke off: \(reason)")
            case .responseTooLarge(let limit): .malformedReply("\(server) sent more than \(limit) bytes")
            case .cancelled: .cancelled
            case .shutDown: .unreachable("the HTTP client was shut down")
            }
    }

    /// What a reply means that redirects elsewhere; `nil` for one that does not. No redirect is followed, because
    /// neither the request's signature nor its token is for another server.
    init?(redirectIn response: HTTPResponse, from server: String) {
        guard (300..<400).contains(response.status) else { return nil }
        let target = response.headers[.location].map(hostOrPath) ?? "nowhere"
        self = .unreachable(
            "\(server) redirects to \(target) (status \(response.status)), which is not followed; check the endpoint")
    }

    /// What a reply means that is of no media type of those expected; `nil` for one that is, and for one without a type.
    ///
    /// - Parameter types: in lower case, without parameters.
    init?(mediaTypeOf response: HTTPResponse, from server: String, notOneOf types: [String]) {
        guard let type = response.headers[.contentType], !types.contains(mediaType(type)) else { return nil }
        self = .malformedReply(
            "\(server) sent \(excerpt(type, 80)) instead of \(types[0]) (status \(response.status)); "
                + "is there a proxy or another service at that address?")
    }
}

/// The type without its parameters, in lower case (RFC 9110, 8.3.1).
private func mediaType(_ field: String) -> String {
    String(field.prefix { $0 != ";" }.filter { !$0.isWhitespace }).lowercased()
}

/// The host that a `Location` names, without the path, whose parameters may be nobody's business; or, of a relative one,
/// the path.
private func hostOrPath(_ location: String) -> String {
    guard let scheme = location.firstRange(of: "//") else { return excerpt(String(location.prefix { $0 != "?" }), 80) }
    let authority = location[scheme.upperBound...].prefix { !"/?#".contains($0) }
    return excerpt(String(authority.split(separator: "@").last ?? ""), 80)
}

/// Host and port that a base URL names: what stands between the scheme and the path.
func authority(of url: String) -> Substring {
    url.firstRange(of: "://").map { url[$0.upperBound...].prefix { $0 != "/" } } ?? url[...]
}

/// The first line of a server's words, cut to a length that a log line and a pod's event can bear.
func excerpt(_ text: String, _ length: Int) -> String {
    let line = text.prefix { !$0.isNewline }
    return line.count <= length ? String(line) : line.prefix(length) + "…"
}
