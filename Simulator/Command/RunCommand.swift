import ArgumentParser
import ScenarioFile
import Settings
import SimulatorReports
import VirtualSimulator

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs scenarios in virtual time, and says whether they come as their files expect.",
        discussion: """
            Every node runs the real pool against a model of the cloud; equal scenarios with equal seeds give equal runs. \
            Needs no root. A scenario is a file, or the name of one in Simulator/Scenarios of the current directory or of \
            a folder above this program; without any, ten nodes of m5.xlarge with churning pods are simulated for an hour. \
            Simulator/Scenarios/README.md explains the files.

            EXAMPLES
              warmpool-sim scenarios
              warmpool-sim run exhausted-subnet
              warmpool-sim run Simulator/Scenarios/*.yaml --short
              warmpool-sim run --nodes 100 --duration 2h --workload burst --warm-ip-target 5 --minimum-ip-target 10
              warmpool-sim run mass-scale-up --set throttling.perAction.CreateNetworkInterface.refillPerSecond=20
              warmpool-sim run crash-loop --cooldown 0
              warmpool-sim run throttle-storm --report storm.html --report storm.csv
              warmpool-sim run burst-jobs --output json

            EXIT STATUS
              0 all came as expected; 1 something did not hold that always must; 2 a file has problems; 3 something came \
            otherwise than expected; 64 wrong usage. Of several files the first decides that did not come as expected.
            """)

    @Argument(help: "Scenario files, or names of scenarios.", completion: .file(extensions: ["yaml", "yml"]))
    var scenarios: [String] = []

    @Option(name: .customLong("scenario"), help: "A further one.", completion: .file(extensions: ["yaml", "yml"]))
    var furtherScenarios: [String] = []

    @Option(
        help: "Writes which nodes and pods come and go into this CSV file, which the key trace of a scenario can name.",
        completion: .file(extensions: ["csv"]))
    var recordTrace: String?

    @OptionGroup var changes: ScenarioChanges

    @OptionGroup var reports: ReportOptions

    func validate() throws {
        if recordTrace != nil, scenarios.count + furtherScenarios.count > 1 {
            throw ValidationError("--record-trace: name one scenario; one file holds one trace")
        }
        try reports.validate(scenarios: scenarios.count + furtherScenarios.count)
    }

    func run() throws {
        let overrides = try changes.overrides()
        let arguments = scenarios + furtherScenarios
        var endings: [ExitCode] = []
        if arguments.isEmpty {
            endings = [ending { try ScenarioFile.parse(RunCommand.usual, file: "run", overrides: overrides) }]
        }
        for argument in arguments {
            endings.append(
                ending {
                    try ScenarioFile.load(
                        path: ScenarioFiles.path(of: argument), form: changes.form, overrides: overrides)
                })
        }
        if let ending = endings.first(where: { $0 != .success }) { throw ending }
    }

    /// Runs one scenario, and prints what came of it.
    private func ending(_ load: () throws -> ScenarioFile) -> ExitCode {
        do {
            let file = try load()
            if let recordTrace { try ScenarioFiles.record(file, to: recordTrace) }
            let report = try run(file)
            let verdict = Verdict(file.expectations, report, of: file.scenario)
            try reports.deliver(RunReport(file, report, verdict))
            return verdict.holds ? .success : ExitCode(3)
        } catch {
            return explained(error)
        }
    }

    /// Runs a scenario; one that violates a rule is kept as a file that replays it.
    private func run(_ file: ScenarioFile) throws -> Report {
        let simulation = try Simulation(file.scenario)
        var progress = RunProgress(file.name)
        defer { progress.clear() }
        do throws(Violation) {
            return try simulation.run { progress.show($0) }
        } catch {
            progress.clear()
            try Finding(scenario: file.scenario, violation: error).keep(in: ".", name: "seed-\(file.scenario.seed)")
            throw error
        }
    }

    /// What is simulated when no scenario is named.
    private static let usual = """
        about: Ten nodes with pods that come and go.
        groups: [{ name: nodes, instanceType: m5.xlarge, count: 10 }]
        workloads: [{ kind: churn }]
        duration: 1h
        """
}
