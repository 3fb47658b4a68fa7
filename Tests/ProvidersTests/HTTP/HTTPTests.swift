import Curl
import Pool
import Testing

import struct HTTPTypes.HTTPFields

@testable import Providers

@Suite("What both HTTP dialects share") struct HTTPTests {
    @Test(
        "Dates are read",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ])
    func dates(text: String, seconds: Int) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(
        "What is no date is none",
        arguments: [
            "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 8:49 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        ])
    func noDates(text: String) {
        #expect(HTTPDate.seconds(text) == nil)
    }

    @Test("Retry-After is a number of seconds or a date, and never more than an hour") func retryAfter() {
        #expect(HTTPDate.retryAfter("7", now: 0) == .seconds(7))
        #expect(HTTPDate.retryAfter("Thu, 01 Jan 1970 00:01:00 GMT", now: 50) == .seconds(10))
        #expect(HTTPDate.retryAfter("Thu, 01 Jan 1970 00:00:00 GMT", now: 50) == .zero)
        #expect(HTTPDate.retryAfter("9223372036854775807", now: 0) == .seconds(3_600))
        #expect(HTTPDate.retryAfter("soon", now: 0) == nil)
        #expect(HTTPDate.retryAfter("-1", now: 0) == nil)
        #expect(HTTPDate.retryAfter("", now: 0) == nil)
    }

    @Test("Attempts end with their number, and with the budget") func attempts() async {
        var attempts = Attempts(
            RetryPolicy(attempts: 2, backoff: .init(initial: .zero, longest: .zero), budget: .seconds(36_000)))
        attempts.begin()
        #expect(await attempts.pauseForNext())
        attempts.begin()
        #expect(await !attempts.pauseForNext())
        #expect(await attempts.pauseForNext(limited: false))
        let spent = Attempts(RetryPolicy(budget: .zero))
        #expect(await !spent.pauseForNext(limited: false))
        #expect(spent.timeout == .milliseconds(1))
    }

    @Test("Every failure of the transport says where and what to check") func transport() {
        for error in [
            HTTPError.invalidRequest("x"), .nameNotResolved("x"), .connectionFailed("x"), .tls("x"), .timedOut("x"),
            .interrupted("x"),
        ] {
            guard case .unreachable(let text) = ProviderError(error, from: "EC2 at host") else {
                Issue.record("\(error) is not unreachable")
                continue
            }
            #expect(text.contains("EC2 at host") && text.contains("x"))
        }
        #expect(ProviderError(.cancelled, from: "EC2") == .unreachable("the call was cancelled"))
        #expect(
            ProviderError(.responseTooLarge(limit: 5), from: "EC2") == .malformedReply("EC2 sent more than 5 bytes"))
    }

    @Test(
        "A redirect names the host, and nothing secret",
        arguments: [
            ("https://user:pass@other.example/path?token=secret", "other.example"), ("/other?token=secret", "/other"),
        ])
    func redirects(location: String, target: String) throws {
        let response = HTTPResponse(status: 302, headers: [.location: location])
        let error = try #require(ProviderError(redirectIn: response, from: "EC2"))
        #expect(
            error
                == .unreachable("EC2 redirects to \(target) (status 302), which is not followed; check the endpoint"))
        #expect(ProviderError(redirectIn: HTTPResponse(status: 200), from: "EC2") == nil)
    }

    @Test("Media types are compared without case and parameters") func mediaTypes() {
        func error(_ headers: HTTPFields) -> ProviderError? {
            ProviderError(
                mediaTypeOf: HTTPResponse(status: 200, headers: headers), from: "EC2", notOneOf: ["text/xml"])
        }
        #expect(error([:]) == nil)
        #expect(error([.contentType: "Text/XML ; charset=UTF-8"]) == nil)
        #expect(
            error([.contentType: "text/html"])
                == .malformedReply(
                    "EC2 sent text/html instead of text/xml (status 200); "
                        + "is there a proxy or another service at that address?"))
    }
}
