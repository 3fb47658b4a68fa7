import ArgumentParser
import Planner
import Presentation
import Settings

struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Predicts which pods of a cluster will be pending, why, and what helps.",
        discussion: """
            Reads what kubectl, Helm and kustomize write, and plan files (warmpool-plan init writes one). Where an object \
            comes again, the last counts. A plan without a cluster is planned from nothing.

            EXAMPLES
              kubectl get nodes,pods,deploy,sts,ds,rs,jobs,cronjobs,hpa -A -o json \\
                > now.json
              warmpool-plan cluster -f now.json
              warmpool-plan cluster -f now.json --event rolling-update=all \\
                --event lose-zone=eu-west-1b
              helm template shop | warmpool-plan cluster -f now.json -f - --plan plan.yaml
              warmpool-plan cluster -f now.json --plan plan.yaml -o html > report.html

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

    @OptionGroup var files: ClusterFiles

    @Option(name: .long, help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String?

    @OptionGroup var events: EventOptions

    @Option(
        name: .shortAndLong, help: "table for people, json and yaml for programs, markdown for pull requests, html.")
    var output = Form.table

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Look for what helps. Every remedy is planned anew, so that thousands of nodes take some minutes.",
            discussion: "By default done for up to \(Report.quickNodes) nodes."))
    var remedies: Bool?

    @Option(help: "Exits with 3 where pods are pending, or already where something is tight.")
    var failOn = Failure.pending

    func validate() throws {
        guard !files.names.isEmpty || plan != nil else {
            throw ValidationError("name a cluster or manifests with -f, a plan with --plan, or both")
        }
    }

    func run() throws {
        let report = try Report.planned(
            files.read(), events.plan(plan), files: files.names + [plan].compactMap(\.self), seeksRemedies: remedies)
        switch output {
        case .table: try Console.show(report.text(Terminal.style))
        case .json: try Console.show(report.json() + "\n")
        case .yaml: try Console.show(report.yaml())
        case .markdown: try Console.show(report.markdown)
        case .html: try Console.show(report.html)
        }
        if report.verdict == .pending || (failOn == .warning && report.verdict == .warning) { throw ExitCode(3) }
    }
}

/// The files of a cluster.
struct ClusterFiles: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp(
            "A file, a directory, or - for standard input; again for more.", valueName: "file|dir|-"),
        completion: .file())
    var names: [String] = []

    /// What the files say.
    func read() throws -> ClusterInput {
        if !names.isEmpty { Terminal.progress("reading \(names.joined(separator: ", "))") }
        do throws(InputProblems) { return try ClusterInput.read(names) } catch { throw Console.badInput("\(error)") }
    }
}

/// The events that come after those of a plan.
struct EventOptions: ParsableArguments {
    @Option(
        name: .customLong("event"),
        help: ArgumentHelp("What happens, such as rolling-update=all; again for more.", valueName: "event"))
    var events: [String] = []

    /// A plan file's plan, or one of nothing, with the events.
    func plan(_ path: String?) throws -> Plan {
        var plan = Plan()
        if let path {
            do throws(SettingsProblems) { plan = try Plan.load(path: path) } catch {
                throw Console.badInput("\(error)")
            }
        }
        for text in events {
            guard let event = PlanEvent(text) else {
                throw Console.badInput(
                    "--event: '\(text)' is no event; the forms are \(PlanEvent.forms.joined(separator: ", "))")
            }
            plan.events.append(event)
        }
        return plan
    }
}

extension Report {
    /// The report of files.
    ///
    /// - Throws: the exit code, after it was told why the plan is impossible.
    static func planned(
        _ input: ClusterInput, _ plan: Plan, files: [String], seeksRemedies: Bool? = nil
    ) throws -> Report {
        defer { Terminal.progress("") }
        do throws(PlanProblem) {
            return try Report(
                of: input, with: plan, title: files.joined(separator: ", "), seeksRemedies: seeksRemedies,
                progress: Terminal.progress)
        } catch { throw Console.badInput("\(error)") }
    }
}
