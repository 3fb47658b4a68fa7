import HTTPTypes
import JSON
import ModelVPC
import Testing

@testable import CloudServer

@Suite("REST dialect") struct RESTLifeTests {
    @Test("The node with its limits, interfaces and subnets") func node() async throws {
        let cloud = try await TestCloud()
        let node = try await cloud.rest(.get, "/instances/\(TestCloud.node)")
        #expect(node.status == 200 && node.headers[.contentType] == "application/json")
        #expect(
            node.json["limits"]
                == ["enis": 3, "ipv4PerENI": 10, "ipv6PerENI": 10, "supportsPrefixes": true, "vCPUs": 2])
        #expect(node.json["primaryInterface"] == .string(TestCloud.firstInterface))
        #expect(node.json["networks"] == ["10.0.0.0/16"])
        #expect(node.json["ipv6Networks"] == ["2001:db8:0:1::/64"])
        let interfaces = try await cloud.rest(.get, "/instances/\(TestCloud.node)/interfaces")
        let primary = interfaces.json["items"]?.arrayValue?.first
        #expect(primary?["ipv6Address"] == "2001:db8:0:1::a00:104")
        let attachment = primary?["attachment"]
        #expect(attachment?["state"] == "attached" && attachment?["deviceIndex"] == 0)
        let subnets = try await cloud.rest(.get, "/instances/\(TestCloud.node)/subnets")
        #expect(subnets.json["items"]?.arrayValue?.map { $0["id"] } == [.string("subnet-a"), .string("subnet-tiny")])
    }

    @Test("Subnets of other zones are not shown") func zones() async throws {
        let cloud = try await TestCloud {
            $0.cloud.subnets[1].zone = "us-east-1b"
        }
        let subnets = try await cloud.rest(.get, "/instances/\(TestCloud.node)/subnets")
        #expect(subnets.json["items"]?.arrayValue?.map { $0["id"] } == [.string("subnet-a")])
    }

    @Test("An interface from its creation to its deletion, each step twice") func life() async throws {
        let cloud = try await TestCloud()
        let body: JSONValue = ["subnet": "subnet-a", "addressCount": 2, "tags": ["k": "v"], "securityGroups": ["sg-1"]]
        let created = try await cloud.rest(.post, "/interfaces", body, key: "a")
        let id = try #require(created.json["id"]?.stringValue)
        #expect(created.status == 201 && created.headers[.location] == "/v1/interfaces/\(id)")
        #expect(created.json["secondaryAddresses"]?.arrayValue?.count == 2 && created.json["attachment"] == nil)
        let again = try await cloud.rest(.post, "/interfaces", body, key: "a")
        #expect(again.status == 201 && again.json == created.json)
        #expect(try await cloud.rest(.get, "/interfaces/\(id)").json == created.json)

        let attachment: JSONValue = ["instance": .string(TestCloud.node), "deviceIndex": 1]
        for _ in 1...2 {
            let attached = try await cloud.rest(.put, "/interfaces/\(id)/attachment", attachment)
            #expect(attached.status == 200 && attached.json["deviceIndex"] == 1)
            #expect(attached.json["deleteOnTermination"] == false)
            let changed = try await cloud.rest(
                .patch, "/interfaces/\(id)/attachment", ["deleteOnTermination": true])
            #expect(changed.status == 204 && changed.json == .null)
            _ = try await cloud.rest(.patch, "/interfaces/\(id)/attachment", ["deleteOnTermination": false])
        }
        let other = try await cloud.rest(
            .put, "/interfaces/\(id)/attachment", ["instance": .string(TestCloud.node), "deviceIndex": 2])
        #expect(other.status == 409 && other.problem == "incorrect-state")

        #expect(try await cloud.rest(.delete, "/interfaces/\(id)").problem == "incorrect-state")
        #expect(try await cloud.rest(.delete, "/interfaces/\(id)/attachment").status == 204)
        #expect(try await cloud.rest(.delete, "/interfaces/\(id)/attachment").problem == "incorrect-state")
        #expect(try await cloud.rest(.delete, "/interfaces/\(id)").status == 204)
        #expect(try await cloud.rest(.delete, "/interfaces/\(id)").status == 404)
    }

    @Test("What takes time is begun once, however often it is asked for") func slow() async throws {
        let cloud = try await TestCloud {
            $0.cloud.settings.attachDelay = .init(.seconds(2))
            $0.cloud.settings.detachDelay = .init(.seconds(2))
        }
        let created = try await cloud.rest(.post, "/interfaces", ["subnet": "subnet-a"], key: "a")
        let path = "/interfaces/\(try #require(created.json["id"]?.stringValue))/attachment"
        let body: JSONValue = ["instance": .string(TestCloud.node), "deviceIndex": 1]
        for _ in 1...2 { #expect(try await cloud.rest(.put, path, body).json["state"] == "attaching") }
        cloud.clock.advance(.seconds(2))
        #expect(try await cloud.rest(.put, path, body).json["state"] == "attached")
        for _ in 1...2 { #expect(try await cloud.rest(.delete, path).status == 204) }
        // On its way out it is not attached, as the request wants it.
        #expect(try await cloud.rest(.put, path, body).problem == "incorrect-state")
        cloud.clock.advance(.seconds(2))
        #expect(try await cloud.rest(.delete, path).problem == "incorrect-state")
    }

    @Test("Addresses and prefixes are assigned once for a key, and released") func addresses() async throws {
        let cloud = try await TestCloud()
        let path = "/interfaces/\(TestCloud.firstInterface)"
        let two = try await cloud.rest(.post, path + "/addresses", ["count": 2], key: "a")
        #expect(try await cloud.rest(.post, path + "/addresses", ["count": 2], key: "a").json == two.json)
        let given = try await cloud.rest(
            .post, path + "/addresses", ["addresses": ["10.0.1.77", "10.0.1.77"]], key: "b")
        #expect(given.status == 200)
        let prefixes = try await cloud.rest(.post, path + "/prefixes", ["count": 1], key: "c")
        #expect(try await cloud.rest(.post, path + "/prefixes", ["count": 1], key: "c").json == prefixes.json)
        var shown = try await cloud.rest(.get, path).json
        #expect(shown["secondaryAddresses"]?.arrayValue?.count == 3)
        #expect(shown["prefixes"] == prefixes.json["prefixes"])
        for _ in 1...2 {
            #expect(try await cloud.rest(.post, path + "/addresses/release", two.json).status == 204)
            #expect(try await cloud.rest(.post, path + "/prefixes/release", prefixes.json).status == 204)
        }
        shown = try await cloud.rest(.get, path).json
        #expect(shown["secondaryAddresses"] == ["10.0.1.77"] && shown["prefixes"] == [])
    }

    @Test("IPv6 prefixes are assigned once for a key, and released") func ipv6Prefixes() async throws {
        let cloud = try await TestCloud()
        let path = "/interfaces/\(TestCloud.firstInterface)"
        #expect(try await cloud.rest(.get, path).json["ipv6Prefixes"] == [])
        let one = try await cloud.rest(.post, path + "/ipv6-prefixes", ["count": 1], key: "a")
        #expect(one.json == ["ipv6Prefixes": ["2001:db8:0:1:1::/80"]])
        #expect(try await cloud.rest(.post, path + "/ipv6-prefixes", ["count": 1], key: "a").json == one.json)
        #expect(try await cloud.rest(.get, path).json["ipv6Prefixes"] == one.json["ipv6Prefixes"])
        let full = try await cloud.rest(.post, path + "/ipv6-prefixes", ["count": 10], key: "b")
        #expect(full.problem == "limit-reached" && full.json["maximum"] == 10)
        #expect(full.json["limit"] == "addressesPerInterface" && full.detail.contains("10 IPv6 addresses and prefixes"))
        for _ in 1...2 {
            #expect(try await cloud.rest(.post, path + "/ipv6-prefixes/release", one.json).status == 204)
        }
        #expect(try await cloud.rest(.get, path).json["ipv6Prefixes"] == [])
    }

    @Test("A subnet without IPv6 gives no prefix, and says so") func withoutIPv6() async throws {
        let cloud = try await TestCloud()
        let subnets = try await cloud.rest(.get, "/instances/\(TestCloud.node)/subnets").json["items"]
        #expect(subnets?.arrayValue?.map { $0["ipv6CIDR"]?.stringValue } == ["2001:db8:0:1::/64", nil])
        let made = try await cloud.rest(.post, "/interfaces", ["subnet": "subnet-tiny"], key: "a")
        let path = "/interfaces/\(try #require(made.json["id"]?.stringValue))/ipv6-prefixes"
        let refused = try await cloud.rest(.post, path, ["count": 1], key: "b")
        #expect(refused.status == 409 && refused.problem == "incorrect-state")
        #expect(refused.detail.contains("subnet-tiny has no IPv6 CIDR"))
    }

    @Test("A key belongs to one request") func keys() async throws {
        let cloud = try await TestCloud()
        let path = "/interfaces/\(TestCloud.firstInterface)"
        _ = try await cloud.rest(.post, path + "/addresses", ["count": 2], key: "a")
        for answer in [
            try await cloud.rest(.post, path + "/addresses", ["count": 3], key: "a"),
            try await cloud.rest(.post, path + "/prefixes", ["count": 2], key: "a"),
            try await cloud.rest(.post, "/interfaces", ["subnet": "subnet-a"], key: "a"),
        ] {
            #expect(answer.status == 422 && answer.problem == "invalid-request" && answer.detail.contains("token a"))
        }
    }

    @Test("A list comes in pages that hold each item once") func pages() async throws {
        let cloud = try await TestCloud()
        let tags: JSONValue = ["node.k8s.amazonaws.com/instance_id": .string(TestCloud.node)]
        for key in ["a", "b", "c"] {
            _ = try await cloud.rest(.post, "/interfaces", ["subnet": "subnet-a", "tags": tags], key: key)
        }
        var ids: [String] = []
        var cursor: String?
        var sizes: [Int] = []
        repeat {
            let query = "limit=3" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await cloud.rest(.get, "/instances/\(TestCloud.node)/interfaces?" + query).json
            let items = try #require(page["items"]?.arrayValue)
            sizes.append(items.count)
            ids += items.compactMap { $0["id"]?.stringValue }
            cursor = page["nextCursor"]?.stringValue
        } while cursor != nil
        #expect(sizes == [3, 1] && Set(ids).count == 4)
    }
}
