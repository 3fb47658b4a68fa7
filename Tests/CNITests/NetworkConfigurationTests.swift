import Addressing
import CNI
import JSON
import Testing

@Suite("The network configuration")
struct NetworkConfigurationTests {
    @Test("what is not set has its default")
    func defaults() throws {
        let (_, network) = try operation("ADD")
        #expect(network.socket == "/run/warmpool/warmpoold.sock")
        #expect(network.mtu == nil)
        #expect(network.addTimeout == .seconds(30))
        #expect(network.log == nil)
        #expect(network.dns == DNS())
        #expect(network.requestedAddresses == nil)
        #expect(network.requestedMAC == nil)
    }

    @Test("every key of ours is read, and other plugins' keys are ignored")
    func keys() throws {
        let (_, network) = try operation(
            "ADD", [:],
            configuration([
                "socket": "/run/other.sock", "mtu": 9001, "addTimeout": "1.5s", "ipMasq": true,
                "log": ["file": "/var/log/warmpool-cni.log", "level": "debug"], "args": ["cni": ["ips": ["x"]]],
                "dns": ["nameservers": ["10.0.0.2"], "search": ["svc"], "options": ["ndots:5"], "domain": "local"],
                "capabilities": ["ips": true], "ipam": 7,
                "runtimeConfig": [
                    "ips": ["10.0.3.7/24"], "mac": "02:11:22:33:44:55", "bandwidth": ["ingressRate": 1],
                ],
            ]))
        #expect(network.socket == "/run/other.sock")
        #expect(network.mtu == 9001)
        #expect(network.addTimeout == .milliseconds(1500))
        #expect(network.log?.file == "/var/log/warmpool-cni.log")
        #expect(network.log?.level == .debug)
        #expect(network.dns.nameservers == ["10.0.0.2"])
        #expect(network.dns.search == ["svc"])
        #expect(network.dns.options == ["ndots:5"])
        #expect(network.dns.domain == "local")
        #expect(network.requestedAddresses == IPv4Address("10.0.3.7").map(PodAddresses.ipv4))
        #expect(network.requestedMAC == MACAddress("02:11:22:33:44:55"))
    }

    @Test("null is as good as missing for what is optional")
    func nulls() throws {
        let names = ["socket", "mtu", "addTimeout", "log", "dns", "runtimeConfig", "prevResult"]
        let (_, network) = try operation(
            "ADD", [:], configuration(Dictionary(uniqueKeysWithValues: names.map { ($0, JSONValue.null) })))
        #expect(network.mtu == nil)
        #expect(network.addTimeout == NetworkConfiguration.defaultAddTimeout)
    }

    @Test("the limits themselves are allowed", arguments: [576, 65_535])
    func limits(mtu: Int) throws {
        let socket = "/" + String(repeating: "s", count: 106)
        let (_, network) = try operation(
            "ADD", [:],
            configuration(["mtu": .integer(Int64(mtu)), "addTimeout": "10m", "socket": .string(socket)]))
        #expect(network.mtu == mtu)
        #expect(network.addTimeout == .seconds(600))
        #expect(network.socket == socket)
        let longer = JSONValue.string(socket + "s")
        #expect(refusal("ADD", [:], configuration(["socket": longer]))?.code == .invalidConfiguration)
    }

    @Test("log levels are ordered from least to most")
    func levels() {
        #expect(PluginLog.Level.allCases.sorted() == [.error, .info, .debug])
    }

    @Test(
        "one address of each family may be requested, in any order, with its prefix length or without",
        arguments: [
            (["10.0.3.7"], "10.0.3.7"), (["10.0.3.7/24"], "10.0.3.7"), (["2001:db8::7"], "2001:db8::7"),
            (["2001:DB8::7/64", "10.0.3.7/24"], "10.0.3.7, 2001:db8::7"),
            (["10.0.3.7", "2001:db8::7"], "10.0.3.7, 2001:db8::7"),
        ])
    func requested(ips: [String], addresses: String) throws {
        let runtime: JSONValue = ["ips": .array(ips.map(JSONValue.string))]
        let (_, network) = try operation("ADD", [:], configuration(["runtimeConfig": runtime]))
        #expect(network.requestedAddresses?.description == addresses)
    }

    @Test("an empty list requests nothing")
    func nothingRequested() throws {
        let (_, network) = try operation("ADD", [:], configuration(["runtimeConfig": ["ips": []]]))
        #expect(network.requestedAddresses == nil)
    }
}
