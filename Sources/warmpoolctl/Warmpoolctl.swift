import ArgumentParser
import ControlProtocol
import Glibc
import JSON
import Timekeeping

@main
struct Warmpoolctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warmpoolctl",
        abstract: "Shows and checks a node's warm pool of pod addresses.",
        discussion: """
            Asks the warmpoold of this node over its control socket, which only root may use.

            EXAMPLES
              warmpoolctl status
              warmpoolctl explain                 why the next pod would wait
              warmpoolctl explain shop/web-0      what a pod has
              warmpoolctl pods --output json
              warmpoolctl verify && echo consistent

            EXIT STATUS
              0 done; 1 the daemon cannot be reached or refused; 3 verify found differences; 64 wrong usage
            """,
        version: warmpoolVersion,
        subcommands: [
            Status.self, ENIs.self, Pods.self, Explain.self, MaxPods.self, Verify.self, CollectGarbage.self,
        ])
}

/// The options of every subcommand.
struct CommonOptions: ParsableArguments {
    enum Output: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(name: .shortAndLong, help: "The daemon's control socket.", completion: .file())
    var socket = "/run/warmpool/warmpoold.sock"

    @Option(name: .shortAndLong, help: "text for people, json for programs.")
    var output = Output.text

    /// Asks the daemon and prints its answer: as it is in JSON, or as text.
    ///
    /// - Returns: the answer.
    @discardableResult
    func show<Answer: Codable>(
        _ command: Command, within limit: Duration = .seconds(10), _ text: (Answer) -> String
    ) throws -> Answer {
        let answer: Answer
        do {
            answer = try ControlClient(socketPath: socket).call(command, within: limit)
        } catch {
            let line = Array("warmpoolctl: \(error)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            throw ExitCode.failure
        }
        switch output {
        case .json: print(try JSONCoding.encode(answer).text(.indented))
        case .text: print(text(answer))
        }
        return answer
    }
}
