import Addressing
import HTTPTypes
import JSON
import ModelVPC
import Testing

@testable import CloudServer

@Suite("REST dialect refuses") struct RESTRefusalTests {
    private static let interface = "/interfaces/" + TestCloud.firstInterface

    @Test(
        "A body that is not what the document says, with each place that is wrong",
        arguments: [
            ("/interfaces", #"{"subnet": "subnet-a", "colour": 1, "a/b~": 2}"#, ["/colour", "/a~1b~0"]),
            (
                "/interfaces", #"{"subnet": "", "addressCount": -1, "prefixCount": 1.5}"#,
                ["/subnet", "/addressCount", "/prefixCount"]
            ),
            (
                "/interfaces", #"{"addressCount": 257, "securityGroups": ["sg", 7]}"#,
                ["/addressCount", "/subnet", "/securityGroups/1"]
            ),
            ("/interfaces", #"{"subnet": "s", "tags": {"": "v", "k": 7}}"#, ["/tags/", "/tags/k"]),
            (
                "/interfaces", #"{"subnet": "s", "tags": {"a\u0000": "v", "k": "\ufffe", "fine": "\t\u007f"}}"#,
                ["/tags/a\u{0}", "/tags/k"]
            ),
            (
                "/interfaces", #"{"subnet": null, "tags": null, "securityGroups": {}}"#,
                ["/subnet", "/tags", "/securityGroups"]
            ),
            (interface + "/addresses", "{}", [""]),
            (interface + "/addresses", #"{"count": 1, "addresses": ["10.0.1.9"]}"#, [""]),
            (interface + "/addresses", #"{"count": 0}"#, ["/count"]),
            (interface + "/addresses", #"{"addresses": ["10.0.1.9", "10.0.1.09"]}"#, ["/addresses/1"]),
            (interface + "/addresses/release", #"{"addresses": "10.0.1.9"}"#, ["/addresses"]),
            (interface + "/prefixes", #"{"count": "1"}"#, ["/count"]),
            (
                interface + "/prefixes/release", #"{"prefixes": ["10.0.1.0/27", "10.0.1.7/28"]}"#,
                ["/prefixes/0", "/prefixes/1"]
            ),
            (interface + "/ipv6-prefixes", #"{"count": 0}"#, ["/count"]),
            (
                interface + "/ipv6-prefixes/release",
                #"{"ipv6Prefixes": ["2001:db8:0:1::/64", "2001:db8::1/80", "10.0.1.16/28", "2001:db8:0:1:1::/80"]}"#,
                ["/ipv6Prefixes/0", "/ipv6Prefixes/1", "/ipv6Prefixes/2"]
            ),
            (interface + "/prefixes", "[]", [""]), (interface + "/prefixes", "{", [""]),
            (interface + "/prefixes", "", [""]),
        ])
    func bodies(path: String, body: String, pointers: [String]) async throws {
        let cloud = try await TestCloud()
        let answer = try await cloud.send(
            .post, "/v1" + path, headers: [.contentType: "application/json", .key: "a"], body: Array(body.utf8))
        let problem = try JSONValue(parsing: answer.body)
        #expect(answer.status == 400 && problem["type"] == "urn:warmpool:problem:invalid-request")
        let places = problem["errors"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue } ?? []
        #expect(Set(places) == Set(pointers))
    }

    @Test("A whole number may be written with a fraction of nothing") func wholeNumber() async throws {
        let cloud = try await TestCloud()
        #expect(try await cloud.rest(.post, Self.interface + "/addresses", ["count": 2.0], key: "a").status == 200)
    }

    @Test(
        "A query, or a header, that is not what the document says",
        arguments: [
            ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=", "limit"), ("limit=x", "limit"),
            ("cursor=", "cursor"),
            ("cursor=a%20b", "cursor"), ("limit=1&limit=2", "limit"), ("colour=red", "colour"),
        ])
    func query(query: String, name: String) async throws {
        let cloud = try await TestCloud()
        let answer = try await cloud.rest(.get, "/instances/\(TestCloud.node)/interfaces?" + query)
        #expect(answer.status == 400 && answer.json["errors"]?.arrayValue?.map { $0["parameter"] } == [.string(name)])
        #expect(try await cloud.rest(.get, Self.interface + "?a=b").status == 400)
        #expect(try await cloud.rest(.post, Self.interface + "/prefixes?a=b", ["count": 1], key: "a").status == 400)
    }

    @Test("A POST that would be dangerous to repeat needs a key") func key() async throws {
        let cloud = try await TestCloud()
        for path in [
            "/interfaces", Self.interface + "/addresses", Self.interface + "/prefixes",
            Self.interface + "/ipv6-prefixes",
        ] {
            let body: JSONValue = path == "/interfaces" ? ["subnet": "subnet-a"] : ["count": 1]
            for key in [nil, "", "a b", String(repeating: "k", count: 129)] {
                let answer = try await cloud.rest(.post, path, body, key: key)
                #expect(answer.status == 400 && answer.detail.contains("Idempotency-Key"))
            }
        }
    }

    @Test("Paths and methods that there are not") func routes() async throws {
        let cloud = try await TestCloud()
        for path in [
            "", "/", "/interfaces/", "/interfaces/a/b", "/instances", "/interfaces/%zz", "/instances/a/interfaces/b",
        ] {
            let answer = try await cloud.rest(.get, path)
            #expect(answer.status == 404 && answer.problem == "not-found", "\(path)")
        }
        let answer = try await cloud.rest(.post, Self.interface + "/attachment")
        #expect(answer.status == 405 && answer.problem == "invalid-request")
        #expect(answer.headers[.allow] == "PUT, PATCH, DELETE")
    }

    @Test(
        "Replies are JSON, for who takes it",
        arguments: [
            ("application/json", true), ("*/*", true), ("application/*;q=0.1", true), ("text/html, */*;q=0.1", true),
            ("text/html", false), ("application/json;q=0, */*", false), ("", false),
        ])
    func accept(accept: String, isTaken: Bool) async throws {
        let cloud = try await TestCloud()
        let answer = try await cloud.rest(.get, Self.interface, headers: [.accept: accept])
        #expect(answer.status == (isTaken ? 200 : 406))
    }

    @Test("Bodies are JSON, in UTF-8, not compressed and not large") func mediaType() async throws {
        let cloud = try await TestCloud()
        let path = Self.interface + "/prefixes"
        for headers in [
            [.contentType: "text/plain"], [.contentType: "application/merge-patch+json"],
            [.contentType: "application/json; charset=latin1"],
            [.contentType: "application/json", .contentEncoding: "gzip"],
        ] as [HTTPFields] {
            let answer = try await cloud.rest(.post, path, ["count": 1], key: "a", headers: headers)
            #expect(answer.status == 415 && answer.problem == "invalid-request")
        }
        let utf8: HTTPFields = [.contentType: "Application/JSON; charset=\"UTF-8\""]
        #expect(try await cloud.rest(.post, path, ["count": 1], key: "a", headers: utf8).status == 200)
        let large = String(repeating: "x", count: 65_536)
        #expect(try await cloud.rest(.post, path, ["count": .string(large)], key: "b").status == 413)
    }

    @Test("A caller without the token") func credentials() async throws {
        let cloud = try await TestCloud { $0.bearerToken = "right" }
        for (header, challenge) in [
            (nil, "Bearer"), ("Basic right", "Bearer"), ("Bearer wrong", #"Bearer error="invalid_token""#),
        ] as [(String?, String)] {
            var headers: HTTPFields = [:]
            headers[.authorization] = header
            let answer = try await cloud.rest(.get, Self.interface, headers: headers)
            #expect(answer.status == 401 && answer.problem == "invalid-credentials")
            #expect(answer.headers[.wwwAuthenticate] == challenge)
        }
        #expect(try await cloud.rest(.get, Self.interface, headers: [.authorization: "bearer right"]).status == 200)
    }

    @Test("What does not exist is named; 404 is for the path alone") func notFound() async throws {
        let cloud = try await TestCloud()
        let attachment: JSONValue = ["instance": "i-x", "deviceIndex": 1]
        let made = try await cloud.rest(.post, "/interfaces", ["subnet": "subnet-a"], key: "a")
        let path = "/interfaces/\(made.json["id"]?.stringValue ?? "")"
        for (answer, status, kind, id) in [
            (try await cloud.rest(.get, "/instances/i-x"), 404, "instance", "i-x"),
            (try await cloud.rest(.get, "/instances/i-x/subnets"), 404, "instance", "i-x"),
            (try await cloud.rest(.get, "/interfaces/a%2Fb"), 404, "interface", "a/b"),
            (try await cloud.rest(.delete, "/interfaces/eni-1"), 404, "interface", "eni-1"),
            (try await cloud.rest(.post, "/interfaces", ["subnet": "s"], key: "b"), 422, "subnet", "s"),
            (try await cloud.rest(.put, path + "/attachment", attachment), 422, "instance", "i-x"),
        ] {
            #expect(answer.status == status && answer.problem == "not-found")
            #expect(answer.json["resource"] == ["kind": .string(kind), "id": .string(id)])
        }
    }

    @Test("Limits, subnets and other interfaces are in the way") func limits() async throws {
        let cloud = try await TestCloud()
        let tooMany = try await cloud.rest(.post, Self.interface + "/addresses", ["count": 10], key: "a")
        #expect(tooMany.status == 409 && tooMany.problem == "limit-reached")
        #expect(tooMany.json["limit"] == "addressesPerInterface" && tooMany.json["maximum"] == 10)
        let full = try await cloud.rest(
            .post, "/interfaces", ["subnet": "subnet-tiny", "addressCount": 11], key: "b")
        #expect(full.problem == "subnet-exhausted" && full.json["subnet"] == "subnet-tiny")
        let broken = try await cloud.rest(.post, "/interfaces", ["subnet": "subnet-tiny", "prefixCount": 1], key: "c")
        #expect(broken.problem == "no-contiguous-prefix" && broken.json["subnet"] == "subnet-tiny")
        _ = try await cloud.rest(.post, Self.interface + "/addresses", ["addresses": ["10.0.1.77"]], key: "d")
        let other = try await cloud.rest(
            .post, "/interfaces/eni-00000000000000002/addresses", ["addresses": ["10.0.1.77"]], key: "e")
        #expect(other.problem == "conflict" && other.json["address"] == "10.0.1.77")
        let alien = try await cloud.rest(.post, Self.interface + "/addresses", ["addresses": ["10.9.9.9"]], key: "f")
        #expect(alien.status == 422 && alien.problem == "invalid-request")
        let primary = try await cloud.rest(.delete, Self.interface + "/attachment")
        #expect(primary.status == 409 && primary.problem == "incorrect-state")
        for index in 1...3 {
            let made = try await cloud.rest(.post, "/interfaces", ["subnet": "subnet-a"], key: "n\(index)")
            let attached = try await cloud.rest(
                .put, "/interfaces/\(made.json["id"]?.stringValue ?? "")/attachment",
                ["instance": .string(TestCloud.node), "deviceIndex": .integer(Int64(index))])
            if index == 3 {
                #expect(attached.problem == "limit-reached" && attached.json["limit"] == "interfaces")
                #expect(attached.json["maximum"] == 3)
            }
        }
    }

    @Test(
        "Failures of the cloud",
        arguments: [
            (.unauthorized(.describeInstances), 403, "permission-denied"), (.internalError, 500, "transient"),
            (.unavailable, 503, "transient"),
            (.requestLimitExceeded(retryAfter: .milliseconds(1_200)), 429, "throttled"),
            (.requestLimitExceeded(retryAfter: nil), 429, "throttled"),
        ] as [(ModelVPC.Failure, Int, String)])
    func faults(failure: ModelVPC.Failure, status: Int, problem: String) async throws {
        let cloud = try await TestCloud {
            $0.cloud.faults = [.init(.fail(failure), by: .init(rawValue: TestCloud.node))]
        }
        let answer = try await cloud.rest(.get, "/instances/\(TestCloud.node)")
        #expect(answer.status == status && answer.problem == problem && !answer.detail.isEmpty)
        let wait = failure == .requestLimitExceeded(retryAfter: .milliseconds(1_200)) ? "2" : nil
        #expect(answer.headers[.retryAfter] == wait)
        // A fault of one caller concerns the requests on its interfaces, too.
        #expect(try await cloud.rest(.get, Self.interface).status == status)
        #expect(try await cloud.rest(.get, "/instances/\(TestCloud.old)").status == 200)
    }
}

extension HTTPField.Name {
    fileprivate static let key = HTTPField.Name("Idempotency-Key")!
}
