import Curl
import Foundation
import HTTPTesting
import Synchronization
import Testing

import struct HTTPTypes.HTTPFields

@Suite("AWS Signature Version 4", .timeLimit(.minutes(2))) struct SignatureTests {
    /// A request to sign, and the parameters of its query as botocore gets them.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method: HTTPRequest.Method = .post
        var path = "/"
        /// Percent-encoded in the sender's own way.
        var query = ""
        var parameters: [[String]] = []
        var headers: HTTPFields = [:]
        var body: [UInt8]?
        var token: String?
        var clockOffset = Duration.zero

        static let all: [Case] = [
            Case(testDescription: "without a body", method: .get),
            Case(testDescription: "an empty POST"),
            Case(
                testDescription: "a form", headers: [.contentType: "application/x-www-form-urlencoded; charset=utf-8"],
                body: Array("Action=DescribeInstances&Version=2016-11-15&Filter.1.Value=a%20b".utf8)),
            Case(
                testDescription: "bytes with zeros", method: .put, headers: [.contentType: "application/octet-stream"],
                body: (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }),
            Case(
                testDescription: "odd characters in body and headers",
                headers: [.contentType: "text/plain", .init("X-Odd")!: "  two  spaces,\tü=\"%\"  "],
                body: Array("ü €\u{1F600}\r\n\"'&=+%".utf8)),
            Case(
                testDescription: "a session token", headers: [.contentType: "text/plain"], body: Array("a".utf8),
                token: "IQoJb3JpZ2luX2VjE/+=\(String(repeating: "x", count: 900))=="),
            Case(
                testDescription: "a query in no order, encoded in another way", method: .get,
                query: "b=2&a=2&a=1&Empty=&Alone&%c3%bc=%7e!*'()&Action=A%20B&slash=/?",
                parameters: [
                    ["b", "2"], ["a", "2"], ["a", "1"], ["Empty", ""], ["Alone", ""], ["ü", "~!*'()"],
                    ["Action", "A B"], ["slash", "/?"],
                ]),
            Case(testDescription: "a path of several names", method: .delete, path: "/a/b-c_d.e~f/"),
            Case(testDescription: "a clock that is late", token: "t", clockOffset: .seconds(3_601)),
            Case(
                testDescription: "a clock that is early", headers: [.contentType: "text/plain"], body: Array("a".utf8),
                clockOffset: .seconds(-86_400)),
        ]
    }

    @Test("It is botocore's signature of the same request", arguments: Case.all)
    func botocore(subject: Case) async throws {
        let requests = Mutex<[ReceivedRequest]>([])
        let server = try TestServer { connection in
            while true {
                let request = try connection.read()
                requests.withLock { $0.append(request) }
                try connection.reply("AccessDenied", status: 401)
            }
        }
        let signature = AWSSignature(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE:KEY",
            sessionToken: subject.token, region: "us-gov-west-1", service: "ec2", clockOffset: subject.clockOffset)
        let url = server.url(subject.path) + (subject.query.isEmpty ? "" : "?\(subject.query)")
        let request = HTTPRequest(
            subject.method, url, headers: subject.headers, body: subject.body, signature: signature)
        // A refusal is a reply, and no reason to try again.
        let before = Date.now
        #expect(try await send(request).status == 401)
        let after = Date.now
        let received = try #require(requests.withLock { $0.count == 1 ? $0[0] : nil })

        let dates = received.headers.filter { $0.name == "x-amz-date" }.map(\.value)
        let date = try #require(dates.count == 1 ? dates[0] : nil)
        let style = Date.VerbatimFormatStyle.iso8601Basic
        let offset = TimeInterval(subject.clockOffset.components.seconds)
        // time(2) reads a clock that lags behind by some milliseconds.
        let seconds = Int(before.timeIntervalSince1970 + offset) - 1...Int(after.timeIntervalSince1970 + offset)
        #expect(seconds.map { Date(timeIntervalSince1970: TimeInterval($0)).formatted(style) }.contains(date))

        let authorization = try #require(received["authorization"])
        let names = try #require(authorization.firstMatch(of: /SignedHeaders=([^,]*),/)).1.split(separator: ";")
        #expect(names.starts(with: subject.body == nil ? ["host"] : ["content-type", "host"]))
        #expect(names.contains("x-amz-security-token") == (subject.token != nil))
        #expect(Set(names.map(String.init)).isSuperset(of: subject.headers.map(\.name.canonicalName)))
        #expect(
            try await Botocore.authorization(received, names: names, signature, subject, date: date) == authorization)
    }

    @Test(
        "What libcurl would sign otherwise than the server is refused",
        arguments: [
            HTTPRequest(.get, "http://127.0.0.1/a%20b"), HTTPRequest(.get, "http://127.0.0.1/a//b"),
            HTTPRequest(.get, "http://127.0.0.1/a/../b"), HTTPRequest(.get, "http://127.0.0.1/?a=b+c"),
            HTTPRequest(.get, "http://127.0.0.1/?a=%+1"), HTTPRequest(.post, "http://127.0.0.1/", body: [1]),
            HTTPRequest(.get, "http://127.0.0.1/", headers: [.authorization: "Bearer x"]),
            HTTPRequest(.get, "http://127.0.0.1/", headers: [.init("X-Amz-Date")!: "20200101T000000Z"]),
            HTTPRequest(.get, "http://127.0.0.1/", headers: [.init("X-Empty")!: ""]),
            HTTPRequest(.get, "http://127.0.0.1/", headers: [.init("X-A")!: "1", .init("X-A-B")!: "2"]),
            HTTPRequest(.get, "http://127.0.0.1/", headers: [.init("X-A")!: "1", .init("x-a")!: "2"]),
        ])
    func refused(request: HTTPRequest) async throws {
        var request = request
        request.signature = AWSSignature(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", region: "us-east-1", service: "ec2")
        guard case .invalidRequest = try await failure(request) else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test("So are keys that would end a header's line", arguments: ["a\r\nX: y", "a\0", "a b", "é"])
    func keys(secret: String) async throws {
        for signature in [
            AWSSignature(accessKeyID: secret, secretAccessKey: "s", region: "r", service: "ec2"),
            AWSSignature(accessKeyID: "A", secretAccessKey: secret, region: "r", service: "ec2"),
            AWSSignature(accessKeyID: "A", secretAccessKey: "s", sessionToken: secret, region: "r", service: "ec2"),
        ] {
            let error = try await failure(HTTPRequest(.get, "http://127.0.0.1/", signature: signature))
            guard case .invalidRequest(let reason) = error else { throw error }
            #expect(!reason.contains(secret))
        }
    }

    @Test("So is a region that would be taken for something else", arguments: ["", "eu:s3", "eu west", "é"])
    func region(region: String) async throws {
        let signature = AWSSignature(accessKeyID: "A", secretAccessKey: "s", region: region, service: "ec2")
        guard case .invalidRequest = try await failure(HTTPRequest(.get, "http://127.0.0.1/", signature: signature))
        else {
            Issue.record("it was not refused")
            return
        }
    }
}

extension FormatStyle where Self == Date.VerbatimFormatStyle {
    /// As `X-Amz-Date` has it.
    static var iso8601Basic: Date.VerbatimFormatStyle {
        Date.VerbatimFormatStyle(
            format: """
                \(year: .padded(4))\(month: .twoDigits)\(day: .twoDigits)T\
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\
                \(second: .twoDigits)Z
                """, locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian))
    }
}
