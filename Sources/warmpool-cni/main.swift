import CNI
import Glibc
import JSON

/// All of stdin, or as much as is needed to see that it is too much.
///
/// - Throws: code 5 where stdin is silent and does not end: nobody would ever learn why the pod does not start.
func readInput() throws(CNIError) -> [UInt8] {
    let patience: Int32 = 10
    var poller = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    var input: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while input.count <= Invocation.maximumInputSize {
        guard poll(&poller, 1, patience * 1000) != 0 else {
            throw CNIError(
                .ioFailure, "stdin did not end: nothing came for \(patience) s",
                details: "the runtime writes the network configuration to it and closes it")
        }
        let count = read(STDIN_FILENO, &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        input += chunk[..<count]
    }
    return input
}

/// The variables of CNI. The others may be secrets of the runtime, and are none of our business.
func cniEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        if strncmp(text, "CNI_", 4) == 0 {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        }
        entry += 1
    }
    return variables
}

func run(_ input: [UInt8]) throws(CNIError) -> JSONValue? {
    switch try Invocation(environment: cniEnvironment(), input: input) {
    case .version(let reply): reply.value
    case .operation(let operation, let configuration): try Plugin(configuration).run(operation)
    }
}

if getenv("CNI_COMMAND") == nil && isatty(STDIN_FILENO) == 1 {
    write(
        """
        warmpool-cni is a CNI plugin: a container runtime starts it, with CNI_COMMAND in the environment and the network
        configuration on stdin. To try it by hand:

          echo '{"cniVersion": "1.1.0"}' | CNI_COMMAND=VERSION warmpool-cni


        """, to: STDERR_FILENO)
    exit(2)
}
signal(SIGPIPE, SIG_IGN)
var input: [UInt8] = []
do {
    input = try readInput()
    if let output = try run(input) { write(output.text() + "\n", to: STDOUT_FILENO) }
} catch {
    write(error.value(CNIVersion(answering: input)).text() + "\n", to: STDOUT_FILENO)
    exit(1)
}
