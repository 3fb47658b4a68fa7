import CNI
import JSON
import Testing

@Suite("A call of the plugin")
struct InvocationTests {
    @Test("ADD has the pod's interface, its namespace and its names")
    func add() throws {
        let args = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0;K8S_POD_UID=u;COLOUR=blue"
        guard
            case (.add(let interface, let namespace, let pod, previous: nil), let network) =
                try operation("ADD", ["CNI_ARGS": args])
        else { throw UnexpectedOperation() }
        #expect(interface.container.description == "c1")
        #expect(interface.name.description == "eth0")
        #expect(namespace.path == "/run/netns/blue")
        #expect(!namespace.mayBeHost)
        #expect((pod.namespace, pod.name, pod.uid) == ("shop", "web-0", "u"))
        #expect(network.name.description == "pods")
        #expect(network.cniVersion == .v110)
    }

    @Test("ADD in a chain has the result of the plugin before")
    func chainedAdd() throws {
        guard
            case (.add(_, _, _, previous: let previous?), _) =
                try operation("ADD", [:], configuration(["prevResult": previousResult]))
        else { throw UnexpectedOperation() }
        #expect(previous.value(.v110) == previousResult)
    }

    @Test("the host's namespace is allowed only where the runtime says so", arguments: ["1", "true", "TRUE"])
    func override(value: String) throws {
        guard case (.add(_, let namespace, _, _), _) = try operation("ADD", ["CNI_NETNS_OVERRIDE": value]) else {
            throw UnexpectedOperation()
        }
        #expect(namespace.mayBeHost)
    }

    @Test("DEL works without a namespace, whatever CNI_ARGS and prevResult hold")
    func delete() throws {
        let input = configuration(["prevResult": "nonsense", "cniVersion": "0.3.0"])
        guard
            case (.delete(let interface, nil), _) =
                try operation("DEL", ["CNI_NETNS": "", "CNI_ARGS": "COLOUR"], input)
        else { throw UnexpectedOperation() }
        #expect(interface.container.description == "c1")
        guard case (.delete(_, let namespace?), _) = try operation("DEL") else { throw UnexpectedOperation() }
        #expect(namespace.path == "/run/netns/blue")
    }

    @Test("CHECK has the result to compare with", arguments: ["0.4.0", "1.0.0", "1.1.0"])
    func check(version: JSONValue) throws {
        let input = configuration(["cniVersion": version, "prevResult": previousResult])
        guard case (.check(_, _, let previous), _) = try operation("CHECK", [:], input) else {
            throw UnexpectedOperation()
        }
        #expect(previous.interfaces.count == 2)
    }

    static let runtimeOnly = ["CNI_CONTAINERID": "", "CNI_IFNAME": "", "CNI_NETNS": "", "CNI_PATH": ""]

    @Test("GC has the attachments that live, under the final key or the older one")
    func collectGarbage() throws {
        let one: JSONValue = [["containerID": "c1", "ifname": "eth0"]]
        let two: JSONValue = [["containerID": "c2", "ifname": "net1"], ["containerID": "c2", "ifname": "net1"]]
        func kept(_ changes: [String: JSONValue?]) throws -> [String] {
            guard
                case (.collectGarbage(let keeping), _) =
                    try operation("GC", InvocationTests.runtimeOnly, configuration(changes))
            else { throw UnexpectedOperation() }
            return keeping.map { "\($0.container)/\($0.name)" }
        }
        #expect(try kept(["cni.dev/valid-attachments": one]) == ["c1/eth0"])
        #expect(try kept(["cni.dev/attachments": two]) == ["c2/net1"])
        #expect(try kept(["cni.dev/valid-attachments": one, "cni.dev/attachments": two]) == ["c1/eth0"])
        #expect(try kept(["cni.dev/valid-attachments": []]) == [])
    }

    @Test("STATUS needs the configuration alone")
    func status() throws {
        guard case (.status, _) = try operation("STATUS", InvocationTests.runtimeOnly) else {
            throw UnexpectedOperation()
        }
    }

