import Curl
import JSON
import Pool

/// The operations of the API, by the names that `Config/openapi.yaml` gives them.
enum RESTOperation: String, CaseIterable, Sendable {
    case getInstance, listInterfaces, listSubnets
    case createInterface, getInterface, deleteInterface
    case attachInterface, updateAttachment, detachInterface
    case assignAddresses, releaseAddresses, assignPrefixes, releasePrefixes, assignIPv6Prefixes,
        releaseIPv6Prefixes

    var method: HTTPRequest.Method {
        switch self {
        case .getInstance, .listInterfaces, .listSubnets, .getInterface: .get
        case .createInterface, .assignAddresses, .releaseAddresses, .assignPrefixes, .releasePrefixes,
            .assignIPv6Prefixes, .releaseIPv6Prefixes:
            .post
        case .attachInterface: .put
        case .updateAttachment: .patch
        case .deleteInterface, .detachInterface: .delete
        }
    }

    /// The path, with the name of its parameter in braces.
    var path: String {
        switch self {
        case .getInstance: "/v1/instances/{instanceId}"
        case .listInterfaces: "/v1/instances/{instanceId}/interfaces"
        case .listSubnets: "/v1/instances/{instanceId}/subnets"
        case .createInterface: "/v1/interfaces"
        case .getInterface, .deleteInterface: "/v1/interfaces/{interfaceId}"
        case .attachInterface, .updateAttachment, .detachInterface: "/v1/interfaces/{interfaceId}/attachment"
        case .assignAddresses: "/v1/interfaces/{interfaceId}/addresses"
        case .releaseAddresses: "/v1/interfaces/{interfaceId}/addresses/release"
        case .assignPrefixes: "/v1/interfaces/{interfaceId}/prefixes"
        case .releasePrefixes: "/v1/interfaces/{interfaceId}/prefixes/release"
        case .assignIPv6Prefixes: "/v1/interfaces/{interfaceId}/ipv6-prefixes"
        case .releaseIPv6Prefixes: "/v1/interfaces/{interfaceId}/ipv6-prefixes/release"
        }
    }

    /// The media type of the body.
    var contentType: String {
        self == .updateAttachment ? "application/merge-patch+json" : "application/json"
    }
}

/// One request of the API.
struct RESTRequest: Sendable {
    let operation: RESTOperation
    /// The value of the path's parameter.
    var id = ""
    var query: [(name: String, value: String)] = []
    /// By which the server knows a repetition.
    var key: String?
    var body: JSONValue?

    init(_ operation: RESTOperation, _ id: String = "", key: MutationToken? = nil, body: JSONValue? = nil) {
        self.operation = operation
        self.id = id
        self.key = key.map(clientToken)
        self.body = body
    }

    init(_ operation: RESTOperation, _ eni: ENIID, key: MutationToken? = nil, body: JSONValue? = nil) {
        self.init(operation, eni.description, key: key, body: body)
    }

    /// Path and query, percent-encoded.
    var target: String {
        let path = operation.path.split(separator: "/").map { $0.hasPrefix("{") ? formEncoded(id) : String($0) }
        let query = query.map { "\(formEncoded($0.name))=\(formEncoded($0.value))" }
        return "/" + path.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }
}
