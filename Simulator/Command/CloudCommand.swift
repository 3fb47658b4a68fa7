import ArgumentParser
import CloudServer
import JSON
import Logging
import Settings
import UnixSignals

struct CloudCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloud",
        abstract: "Serves a VPC over HTTP: the EC2 API, the REST API (openapi.yaml) and the instance metadata service.",
        discussion: """
            Runs in the foreground until SIGTERM or SIGINT. The VPC begins as its file says, and is gone when the server \
            stops. Needs root only where the file names a fabric's router and instances' network namespaces.

            EXAMPLES
              warmpool-sim cloud --vpc Config/examples/cloud.yaml --listen 127.0.0.1:8080
              aws ec2 describe-network-interfaces --endpoint-url http://127.0.0.1:8080
              curl http://127.0.0.1:8080/v1/instances/INSTANCE/interfaces
              curl -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://127.0.0.1:8080/imds/INSTANCE/latest/api/token
              warmpool-sim cloud --vpc vpc.yaml --listen 127.0.0.1:0 --output json

            EXIT STATUS
              0 stopped on request; 1 cannot serve, the reason is on stderr; 2 the file has problems; 64 wrong usage
            """)

    @Option(help: "The address to listen on, HOST:PORT; with port 0, one that is free.")
    var listen = "127.0.0.1:8080"

    @Option(name: .customLong("vpc"), help: "The VPC file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(help: "A line for people, or a JSON object with address and port for programs, when it serves.")
    var output = Up.Output.text

    @Flag(help: "Logs every refused call on stderr.")
    var verbose = false

    func validate() throws { _ = try address() }

    func run() async throws {
        let (host, port) = try address()
        do {
            let configuration = try CloudConfiguration.load(path: file)
            try await serve(configuration, host: host, port: port)
        } catch let problems as SettingsProblems {
            printError("\(problems)")
            printError("warmpool-sim: \(file) has problems; nothing was started")
            throw ExitCode(2)
        } catch {
            printError("warmpool-sim: \(error)")
            throw ExitCode.failure
        }
    }

    private func serve(_ configuration: CloudConfiguration, host: String, port: Int) async throws {
        var logger = Logger(label: "warmpool-sim") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .debug : .warning
        // Before it serves, so that whoever waits for the line below can stop it.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let server = try await CloudServer.start(configuration, host: host, port: port, logger: logger)
        switch output {
        case .text:
            let instances = configuration.instances.map(\.id.rawValue).joined(separator: ", ")
            printNow(
                "Serving VPC \(configuration.cloud.cidr) on http://\(host):\(server.port), instances: "
                    + (instances.isEmpty ? "none" : instances))
        case .json:
            let line: JSONValue = ["address": .string(host), "port": .integer(Int64(server.port))]
            printNow(line.text())
        }
        for await _ in signals { break }
        try await server.stop()
    }

    private func address() throws -> (host: String, port: Int) {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
            (0...65_535).contains(port), colon != listen.startIndex
        else { throw ValidationError("--listen: '\(listen)' is not HOST:PORT, such as 127.0.0.1:8080") }
        let host = listen[..<colon]
        return (host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host), port)
    }
}