    @Test(
        "VERSION answers whatever is on stdin",
        arguments: [
            ("", "1.1.0"), ("nonsense", "1.1.0"), ("[]", "1.1.0"), (#"{"cniVersion": 3}"#, "1.1.0"),
            (#"{"cniVersion": "9.9.9"}"#, "1.1.0"), (#"{"cniVersion": "0.3.1", "name": "!"}"#, "0.3.1"),
        ])
    func version(input: String, answeredIn version: String) throws {
        guard
            case .version(let reply) = try Invocation(
                environment: ["CNI_COMMAND": "VERSION"], input: Array(input.utf8))
        else { throw UnexpectedOperation() }
        #expect(
            reply.value.text()
                == #"{"cniVersion":"\#(version)","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}"#)
    }
}

@Suite("A wrong environment has code 4")
struct EnvironmentTests {
    @Test("an unknown command")
    func unknownCommand() {
        let error = refusal("FROB")
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message == "CNI_COMMAND 'FROB' is unknown")
        #expect(error?.details == "it is one of ADD, DEL, CHECK, GC, STATUS, VERSION")
        #expect(refusal("")?.message == "CNI_COMMAND is missing")
        #expect(refusal("add")?.code == .invalidEnvironment)
    }

    @Test(
        "all missing variables are named at once",
        arguments: [
            ("ADD", ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]), ("ADD", ["CNI_NETNS"]),
            ("CHECK", ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]), ("DEL", ["CNI_CONTAINERID", "CNI_IFNAME"]),
        ])
    func missing(command: String, variables: [String]) {
        let error = refusal(command, Dictionary(uniqueKeysWithValues: variables.map { ($0, "") }))
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message == "missing for \(command): \(variables.joined(separator: ", "))")
    }

    @Test("a container id", arguments: ["../../etc", "-c", ".c", "_c", "a/b", "a b", "é", "a\n", "c1é"])
    func containerID(text: String) {
        let error = refusal("ADD", ["CNI_CONTAINERID": text])
        #expect(error?.code == .invalidEnvironment)
        #expect(
            error?.message == "CNI_CONTAINERID: '\(text)' is not a container id: "
                + "a letter or digit, then letters, digits, '_', '.' and '-'")
    }

    @Test("container ids that runtimes use", arguments: ["0", "a.b-c_D", String(repeating: "f", count: 64)])
    func goodContainerID(text: String) throws {
        _ = try operation("ADD", ["CNI_CONTAINERID": text])
    }

    @Test(
        "an interface name",
        arguments: [".", "..", "a/b", "a:b", "a b", "a\tb", "a\u{a0}b", "aaaaaaaaaaaaaaaa", "éééééééé"])
    func interfaceName(text: String) {
        let error = refusal("DEL", ["CNI_IFNAME": text])
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message.hasPrefix("CNI_IFNAME: '\(text)' is not an interface name: 1 to 15 bytes") == true)
    }

    @Test("interface names that Linux takes", arguments: ["e", "aaaaaaaaaaaaaaa", "eth0.100", "...", "-", "ééé"])
    func goodInterfaceName(text: String) throws {
        _ = try operation("ADD", ["CNI_IFNAME": text])
    }

    @Test("a namespace that is no absolute path")
    func relativeNamespace() {
        #expect(refusal("ADD", ["CNI_NETNS": "blue"])?.message == "CNI_NETNS: 'blue' is not an absolute path")
        #expect(refusal("ADD", ["CNI_NETNS": "blue"])?.code == .invalidEnvironment)
    }

    @Test(
        "CNI_ARGS",
        arguments: [
            ("COLOUR", "CNI_ARGS: 'COLOUR' is not a pair KEY=VALUE"), ("=x", "CNI_ARGS: '=x' is not a pair KEY=VALUE"),
            ("K8S_POD_NAME=x;", "CNI_ARGS: '' is not a pair KEY=VALUE"),
            ("COLOUR=blue;K8S_POD_NAME=x;SIZE=3", "CNI_ARGS: unknown COLOUR, SIZE"),
            ("IgnoreUnknown=0;COLOUR=blue", "CNI_ARGS: unknown COLOUR"),
            ("IgnoreUnknown=maybe", "CNI_ARGS: IgnoreUnknown 'maybe' is not 1, true, 0 or false"),
        ])
    func arguments(text: String, message: String) {
        let error = refusal("ADD", ["CNI_ARGS": text])
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message == message)
    }

    @Test("CNI_ARGS that pass: none, known ones, unknown ones with leave wherever it stands")
    func goodArguments() throws {
        #expect(try PodArguments("").name == nil)
        #expect(try PodArguments("K8S_POD_INFRA_CONTAINER_ID=c1;K8S_POD_UID=").uid == "")
        #expect(try PodArguments("COLOUR=blue;K8S_POD_NAME=a=b;IgnoreUnknown=True").name == "a=b")
    }
}

