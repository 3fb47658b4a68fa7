import Curl
import JSON
import Pool
import Testing

import struct HTTPTypes.HTTPField
import struct HTTPTypes.HTTPFields

@testable import Providers

@Suite("REST problems") struct RESTProblemTests {
    private func problem(
        _ body: JSONValue, status: Int, headers: HTTPFields = [.contentType: "application/problem+json"]
    ) -> RESTProblem {
        RESTProblem(HTTPResponse(status: status, headers: headers, body: body.bytes()), from: "the cloud at home")
    }

    @Test(
        "Each type is one error of the pool",
        arguments: [
            ("limit-reached", 409, ["limit": "interfaces"], .limitReached(.interfaces)),
            ("limit-reached", 409, ["limit": "addressesPerInterface"], .limitReached(.addressesPerInterface)),
            ("subnet-exhausted", 409, ["subnet": "s"], .subnetExhausted(SubnetID("s"))),
            ("no-contiguous-prefix", 409, ["subnet": "s"], .noContiguousPrefix(SubnetID("s"))),
            ("conflict", 409, ["address": "10.0.0.7"], .conflict("10.0.0.7")),
            ("incorrect-state", 409, [:], .incorrectState("words")),
            ("invalid-request", 422, [:], .incorrectState("words")),
            ("invalid-credentials", 401, [:], .invalidCredentials("words")),
            ("permission-denied", 403, [:], .permissionDenied("words")),
            ("not-found", 404, ["resource": ["kind": "subnet", "id": "s"]], .notFound("subnet s")),
            ("not-found", 404, [:], .notFound("words")),
            ("throttled", 429, [:], .throttled(retryAfter: nil)),
            ("transient", 503, [:], .transient(status: 503, "words")),
        ] as [(String, Int, JSONObject, ProviderError)])
    func table(type: String, status: Int, members: JSONObject, error: ProviderError) {
        var body: JSONObject = ["type": .string("urn:warmpool:problem:" + type), "detail": "words"]
        for member in members { body[member.name] = member.value }
        #expect(problem(.object(body), status: status).error == error)
    }

    @Test(
        "A problem that lacks what it is about is malformed",
        arguments: ["limit-reached", "subnet-exhausted", "no-contiguous-prefix", "conflict"])
    func incomplete(type: String) {
        for limit in [nil, "colour"] as [JSONValue?] {
            var body: JSONObject = ["type": .string("urn:warmpool:problem:" + type), "detail": "words"]
            body["limit"] = limit
            guard case .malformedReply(let text) = problem(.object(body), status: 409).error else {
                Issue.record("\(type) without its member is something else")
                return
            }
            #expect(text.contains(type) && text.contains("words"))
        }
    }

    @Test(
        "Statuses of a gateway that does not know the API mean what they say",
        arguments: [
            (401, .invalidCredentials("status 401 of the cloud at home, without a reason")),
            (403, .permissionDenied("status 403 of the cloud at home, without a reason")),
            (429, .throttled(retryAfter: .seconds(3))),
            (502, .transient(status: 502, "status 502 of the cloud at home, without a reason")),
        ] as [(Int, ProviderError)])
    func gateway(status: Int, error: ProviderError) {
        let headers: HTTPFields = [.contentType: "text/html", .retryAfter: "3"]
        #expect(problem("<html>", status: status, headers: headers).error == error)
    }

    @Test("Another status without a problem of the API is malformed, with what came instead") func foreign() {
        let html = problem("<html>", status: 404, headers: [.contentType: "text/html"]).error
        #expect(html.description.contains("sent text/html instead of application/problem+json (status 404)"))
        let blank = problem(["type": "about:blank", "detail": "words"], status: 409).error
        #expect(blank == .malformedReply("status 409, and no problem of the API: words"))
        let unknown = problem(["type": "urn:warmpool:problem:colour", "title": "Colour"], status: 400).error
        #expect(unknown == .malformedReply("status 400, and no problem of the API: Colour"))
    }

    @Test("Retry-After is seconds, or a date of the server's clock")
    func retryAfter() {
        func wait(_ text: String) -> Duration? {
            problem(
                ["type": "urn:warmpool:problem:throttled"], status: 429,
                headers: [
                    .contentType: "application/problem+json", .retryAfter: text, .date: "Sun, 06 Nov 1994 08:49:37 GMT",
                ]
            ).retryAfter
        }
        #expect(wait("7") == .seconds(7))
        #expect(wait("Sun, 06 Nov 1994 08:49:57 GMT") == .seconds(20))
        #expect(wait("Sun, 06 Nov 1994 08:49:07 GMT") == .zero)
        #expect(wait("soon") == nil)
    }
}
