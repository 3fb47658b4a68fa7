import Addressing
import Curl
import JSON
import Pool
import Testing

import struct HTTPTypes.HTTPField
import struct HTTPTypes.HTTPFields

@testable import CloudServer
@testable import Providers

/// Document, client and server say the same.
@Suite("Config/openapi.yaml") struct OpenAPITests {
    @Test("Client and server have every operation, and no other") func operations() throws {
        let documented = try OpenAPIDocument().operations
        #expect(documented.count == 15)
        #expect(
            Set(
                RESTOperation.allCases.map {
                    OpenAPIDocument.Operation(id: $0.rawValue, method: $0.method.rawValue, path: $0.path)
                }) == documented)
        #expect(
            Set(
                Route.allCases.map {
                    OpenAPIDocument.Operation(
                        id: $0.rawValue, method: $0.signature.method.rawValue, path: $0.signature.path)
                }) == documented)
    }

    @Test("Client and server have every problem, and no other") func problems() throws {
        let documented = try OpenAPIDocument().problemTypes
        #expect(Set(documented).count == documented.count)
        #expect(Set(ProblemType.allCases.map(\.uri)) == Set(documented))
        #expect(Set(Problem.Kind.allCases.map(\.uri)) == Set(documented))
    }

    @Test("Each example of a problem is one that the client understands")
    func problemExamples() throws {
        let document = try OpenAPIDocument()
        let names = [
            "InvalidRequest", "InvalidCredentials", "PermissionDenied", "NotFound", "NotAcceptable", "Refused",
            "TooLarge", "UnsupportedMediaType", "Unprocessable", "Throttled", "InternalError", "Unavailable",
        ]
        var errors: [ProviderError] = []
        for example in try names.flatMap({ try document.problems(of: $0) }) {
            let status = try #require(example["status"]?.intValue)
            let headers: HTTPFields = [.contentType: "application/problem+json"]
            let problem = RESTProblem(
                HTTPResponse(status: status, headers: headers, body: example.bytes()), from: "the cloud")
            #expect(problem.type?.uri == example["type"]?.stringValue)
            errors.append(problem.error)
        }
        #expect(errors.contains(.limitReached(.addressesPerInterface)))
        #expect(errors.contains(.subnetExhausted(SubnetID("subnet-a"))))
        #expect(errors.contains(.conflict("10.0.1.10")))
        #expect(errors.contains(.notFound("interface eni-00000000000000007")))
        #expect(errors.contains(.transient(status: 503, "overloaded")))
        #expect(
            !errors.contains {
                if case .malformedReply = $0 { true } else { false }
            })
    }

    @Test("Every operation can be refused for what any request can be refused for") func statuses() throws {
        let document = try OpenAPIDocument()
        for operation in try document.operations {
            let statuses = try document.statuses(of: operation)
            #expect(
                Set(["400", "401", "403", "406", "429", "500", "503"]).isSubset(of: statuses), "\(operation.id)")
            #expect(operation.path.contains("{") == statuses.contains("404"), "\(operation.id)")
            let hasBody = ["POST", "PUT", "PATCH"].contains(operation.method)
            #expect(hasBody == Set(["413", "415"]).isSubset(of: statuses), "\(operation.id)")
        }
    }
}
