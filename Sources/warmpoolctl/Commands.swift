import ArgumentParser
import ControlProtocol
import Timekeeping

struct Pods: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The pods that hold an address.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.show(.pods) { (rows: [PodRow]) in
            table(
                ["NAMESPACE", "POD", "ADDRESSES", "ENI", "CONTAINER", "INTERFACE", "HOST INTERFACE", "AGE"],
                rows.map { row in
                    [
                        row.namespace.isEmpty ? "-" : row.namespace, row.name.isEmpty ? "-" : row.name,
                        "\(row.addresses)", row.eni, String(row.containerID.prefix(13)), row.ifname, row.hostInterface,
                        time(row.ageSeconds),
                    ]
                }, empty: "no pod holds an address")
        }
    }
}

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Why a pod has, or waits for, an address; without a pod, what the next one would get.",
        discussion: """
            EXAMPLES
              warmpoolctl explain
              warmpoolctl explain shop/web-0
              warmpoolctl explain 10.0.3.17
              warmpoolctl explain 4f9c6a7e
            """)

    @OptionGroup var options: CommonOptions

    @Argument(help: "A pod's name, namespace/name, address or container id (its beginning is enough).")
    var pod: String?

    func run() throws {
        try options.show(.explain(ExplainCommand(subject: pod))) { (explanations: [Explanation]) in
            explanations.map { explanation in
                let cause = explanation.cause.map { " [\($0)]" } ?? ""
                return "\(explanation.subject): \(explanation.sentence)\(cause)"
            }
            .joined(separator: "\n")
        }
    }
}

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares kernel, store and provider; exits with 3 where they differ.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        let report = try options.show(.verify, within: .seconds(60)) { (report: VerifyReport) in
            let checked = [
                count(report.enis, "ENI", "ENIs"), count(report.addresses, "address", "addresses"),
                count(report.pods, "pod", "pods"),
            ].joined(separator: ", ")
            guard !report.differences.isEmpty else { return "kernel, store and provider agree: \(checked)" }
            let summary = "\(count(report.differences.count, "difference", "differences")) in \(checked)"
            return (report.differences + [summary]).joined(separator: "\n")
        }
        if !report.differences.isEmpty { throw ExitCode(3) }
    }
}

struct CollectGarbage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Reconciles with provider and kernel now, and reports what was repaired.",
        discussion: "Releases the addresses of pods whose interface is gone, as the daemon does by itself at intervals."
    )

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.show(.reconcile, within: .seconds(60)) { (report: ReconcileReport) in
            report.repairs.isEmpty ? "nothing to repair" : report.repairs.joined(separator: "\n")
        }
    }
}

/// A number of things.
func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
}

/// Seconds as people read them.
func time(_ seconds: Double) -> String {
    Duration.seconds(seconds).rounded
}
