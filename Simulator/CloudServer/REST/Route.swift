import FoundationEssentials
import HTTPTypes

/// The operations of the API, by the names that `Config/openapi.yaml` gives them.
enum Route: String, CaseIterable {
    case getInstance, listInterfaces, listSubnets
    case createInterface, getInterface, deleteInterface
    case attachInterface, updateAttachment, detachInterface
    case assignAddresses, releaseAddresses, assignPrefixes, releasePrefixes, assignIPv6Prefixes,
        releaseIPv6Prefixes

    /// The method, and the path with its parameter in braces.
    var signature: (method: HTTPRequest.Method, path: String) {
        switch self {
        case .getInstance: (.get, "/v1/instances/{instanceId}")
        case .listInterfaces: (.get, "/v1/instances/{instanceId}/interfaces")
        case .listSubnets: (.get, "/v1/instances/{instanceId}/subnets")
        case .createInterface: (.post, "/v1/interfaces")
        case .getInterface: (.get, "/v1/interfaces/{interfaceId}")
        case .deleteInterface: (.delete, "/v1/interfaces/{interfaceId}")
        case .attachInterface: (.put, "/v1/interfaces/{interfaceId}/attachment")
        case .updateAttachment: (.patch, "/v1/interfaces/{interfaceId}/attachment")
        case .detachInterface: (.delete, "/v1/interfaces/{interfaceId}/attachment")
        case .assignAddresses: (.post, "/v1/interfaces/{interfaceId}/addresses")
        case .releaseAddresses: (.post, "/v1/interfaces/{interfaceId}/addresses/release")
        case .assignPrefixes: (.post, "/v1/interfaces/{interfaceId}/prefixes")
        case .releasePrefixes: (.post, "/v1/interfaces/{interfaceId}/prefixes/release")
        case .assignIPv6Prefixes: (.post, "/v1/interfaces/{interfaceId}/ipv6-prefixes")
        case .releaseIPv6Prefixes: (.post, "/v1/interfaces/{interfaceId}/ipv6-prefixes/release")
        }
    }

    /// The route of a request, and the value of the path's parameter.
    ///
    /// - Parameter path: as it came, percent-encoded.
    /// - Throws: ``Problem`` for a path that there is not, and for a method that it does not have.
    static func find(_ method: HTTPRequest.Method, _ path: String) throws(Problem) -> (route: Route, id: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let found = allCases.compactMap { route in route.parameter(in: parts).map { (route: route, id: $0) } }
        if let match = found.first(where: { $0.route.signature.method == method }) { return match }
        guard !found.isEmpty else {
            throw Problem(kind: .notFound, status: .notFound, detail: "there is nothing at \(path)")
        }
        let methods = found.map(\.route.signature.method.rawValue).joined(separator: ", ")
        throw .invalid(
            .methodNotAllowed, "\(method.rawValue) is not a method of \(path), which has \(methods)",
            headers: [.allow: methods])
    }

    /// The value of the parameter, empty for a path without one; `nil` for the parts of another path.
    private func parameter(in parts: [Substring]) -> String? {
        let own = signature.path.split(separator: "/", omittingEmptySubsequences: false)
        guard own.count == parts.count else { return nil }
        var value = ""
        for (own, part) in zip(own, parts) {
            if own.hasPrefix("{") {
                guard let decoded = String(part).removingPercentEncoding, !decoded.isEmpty else { return nil }
                value = decoded
            } else if own != part {
                return nil
            }
        }
        return value
    }

    /// The media type of the request's body; `nil` where it has none.
    var contentType: String? {
        switch self {
        case .getInstance, .listInterfaces, .listSubnets, .getInterface, .deleteInterface, .detachInterface: nil
        case .updateAttachment: "application/merge-patch+json"
        case .createInterface, .attachInterface, .assignAddresses, .releaseAddresses, .assignPrefixes,
            .releasePrefixes, .assignIPv6Prefixes, .releaseIPv6Prefixes:
            "application/json"
        }
    }
}