@Suite("A wrong network configuration")
struct ConfigurationErrorTests {
    @Test("broken JSON has code 6 and says where")
    func brokenJSON() {
        let error = refusal("ADD", [:], Array(#"{"cniVersion": "1.0.0", "name": "#.utf8))
        #expect(error?.code == .decodingFailure)
        #expect(error?.details == "line 1, column 33: expected a value, but the text ends here")
        #expect(refusal("ADD", [:], [])?.code == .decodingFailure)
        #expect(refusal("ADD", [:], [0xff])?.code == .decodingFailure)
        #expect(refusal("ADD", [:], Array("[]".utf8))?.details == "found an array")
    }

    @Test("more than the limit has code 6")
    func tooLarge() {
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: Invocation.maximumInputSize)
        #expect(refusal("ADD", [:], configuration() + padding)?.code == .decodingFailure)
    }

    @Test("a version that is not supported, and none at all, have code 1", arguments: ["9.9.9", "0.2.0", "1.0", nil])
    func version(text: String?) {
        let error = refusal("ADD", [:], configuration(["cniVersion": text.map(JSONValue.string)]))
        #expect(error?.code == .incompatibleVersion)
        #expect(error?.details == "supported are 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")
    }

    @Test(
        "a command that came after the configuration's version has code 1",
        arguments: [("CHECK", "0.3.1", "0.4.0"), ("GC", "1.0.0", "1.1.0"), ("STATUS", "1.0.0", "1.1.0")])
    func commandTooNew(command: String, version: String, since: String) {
        let error = refusal(command, [:], configuration(["cniVersion": .string(version)]))
        #expect(error?.code == .incompatibleVersion)
        #expect(error?.details == "it came with version \(since)")
    }

    @Test(
        "a wrong value has code 7 and names key, value and what is allowed",
        arguments: [
            ("cniVersion", 1, "cniVersion: expected a string, found the number 1"),
            ("name", nil, "name: missing"),
            (
                "name", "a/b",
                "name: 'a/b' is not a network name: a letter or digit, then letters, digits, '_', '.' and '-'"
            ),
            ("name", 7, "name: expected a string, found the number 7"),
            ("mtu", 575, "mtu: 575 is not from 576 to 65535"), ("mtu", 65_536, "mtu: 65536 is not from 576 to 65535"),
            ("mtu", "9001", "mtu: expected a whole number, found the string '9001'"),
            ("socket", "run/x", "socket: 'run/x' is not an absolute path of at most 107 bytes"),
            ("socket", false, "socket: expected a string, found false"),
            ("addTimeout", "30", "addTimeout: '30' is not a duration from 0 to 10m, such as 30s"),
            ("addTimeout", "601s", "addTimeout: '601s' is not a duration from 0 to 10m, such as 30s"),
            ("addTimeout", 30, "addTimeout: expected a string, found the number 30"),
            ("log", "x", "log: expected an object, found the string 'x'"), ("log", [:], "log.file: missing"),
            ("log", ["file": "x.log"], "log.file: 'x.log' is not an absolute path"),
            ("log", ["file": "/x", "level": "loud"], "log.level: 'loud' is not error, info or debug"),
            ("dns", ["nameservers": "1.1.1.1"], "dns.nameservers: expected an array, found the string '1.1.1.1'"),
            (
                "runtimeConfig", ["ips": ["10.0.0"]],
                "runtimeConfig.ips: '10.0.0' is not an address such as 10.0.3.7, 10.0.3.7/24 or 2001:db8::7"
            ),
            (
                "runtimeConfig", ["mac": "01:00:5e:00:00:01"],
                "runtimeConfig.mac: '01:00:5e:00:00:01' is not a unicast MAC address such as 02:11:22:33:44:55"
            ),
            (
                "prevResult", ["ips": [["address": "10.0.3.7"]]],
                "prevResult.ips[0].address: '10.0.3.7' is not an address with prefix length such as 10.0.3.7/24 or "
                    + "2001:db8::7/64"
            ),
            (
                "prevResult", ["ips": [["address": "10.0.3.7/24", "interface": 1]], "interfaces": [["name": "a"]]],
                "prevResult.ips: interface 1 is not an index of the 1 interfaces"
            ),
            ("prevResult", ["cniVersion": "0.2.0"], "prevResult.cniVersion: '0.2.0' is not a supported version"),
            ("prevResult", ["interfaces": [["mac": "x"]]], "prevResult.interfaces[0].name: missing"),
            ("prevResult", ["routes": [["gw": "10.0.0.1"]]], "prevResult.routes[0].dst: missing"),
        ] as [(String, JSONValue?, String)])
    func wrongValue(key: String, value: JSONValue?, message: String) {
        let error = refusal("ADD", [:], configuration([key: value]))
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message == message)
    }

    @Test(
        "what no pod can have has code 2 and is named",
        arguments: [#"["10.0.3.7","10.0.3.8"]"#, #"["2001:db8::7/64","10.0.3.7","::1"]"#])
    func unsupported(ips: String) throws {
        let error = refusal("ADD", [:], configuration(["runtimeConfig": ["ips": try JSONValue(parsing: ips)]]))
        #expect(error?.code == .unsupportedField)
        #expect(error?.message == "runtimeConfig.ips: \(ips)")
    }

    @Test("CHECK without prevResult, and GC without a list of what lives, have code 7")
    func missingParts() {
        #expect(refusal("CHECK")?.code == .invalidConfiguration)
        #expect(refusal("CHECK")?.message == "prevResult: missing")
        #expect(refusal("GC")?.code == .invalidConfiguration)
        #expect(refusal("GC")?.message == "cni.dev/valid-attachments: missing")
        let input = configuration(["cni.dev/valid-attachments": [["containerID": "c1"]]])
        #expect(refusal("GC", [:], input)?.message == "cni.dev/valid-attachments[0].ifname: missing")
    }
}
