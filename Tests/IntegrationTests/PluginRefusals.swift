import JSON
import LiveTesting
import Simulator
import Testing

extension PluginTests {
    /// Calls that are wrong: each gets the code of the specification and a message that names what is wrong.
    @Suite struct Refusals {
        struct Wrong: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var operation = PluginCall.Operation.add
            var environment: [String: String?] = [:]
            var members: JSONObject = [:]
            var input: String?
            let code: Int
            let message: String
            var details: String?
        }

        @Test(arguments: [
            Wrong(
                testDescription: "unknown command", environment: ["CNI_COMMAND": "FROB"], code: 4,
                message: "CNI_COMMAND 'FROB' is unknown", details: "it is one of ADD, DEL, CHECK, GC, STATUS, VERSION"),
            Wrong(
                testDescription: "no command", environment: ["CNI_COMMAND": nil], code: 4,
                message: "CNI_COMMAND is missing"),
            Wrong(
                testDescription: "nothing but the command",
                environment: ["CNI_CONTAINERID": nil, "CNI_NETNS": nil, "CNI_IFNAME": nil], code: 4,
                message: "missing for ADD: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME"),
            Wrong(
                testDescription: "empty is missing", environment: ["CNI_CONTAINERID": "", "CNI_NETNS": ""], code: 4,
                message: "missing for ADD: CNI_CONTAINERID, CNI_NETNS"),
            Wrong(
                testDescription: "DEL without a pod", operation: .delete,
                environment: ["CNI_CONTAINERID": nil, "CNI_NETNS": nil, "CNI_IFNAME": nil], code: 4,
                message: "missing for DEL: CNI_CONTAINERID, CNI_IFNAME"),
            Wrong(
                testDescription: "CHECK without a pod", operation: .check,
                environment: ["CNI_CONTAINERID": nil, "CNI_NETNS": nil, "CNI_IFNAME": nil], code: 4,
                message: "missing for CHECK: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME"),
            Wrong(
                testDescription: "a path as container id", environment: ["CNI_CONTAINERID": "../etc"], code: 4,
                message: "CNI_CONTAINERID: '../etc' is not a container id: a letter or digit, then letters, digits"),
            Wrong(
                testDescription: "a relative namespace", environment: ["CNI_NETNS": "run/netns/x"], code: 4,
                message: "CNI_NETNS: 'run/netns/x' is not an absolute path"),
            Wrong(
                testDescription: "an argument without value", environment: ["CNI_ARGS": "K8S_POD_NAME"], code: 4,
                message: "CNI_ARGS: 'K8S_POD_NAME' is not a pair KEY=VALUE"),
            Wrong(
                testDescription: "unknown arguments", environment: ["CNI_ARGS": "IP=10.0.0.1;GATEWAY=x"], code: 4,
                message: "CNI_ARGS: unknown IP, GATEWAY", details: "IgnoreUnknown=1 lets all others pass"),
        ])
        func environment(_ wrong: Wrong) async throws {
            try await refuses(wrong)
        }

        @Test(arguments: [".", "..", "a/b", "a:b", "a b", "sixteen-letters-"]) func interfaceNames(
            name: String
        ) async throws {
            try await refuses(
                Wrong(
                    testDescription: name, environment: ["CNI_IFNAME": name], code: 4,
                    message: "CNI_IFNAME: '\(name)' is not an interface name: 1 to 15 bytes"))
        }

