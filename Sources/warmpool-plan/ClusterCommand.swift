import ArgumentParser
import Planner

struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Predicts which pods of a cluster will be pending, why, and what helps.",
        discussion: """
            Reads what kubectl, Helm and kustomize write, and plan files (warmpool-plan init writes one). Where an object \
            comes again, the last counts. A plan without a cluster is planned from nothing.

            EXAMPLES
              kubectl get nodes,pods,deploy,sts,ds,rs,jobs,cronjobs,hpa -A -o json > now.json
              warmpool-plan cluster -f now.json
              warmpool-plan cluster -f now.json --event rolling-update=all --event lose-zone=eu-west-1b
              helm template shop | warmpool-plan cluster -f now.json -f - --plan plan.yaml
              warmpool-plan cluster -f now.json --plan plan.yaml --output html > report.html

            EVENTS, in the order given, after those of the plan
              \(PlanEvent.forms.joined(separator: "\n  "))
              A workload is written as web, deploy/web or deploy/shop/web.

            EXIT STATUS
              0 no pod is pending; 3 some are, at some moment; 2 bad input, what and where is on stderr; 64 wrong usage
            """)

    enum Form: String, CaseIterable, ExpressibleByArgument {
        case table, json, yaml, markdown, html
    }

    enum Failure: String, CaseIterable, ExpressibleByArgument {
        case pending, warning
    }

    @OptionGroup var input: PlanInput

    @Option(name: .long, help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String?

    @Option(name: .shortAndLong, help: "table for people, json and yaml for programs, markdown for pull requests, html.")
    var output = Form.table

    @Option(help: "Exits with 3 where pods are pending, or already where something is tight.")
    var failOn = Failure.pending

    func validate() throws {
        guard !input.files.isEmpty || plan != nil else {
            throw ValidationError("name a cluster or manifests with -f, a plan with --plan, or both")
        }
    }

    func run() throws {
        let report = try input.report(try input.cluster(), plan: plan)
        Console.progress("")
        switch output {
        case .table: Console.show(report.text(Console.style))
        case .json: Console.show(try report.json() + "\n")
        case .yaml: Console.show(try report.yaml())
        case .markdown: Console.show(report.markdown)
        case .html: Console.show(report.html)
        }
        if report.verdict == .pending || (failOn == .warning && report.verdict == .warning) { throw ExitCode(3) }
    }
}

/// The cluster and the events of a plan.
struct PlanInput: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp(
            "A file, a directory, or - for standard input; again for more.", valueName: "file|dir|-"),
        completion: .file())
    var files: [String] = []

    @Option(
        name: .customLong("event"),
        help: ArgumentHelp("What happens, such as rolling-update=all; again for more.", valueName: "event"))
    var events: [String] = []

    /// What the files say.
    func cluster() throws -> ClusterInput {
        Console.progress("reading \(files.joined(separator: ", "))")
        do throws(InputProblems) { return try ClusterInput.read(files) } catch { throw Console.badInput("\(error)") }
    }

    /// The report of the cluster with a plan file, or without any, and with the events.
    func report(_ cluster: ClusterInput, plan path: String?) throws -> Report {
        var plan = try path.map(Plan.named) ?? Plan()
        for text in events {
            guard let event = PlanEvent(text) else {
                throw Console.badInput(
                    "--event: '\(text)' is no event; the forms are \(PlanEvent.forms.joined(separator: ", "))")
            }
            plan.events.append(event)
        }
        return try Console.planned { [plan] () throws(PlanProblem) in
            try Report(
                of: cluster, with: plan, title: (files + [path].compactMap(\.self)).joined(separator: ", "),
                progress: Console.progress)
        }
    }
}
