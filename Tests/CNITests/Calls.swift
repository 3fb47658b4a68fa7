import CNI
import JSON
import Testing

/// The environment of a call, as a runtime sets it; `changes` with the empty text take a variable away.
func environment(_ command: String, _ changes: [String: String] = [:]) -> [String: String] {
    let whole = [
        "CNI_COMMAND": command, "CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/blue", "CNI_IFNAME": "eth0",
        "CNI_PATH": "/opt/cni/bin", "PATH": "/usr/bin",
    ]
    return whole.merging(changes) { $1 }.filter { !$0.value.isEmpty }
}

/// A network configuration with changed or added members; `nil` takes one away.
func configuration(_ changes: [String: JSONValue?] = [:]) -> [UInt8] {
    var object: JSONObject = ["cniVersion": "1.1.0", "name": "pods", "type": "warmpool-cni"]
    for (name, value) in changes { object[name] = value }
    return JSONValue.object(object).bytes()
}

/// What a call that must succeed asks for.
func operation(
    _ command: String, _ changes: [String: String] = [:], _ input: [UInt8] = configuration()
) throws -> (Operation, NetworkConfiguration) {
    guard
        case .operation(let operation, let network) = try Invocation(
            environment: environment(command, changes), input: input)
    else { throw UnexpectedOperation() }
    return (operation, network)
}

/// The error of a call that must fail.
func refusal(
    _ command: String, _ changes: [String: String] = [:], _ input: [UInt8] = configuration(),
    sourceLocation: SourceLocation = #_sourceLocation
) -> CNIError? {
    #expect(throws: CNIError.self, sourceLocation: sourceLocation) {
        try Invocation(environment: environment(command, changes), input: input)
    }
}

/// A result of an ADD with all that this plugin writes.
let previousResult: JSONValue = [
    "cniVersion": "1.1.0",
    "interfaces": [["name": "wp0"], ["name": "eth0", "sandbox": "/run/netns/blue", "mtu": 9001]],
    "ips": [["address": "10.0.3.7/24", "gateway": "169.254.1.1", "interface": 1]],
]

struct UnexpectedOperation: Error {}
