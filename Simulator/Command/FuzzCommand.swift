import ArgumentParser
import FoundationEssentials
import Timekeeping
import VirtualSimulator

struct FuzzCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Looks for a scenario in which something does not hold that always must.",
        discussion: """
            Runs random clusters with random faults and incidents in virtual time. Each run follows from its own seed, \
            so that the findings do not depend on the number of jobs. What is found is made as small as possible and \
            written to a file, which replay runs again.

            EXAMPLES
              warmpool-sim fuzz
              warmpool-sim fuzz --time 10m --jobs 8
              warmpool-sim fuzz --runs 1000 --seed 7 --output-dir findings
              warmpool-sim replay warmpool-violation-seed-4711.json

            EXIT STATUS
              0 nothing was found; 1 something was found, or the file cannot be written; 64 wrong usage
            """)

    @Option(
        help: "How long to look, such as 60s or 10m; 60s unless --runs is given.",
        transform: { text in
            guard let time = Duration(text: text) else {
                throw ValidationError("--time: '\(text)' is no duration, such as 60s or 10m")
            }
            return time
        })
    var time: Duration?

    @Option(help: "How many scenarios to run.")
    var runs: Int?

    @Option(help: "The seed of the first scenario; each further one has the next number.")
    var seed: UInt64 = 1

    @Option(help: "How many scenarios are run at the same time; as many as there are processors, if not given.")
    var jobs: Int?

    @Option(help: "Where the file goes.", completion: .directory)
    var outputDir = "."

    func validate() throws {
        guard time == nil || runs == nil else { throw ValidationError("give --time or --runs, not both") }
        guard runs ?? 1 > 0 else { throw ValidationError("--runs: \(runs ?? 0) is no number of runs") }
        guard jobs ?? 1 > 0 else { throw ValidationError("--jobs: \(jobs ?? 0) is no number of jobs") }
    }

    func run() async throws {
        let limit = runs == nil ? ContinuousClock.now + (time ?? .seconds(60)) : nil
        let search = FuzzSearch(first: seed, runs: runs, until: limit)
        let found = await search.run(jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
        guard let (seed, violation) = found.finding else {
            return printNow("\(found.runs) scenarios from seed \(self.seed) on: nothing was found")
        }
        do {
            try Finding(scenario: .random(seed: seed), violation: violation).keep(in: outputDir, name: "seed-\(seed)")
        } catch {
            printError("warmpool-sim: the finding cannot be written to \(outputDir): \(error)")
        }
        throw ExitCode.failure
    }
}

/// Hands out the seeds of random scenarios to jobs, and keeps what they find.
private actor FuzzSearch {
    private var next = 0
    private let first: UInt64
    private let limit: Int
    private let end: ContinuousClock.Instant?
    private var runs = 0
    private var finding: (index: Int, violation: Violation)?

    init(first: UInt64, runs: Int?, until end: ContinuousClock.Instant?) {
        self.first = first
        limit = runs ?? .max
        self.end = end
    }

    /// Runs until something is found or the end has come.
    ///
    /// - Returns: how many scenarios were run, and the finding with the least seed: those before it were all run.
    nonisolated func run(jobs: Int) async -> (runs: Int, finding: (seed: UInt64, violation: Violation)?) {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<jobs {
                group.addTask {
                    while let index = await self.take() {
                        await self.note(index, Scenario.random(seed: self.seed(index)).violation)
                    }
                }
            }
        }
        return await (runs, finding.map { (seed($0.index), $0.violation) })
    }

    private nonisolated func seed(_ index: Int) -> UInt64 { first &+ UInt64(index) }

    private func take() -> Int? {
        guard finding == nil, next < limit, end.map({ ContinuousClock.now < $0 }) ?? true else { return nil }
        defer { next += 1 }
        return next
    }

    private func note(_ index: Int, _ violation: Violation?) {
        runs += 1
        guard let violation, index < finding?.index ?? .max else { return }
        finding = (index, violation)
    }
}