        @Test(arguments: [
            Wrong(
                testDescription: "half an object", input: #"{"cniVersion": "1.0.0", "name": "#, code: 6,
                message: "the network configuration on stdin is not JSON"),
            Wrong(
                testDescription: "nothing", input: "", code: 6,
                message: "the network configuration on stdin is not JSON"),
            Wrong(
                testDescription: "an array", input: "[]", code: 6,
                message: "the network configuration on stdin is not a JSON object", details: "found an array"),
            Wrong(
                testDescription: "two objects", input: "{} {}", code: 6,
                message: "the network configuration on stdin is not JSON"),
            Wrong(
                testDescription: "nested without end", input: String(repeating: "[", count: 100_000), code: 6,
                message: "the network configuration on stdin is not JSON"),
            Wrong(
                testDescription: "too long", input: String(repeating: " ", count: 4 << 20) + "{}", code: 6,
                message: "the network configuration on stdin is longer than 4194304 bytes"),
            Wrong(
                testDescription: "no version", input: #"{"name": "warmpool"}"#, code: 1,
                message: "the network configuration has no cniVersion, which means 0.1.0",
                details: "supported are 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0"),
            Wrong(
                testDescription: "a version to come", members: ["cniVersion": "9.9.9"], code: 1,
                message: "cniVersion '9.9.9' is not supported",
                details: "supported are 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0"),
            Wrong(
                testDescription: "a version that is a number", members: ["cniVersion": 1], code: 7,
                message: "cniVersion: expected a string, found the number 1"),
            Wrong(testDescription: "no name", input: #"{"cniVersion": "1.1.0"}"#, code: 7, message: "name: "),
            Wrong(
                testDescription: "a name with blanks", members: ["name": "my net"], code: 7,
                message: "name: 'my net' is not a network name"),
            Wrong(
                testDescription: "a relative socket", members: ["socket": "run/x"], code: 7,
                message: "socket: 'run/x' is not an absolute path of at most 107 bytes"),
            Wrong(
                testDescription: "a tiny MTU", members: ["mtu": 68], code: 7,
                message: "mtu: 68 is not from 576 to 65535"),
            Wrong(testDescription: "an MTU in words", members: ["mtu": "jumbo"], code: 7, message: "mtu: "),
            Wrong(
                testDescription: "a vague time", members: ["addTimeout": "soon"], code: 7,
                message: "addTimeout: 'soon' is not a duration from 0 to 10m, such as 30s"),
            Wrong(
                testDescription: "a relative log", members: ["log": ["file": "x.log"]], code: 7,
                message: "log.file: 'x.log' is not an absolute path"),
            Wrong(
                testDescription: "an unknown level", members: ["log": ["file": "/x", "level": "loud"]], code: 7,
                message: "log.level: 'loud' is not error, info or debug"),
            Wrong(
                testDescription: "two addresses", members: ["runtimeConfig": ["ips": ["10.0.0.9", "10.0.0.8"]]],
                code: 2,
                message: "runtimeConfig.ips: [\"10.0.0.9\",\"10.0.0.8\"]",
                details: "a pod's interface has at most one address of each family"),
            Wrong(
                testDescription: "an address of IPv6", members: ["runtimeConfig": ["ips": ["fd00::7/64"]]], code: 100,
                message: "the requested address fd00::7 is of a family that pods here do not have"),
            Wrong(
                testDescription: "no address", members: ["runtimeConfig": ["ips": ["ten"]]], code: 7,
                message: "runtimeConfig.ips: 'ten' is not an address such as 10.0.3.7"),
            Wrong(
                testDescription: "a multicast MAC", members: ["runtimeConfig": ["mac": "01:00:5e:00:00:01"]], code: 7,
                message: "runtimeConfig.mac: '01:00:5e:00:00:01' is not a unicast MAC address"),
            Wrong(
                testDescription: "a broken prevResult", members: ["prevResult": ["ips": [["address": "x"]]]], code: 7,
                message: "prevResult.ips[0].address: 'x' is not an address with prefix length"),
            Wrong(
                testDescription: "CHECK without prevResult", operation: .check, code: 7, message: "prevResult: missing"),
            Wrong(
                testDescription: "GC without a list", operation: .collectGarbage, code: 7,
                message: "cni.dev/valid-attachments: missing"),
            Wrong(
                testDescription: "GC with a broken list", operation: .collectGarbage,
                members: ["cni.dev/valid-attachments": [["containerID": "a"]]], code: 7,
                message: "cni.dev/valid-attachments[0].ifname: "),
        ])
        func input(_ wrong: Wrong) async throws {
            try await refuses(wrong)
        }

        @Test(arguments: [
            Wrong(
                testDescription: "no namespace there", environment: ["CNI_NETNS": "/run/netns/vanished"], code: 105,
                message: "CNI_NETNS: 'open network namespace /run/netns/vanished' failed: No such file or directory"),
            Wrong(
                testDescription: "a file", environment: ["CNI_NETNS": "/etc/passwd"], code: 105,
                message: "CNI_NETNS: 'open network namespace /etc/passwd' failed"),
            Wrong(
                testDescription: "a namespace of another kind", environment: ["CNI_NETNS": "/proc/self/ns/mnt"],
                code: 105, message: "CNI_NETNS: 'open network namespace /proc/self/ns/mnt' failed"),
            Wrong(
                testDescription: "the host's own", environment: ["CNI_NETNS": "/proc/self/ns/net"], code: 105,
                message: "it is the host's own namespace; the runtime made none for the pod"),
            Wrong(
                testDescription: "CHECK of a pod that is gone", operation: .check,
                environment: ["CNI_NETNS": "/run/netns/vanished"], members: ["prevResult": [:]], code: 105,
                message: "CNI_NETNS: 'open network namespace /run/netns/vanished' failed"),
            Wrong(
                testDescription: "CHECK of a pod that never was", operation: .check, members: ["prevResult": [:]],
                code: 3, message: "warmpoold has no record of warmpool/"),
            Wrong(
                testDescription: "an identity too long to note",
                environment: [
                    "CNI_CONTAINERID": String(repeating: "c", count: 250)
                ], code: 2, message: "network name, container id and interface name have more than 253 bytes together"),
        ])
        func world(_ wrong: Wrong) async throws {
            try await refuses(wrong)
            #expect(try node.kernelPods().isEmpty)
            #expect(try await node.recordedPods().isEmpty, "a refused ADD keeps no address")
        }

        @Test func aNameThatIsTakenInThePod() async throws {
            let pod = try await Sandbox.make("taken", on: node)
            try await pod("ip link add eth0 type veth peer name other")
            let answer = try await pod.run(.add)
            #expect(answer.code == 101, "\(answer)")
            #expect(answer.message.contains("the pod already has an interface eth0 that Warmpool did not make"))
            #expect(try await node.recordedPods().isEmpty)
            #expect(try await pod("ip link").contains("eth0"))
        }

        @Test func aNameThatIsTakenOnTheHost() async throws {
            let pod = try await Sandbox.make("collision", on: node)
            let result = try await pod.add()
            let host = try #require(result["interfaces"]?.arrayValue?.first?["name"]?.stringValue)
            try await pod.delete()
            try await succeed("ip link add \(host) type veth peer name other", in: node.netns)
            try await succeed("ip link set \(host) alias warmpool/another/eth0", in: node.netns)
            let answer = try await pod.run(.add)
            #expect(answer.code == 102, "\(answer)")
            #expect(answer.message.contains("\(host) belongs to another attachment, warmpool/another/eth0"))
            #expect(try await node.recordedPods().isEmpty)
            #expect(try await pod.run(.delete).isSuccess)
            #expect(try node.socket().link(.name(host)) != nil, "the other attachment keeps its interface")
            try await succeed("ip link delete \(host)", in: node.netns)
        }

        private func refuses(_ wrong: Wrong) async throws {
            let sandbox = try await Sandbox.make("refused", on: node)
            let answer = try await node.plugin.answer(
                sandbox.call(wrong.operation, members: wrong.members), environment: wrong.environment,
                input: wrong.input)
            #expect(answer.code == wrong.code, "\(answer)")
            #expect(answer.message.contains(wrong.message), "\(answer)")
            if let details = wrong.details { #expect(answer.details.contains(details), "\(answer)") }
            #expect(answer.json?["cniVersion"] == "1.1.0")
            #expect(try await !sandbox("ip link").contains("eth0"))
            try await sandbox.vanish()
        }
    }
}
