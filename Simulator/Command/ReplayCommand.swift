import ArgumentParser
import Collections
import FoundationEssentials
import JSON
import Timekeeping
import VirtualSimulator

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Runs a scenario again that violated a rule, and shows what happened last.",
        discussion: """
            EXAMPLES
              warmpool-sim replay warmpool-violation-seed-4711.json
              warmpool-sim replay --events 200 warmpool-violation-seed-4711.json

            EXIT STATUS
              0 nothing is violated any more; 1 a rule is violated, or the scenario cannot be run; 2 the file has \
            problems; 64 wrong usage
            """)

    @Argument(help: "The file, as fuzz writes it.", completion: .file(extensions: ["json"]))
    var file: String

    @Option(help: "How many of the last events are shown.")
    var events = 30

    func validate() throws {
        guard events >= 0 else { throw ValidationError("--events: \(events) is no number of events") }
    }

    func run() throws {
        let trace = try load()
        var last: Deque<String> = []
        do {
            var simulation = try Simulation(trace.scenario)
            simulation.tell = { instant, event in
                last.append("\((instant - .origin).inSeconds) s: \(event)")
                if last.count > events { last.removeFirst() }
            }
            _ = try simulation.run()
        } catch {
            for line in last { printNow(line) }
            printError("warmpool-sim: \(error)")
            throw ExitCode.failure
        }
        for line in last { printNow(line) }
        printNow("nothing is violated; when it was written, it was: \(trace.violation)")
    }

    private func load() throws -> TraceFile {
        do {
            return try JSONDecoder().decode(TraceFile.self, from: Data(contentsOf: URL(filePath: file)))
        } catch let error as DecodingError {
            printError(
                "\(file): is no trace file: \(JSONCoding.sentence(for: error)); name one that run or fuzz has written")
        } catch {
            printError("\(file): cannot be read: \(error)")
        }
        throw ExitCode(2)
    }
}
