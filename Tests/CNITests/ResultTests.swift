import Addressing
import CNI
import JSON
import Testing

@Suite("The result of an ADD")
struct ResultTests {
    let result: CNIResult

    init() throws {
        var dns = DNS()
        dns.nameservers = ["10.0.0.2"]
        dns.search = ["svc.local"]
        result = CNIResult(
            interfaces: [
                .init(name: "wp1", mac: MACAddress(bits: 0x02_00_00_00_00_01), mtu: 9001),
                .init(name: "eth0", mac: MACAddress(bits: 0x02_00_00_00_00_02), mtu: 9001, sandbox: "/run/netns/blue"),
            ],
            ips: [
                .init(
                    try #require(InterfaceAddress("10.0.3.7/32")), gateway: IPAddress("169.254.1.1"), interface: 1)
            ],
            routes: [
                .init(to: try #require(IPNetwork("169.254.1.1/32")), gateway: nil),
                .init(toEverywhereBy: try #require(IPAddress("169.254.1.1"))),
            ],
            dns: dns)
    }

    @Test("before 1.0.0 an address says its family", arguments: [CNIVersion.v030, .v031, .v040])
    func old(version: CNIVersion) {
        #expect(
            result.value(version).text() == #"{"cniVersion":"\#(version.rawValue)","interfaces":["#
                + #"{"name":"wp1","mac":"02:00:00:00:00:01"},"#
                + #"{"name":"eth0","mac":"02:00:00:00:00:02","sandbox":"/run/netns/blue"}],"#
                + #""ips":[{"version":"4","address":"10.0.3.7/32","gateway":"169.254.1.1","interface":1}],"#
                + #""routes":[{"dst":"169.254.1.1/32"},{"dst":"0.0.0.0/0","gw":"169.254.1.1"}],"#
                + #""dns":{"nameservers":["10.0.0.2"],"search":["svc.local"]}}"#)
    }

    @Test("1.0.0 has addresses without family")
    func v100() {
        #expect(
            result.value(.v100).text() == #"{"cniVersion":"1.0.0","interfaces":["#
                + #"{"name":"wp1","mac":"02:00:00:00:00:01"},"#
                + #"{"name":"eth0","mac":"02:00:00:00:00:02","sandbox":"/run/netns/blue"}],"#
                + #""ips":[{"address":"10.0.3.7/32","gateway":"169.254.1.1","interface":1}],"#
                + #""routes":[{"dst":"169.254.1.1/32"},{"dst":"0.0.0.0/0","gw":"169.254.1.1"}],"#
                + #""dns":{"nameservers":["10.0.0.2"],"search":["svc.local"]}}"#)
    }

    @Test("1.1.0 has the MTU of interfaces")
    func v110() {
        #expect(
            result.value(.v110).text() == #"{"cniVersion":"1.1.0","interfaces":["#
                + #"{"name":"wp1","mac":"02:00:00:00:00:01","mtu":9001},"#
                + #"{"name":"eth0","mac":"02:00:00:00:00:02","mtu":9001,"sandbox":"/run/netns/blue"}],"#
                + #""ips":[{"address":"10.0.3.7/32","gateway":"169.254.1.1","interface":1}],"#
                + #""routes":[{"dst":"169.254.1.1/32"},{"dst":"0.0.0.0/0","gw":"169.254.1.1"}],"#
                + #""dns":{"nameservers":["10.0.0.2"],"search":["svc.local"]}}"#)
    }

    /// The result for a pod with addresses of both families.
    private func dualStack() throws -> CNIResult {
        var both = result
        both.dns = DNS()
        for (address, gateway) in [("10.0.3.7", "169.254.1.1"), ("2001:db8::a00:307", "fe80::1")] {
            let gateway = try #require(IPAddress(gateway))
            let address = InterfaceAddress(alone: try #require(IPAddress(address)))
            if address.address.v6 != nil {
                both.ips.append(.init(address, gateway: gateway, interface: 1))
                both.routes.append(.init(toEverywhereBy: gateway))
            } else {
                #expect(both.ips.first?.address == address)
            }
        }
        return both
    }

    @Test("a pod with both families has both in every version, IPv4 first", arguments: CNIVersion.allCases)
    func bothFamilies(version: CNIVersion) throws {
        let value = try dualStack().value(version)
        var ips: [JSONObject] = [
            ["address": "10.0.3.7/32", "gateway": "169.254.1.1", "interface": 1],
            ["address": "2001:db8::a00:307/128", "gateway": "fe80::1", "interface": 1],
        ]
        if version < .v100 {
            ips[0]["version"] = "4"
            ips[1]["version"] = "6"
        }
        #expect(value["ips"] == .array(ips.map(JSONValue.object)))
        #expect(
            value["routes"] == [
                ["dst": "169.254.1.1/32"], ["dst": "0.0.0.0/0", "gw": "169.254.1.1"], ["dst": "::/0", "gw": "fe80::1"],
            ])
        let read = try JSONCoding.decode(CNIResult.self, from: value)
        #expect(
            read.addresses(of: try #require(InterfaceName("eth0"))).map(\.description)
                == ["10.0.3.7/32", "2001:db8::a00:307/128"])
    }

    @Test("what is empty is left out")
    func empty() {
        #expect(CNIResult().value(.v100).text() == #"{"cniVersion":"1.0.0"}"#)
    }

    @Test("every version's text reads back the same", arguments: CNIVersion.allCases)
    func roundTrip(version: CNIVersion) throws {
        let value = result.value(version)
        #expect(try JSONCoding.decode(CNIResult.self, from: value).value(version) == value)
    }

    /// All that specification 1.1.0 has, IPv6 and members of the future included.
    static let foreign: JSONValue = [
        "cniVersion": "1.1.0",
        "interfaces": [
            ["name": "br0", "mac": "02:00:00:00:00:09", "colour": "blue"],
            ["name": "net1", "mtu": 1400, "sandbox": "/ns", "socketPath": "/s", "pciID": "0000:01:00.0"],
        ],
        "ips": [["address": "2001:db8::7/64", "gateway": "2001:db8::1", "interface": 1, "lease": 3]],
        "routes": [
            [
                "dst": "::/0", "gw": "2001:db8::1", "mtu": 1400, "advmss": 1360, "priority": 7, "table": 100,
                "scope": 0, "via": "x",
            ]
        ],
        "dns": ["domain": "local", "ttl": 5],
        "future": ["a": 1],
    ]

    @Test("in a chain, everything from the plugin before is passed on as it was")
    func passedOn() throws {
        let previous = try JSONCoding.decode(CNIResult.self, from: ResultTests.foreign)
        #expect(previous.value(.v110) == ResultTests.foreign)
    }

    @Test("in a chain, ours follows the previous result, and addresses keep pointing to their interfaces")
    func chained() throws {
        let previous = try JSONCoding.decode(CNIResult.self, from: ResultTests.foreign)
        let both = previous.followed(by: result)
        #expect(both.interfaces.map(\.name) == ["br0", "net1", "wp1", "eth0"])
        #expect(both.ips.map(\.interface) == [1, 3])
        #expect(both.routes.map(\.destination) == ["::/0", "169.254.1.1/32", "0.0.0.0/0"])
        #expect(both.dns == result.dns)
        #expect(both.value(.v110)["future"] == ["a": 1])
        #expect(previous.followed(by: CNIResult()).dns == previous.dns)
    }

    @Test("an older version gets nothing that came with 1.1.0")
    func downgraded() throws {
        let value = try JSONCoding.decode(CNIResult.self, from: ResultTests.foreign).value(.v040)
        #expect(
            value["interfaces"] == [
                ["name": "br0", "mac": "02:00:00:00:00:09", "colour": "blue"], ["name": "net1", "sandbox": "/ns"],
            ])
        #expect(
            value["ips"] == [
                ["version": "6", "address": "2001:db8::7/64", "gateway": "2001:db8::1", "interface": 1, "lease": 3]
            ])
        #expect(value["routes"] == [["dst": "::/0", "gw": "2001:db8::1", "via": "x"]])
    }

    @Test("a previous result of every version is understood", arguments: CNIVersion.allCases)
    func previous(version: CNIVersion) throws {
        let read = try JSONCoding.decode(CNIResult.self, from: result.value(version))
        let pod = try #require(InterfaceName("eth0"))
        #expect(read.addresses(of: pod) == [InterfaceAddress("10.0.3.7/32")])
        #expect(read.addresses(of: try #require(InterfaceName("wp1"))) == [])
        #expect(read.interfaces[0].sandbox == nil)
    }

    @Test("libcni writes the empty sandbox and null lists of older results")
    func libcniForms() throws {
        let read = try JSONCoding.decode(
            CNIResult.self,
            from: Array(#"{"interfaces":[{"name":"a","sandbox":""}],"ips":null,"routes":null,"dns":{}}"#.utf8))
        #expect(read.interfaces[0].sandbox == nil)
        #expect(read.value(.v031).text() == #"{"cniVersion":"0.3.1","interfaces":[{"name":"a"}]}"#)
    }
}

@Suite("Errors and versions")
struct ErrorTests {
    @Test("the error object, with and without details")
    func errorObject() {
        let error = CNIError(.tryAgainLater, "the daemon is down", details: "start it")
        #expect(
            error.value(.v100).text()
                == #"{"cniVersion":"1.0.0","code":11,"msg":"the daemon is down","details":"start it"}"#)
        #expect(
            CNIError(.addressRefused, "full").value(.latest).text()
                == #"{"cniVersion":"1.1.0","code":100,"msg":"full"}"#)
        #expect(error.description == "the daemon is down (start it) [code 11]")
        #expect(CNIError(.checkFailed, "no route").description == "no route [code 104]")
    }

    @Test("the codes are the specification's below 100, and ours from there")
    func codes() {
        #expect(
            CNIError.Code.allCases.map(\.rawValue)
                == [1, 2, 3, 4, 5, 6, 7, 11, 50, 51, 100, 101, 102, 103, 104, 105])
    }

    @Test("versions are in order of their age")
    func order() {
        #expect(CNIVersion.allCases.sorted() == CNIVersion.allCases)
        #expect(CNIVersion.v030 < .v031 && CNIVersion.v040 < .v100)
    }

    @Test(
        "an error is written in the configuration's version where it can be read",
        arguments: [
            (#"{"cniVersion": "0.4.0", "name": 3}"#, CNIVersion.v040), (#"{"cniVersion": "9.9.9"}"#, .v110),
            ("{", .v110), ("", .v110), ("3", .v110),
        ])
    func answering(input: String, version: CNIVersion) {
        #expect(CNIVersion(answering: Array(input.utf8)) == version)
    }

    @Test("an interface's address is read and printed; what is none is refused")
    func interfaceAddress() {
        #expect(InterfaceAddress("10.0.3.7/24")?.description == "10.0.3.7/24")
        #expect(InterfaceAddress("10.0.3.7/0")?.prefixLength == 0)
        #expect(InterfaceAddress("2001:DB8::7/64")?.description == "2001:db8::7/64")
        #expect(InterfaceAddress("::1/128") == IPAddress("::1").map(InterfaceAddress.init(alone:)))
        #expect(IPAddress("10.0.3.7").map(InterfaceAddress.init(alone:))?.description == "10.0.3.7/32")
        let wrong = [
            "10.0.3.7", "10.0.3.7/33", "10.0.3.7/", "/24", "10.0.3.7/-1", "10.0.3.7/24/24", "", "::1", "::1/129",
            "::1/", "fe80::1%eth0/64", "::g/64",
        ]
        for text in wrong { #expect(InterfaceAddress(text) == nil) }
    }
}

@Suite("Random input")
struct RandomInputTests {
    @Test("whatever is on stdin, the call is understood or refused with one of the codes for it", arguments: 0..<10)
    func damagedConfiguration(seed: UInt64) {
        var random = Random(state: seed)
        let whole = configuration([
            "prevResult": ResultTests.foreign, "runtimeConfig": ["ips": ["10.0.3.7/24", "2001:db8::7"]],
            "mtu": 1500,
            "log": ["file": "/l"], "cni.dev/valid-attachments": [["containerID": "c1", "ifname": "eth0"]],
        ])
        for _ in 0..<100 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0x20...0x7e, using: &random)
            }
            for command in ["ADD", "DEL", "CHECK", "GC", "STATUS"] {
                let call = Result { () throws(CNIError) in
                    try Invocation(environment: environment(command), input: bytes)
                }
                guard case .failure(let error) = call else { continue }
                #expect([1, 2, 6, 7].contains(error.code.rawValue))
                #expect(!error.message.isEmpty)
            }
        }
    }
}

/// SplitMix64: the same damage in every run.
private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
