import ArgumentParser
import ControlProtocol
import Daemon
import FoundationEssentials
import Glibc
import Settings

@main
struct Warmpoold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warmpoold",
        abstract: "Keeps a node's warm pool of pod addresses and serves the CNI plugin.",
        discussion: """
            Runs in the foreground. SIGTERM stops it, running pods keep their network; SIGHUP reads the configuration \
            again and logs what takes effect only after a restart.

            EXAMPLES
              warmpoold --config /etc/warmpool/warmpoold.yaml
              warmpoold config check --config /etc/warmpool/warmpoold.yaml
              WARM_IP_TARGET=5 warmpoold --config /etc/warmpool/warmpoold.yaml

            EXIT STATUS
              0 stopped on request; 1 cannot run; 2 the configuration has problems; 64 wrong usage
            """,
        version: warmpoolVersion, subcommands: [Run.self, Config.self], defaultSubcommand: Run.self)
}

struct ConfigurationOption: ParsableArguments {
    @Option(name: .shortAndLong, help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config = "/etc/warmpool/warmpoold.yaml"

    /// Reads the file and the environment; what is wrong goes to stderr, every problem on a line.
    func load() throws -> Configuration {
        do {
            return try Configuration.load(path: config, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw problemsExit(error)
        }
    }
}

/// Prints the problems of a configuration.
func problemsExit(_ problems: SettingsProblems) -> ExitCode {
    printError(problems.description)
    let count = problems.problems.count
    printError("warmpoold: the configuration has \(count) \(count == 1 ? "problem" : "problems"); nothing was started")
    return ExitCode(2)
}

func printError(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs the daemon (the default).")

    @OptionGroup var option: ConfigurationOption

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let path = option.config
        let daemon = WarmpoolDaemon(environment: environment) { () throws(SettingsProblems) in
            try Configuration.load(path: path, environment: environment)
        }
        do {
            try await daemon.run()
        } catch let problems as SettingsProblems {
            throw problemsExit(problems)
        } catch {
            printError("warmpoold: \(error)")
            throw ExitCode.failure
        }
    }
}

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Works on the configuration file.", subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a configuration and reports every problem.",
            discussion: """
                EXAMPLE
                  warmpoold config check --config Config/warmpoold.yaml
                """)

        @OptionGroup var option: ConfigurationOption

        func run() throws {
            _ = try option.load()
            print("\(option.config): no problems")
        }
    }
}
