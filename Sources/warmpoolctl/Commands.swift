import ArgumentParser
import ControlProtocol
import Timekeeping

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The pool at a glance: readiness, addresses, obstacles.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.show(.overview) { (overview: Overview) in
            let addresses = overview.addresses
            return pairs([
                ("daemon", "\(overview.version), pid \(overview.pid), up \(time(overview.uptimeSeconds))"),
                (
                    "node",
                    [overview.instanceID, overview.instanceType, overview.zone].compactMap(\.self).joined(
                        separator: ", ")
                ),
                (
                    "provider",
                    "\(overview.provider), read \(overview.lastReconcileSeconds.map { time($0) + " ago" } ?? "never")"
                ),
                ("calls", overview.calls.summary),
                ("ready", overview.isReady ? "yes" : "no"),
                ("target", overview.target),
                ("ENIs", "\(overview.enis) of \(overview.eniLimit)"),
                (
                    "addresses",
                    "\(addresses.total) of \(addresses.limit): \(addresses.assigned) in use, \(addresses.free) free, "
                        + "\(addresses.cooling) cooling, \(addresses.incoming) on the way"
                ),
                ("pods", "\(overview.pods), \(overview.waiting) waiting"),
                ("repairs", "\(overview.repairs)"),
                ("next pod", overview.obstacle.map { "\($0.sentence) [\($0.cause)]" } ?? "gets an address at once"),
                ("growth", overview.growthObstacle.map { "\($0.sentence) [\($0.cause)]" }),
            ])
        }
    }
}

extension Overview.Calls {
    /// What is out of the ordinary; `nil` where nothing is.
    fileprivate var summary: String? {
        var parts: [String] = []
        if breaker == "open" {
            parts.append("suspended for \(time(breakerOpenSeconds ?? 0)), because the provider keeps failing")
        } else if breaker == "half-open" {
            parts.append("one is trying whether the provider works again")
        }
        parts += slowed.map { slowed in
            let pause = slowed.closedSeconds.map { ", none for \(time($0))" } ?? ""
            return "\(slowed.call) slowed by throttling to \(rate(slowed.perSecond)) a second\(pause)"
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// With at most two decimals.
    private func rate(_ perSecond: Double) -> String {
        let hundredths = Int((perSecond * 100).rounded())
        return hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
    }
}

struct ENIs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enis", abstract: "The node's ENIs and their addresses.")

    @OptionGroup var options: CommonOptions

    @Flag(name: .shortAndLong, help: "Every address with its state.")
    var addresses = false

    func run() throws {
        try options.show(.interfaces) { (rows: [InterfaceRow]) in
            addresses ? addressTable(rows) : interfaceTable(rows)
        }
    }

    private func interfaceTable(_ rows: [InterfaceRow]) -> String {
        table(
            ["ENI", "DEVICE", "STATE", "PRIMARY ADDRESS", "SUBNET", "MAC", "TABLE", "IN USE", "FREE", "COOLING"],
            rows.map { row in
                func count(_ states: String...) -> String { "\(row.addresses.count { states.contains($0.state) })" }
                return [
                    row.id, row.deviceIndex.map { "\($0)\(row.isPrimary ? " (primary)" : "")" } ?? "-", row.phase,
                    "\(row.primaryAddress)", row.subnet, "\(row.mac)", row.routingTable.map { "\($0)" } ?? "-",
                    count("assigned", "orphaned"), count("free"), count("cooling"),
                ]
            }, empty: "no ENI yet: the provider has not answered")
    }

    private func addressTable(_ rows: [InterfaceRow]) -> String {
        table(
            ["ADDRESS", "ENI", "STATE", "ATTACHMENT"],
            rows.flatMap { row in
                row.addresses.map { address in
                    let left = address.coolingSeconds.map { ", \(time($0)) left" } ?? ""
                    return ["\(address.address)", row.id, address.state + left, address.attachment ?? "-"]
                }
            }, empty: "no address yet: the provider has not answered")
    }
}

struct Pods: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The pods that hold an address.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.show(.pods) { (rows: [PodRow]) in
            table(
                ["NAMESPACE", "POD", "ADDRESS", "ENI", "CONTAINER", "INTERFACE", "HOST INTERFACE", "AGE"],
                rows.map { row in
                    [
                        row.namespace.isEmpty ? "-" : row.namespace, row.name.isEmpty ? "-" : row.name,
                        "\(row.address)", row.eni, String(row.containerID.prefix(13)), row.ifname, row.hostInterface,
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

struct MaxPods: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "max-pods", abstract: "How many pods the node can hold, and the number for kubelet.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.show(.maxPods) { (report: MaxPodsReport) in
            pairs([
                ("instance type", report.instanceType),
                ("ENIs", "\(report.enis), \(report.eniLimit) of them for pods"),
                ("addresses per ENI", "\(report.ipv4PerENI), its primary one included"),
                ("pod addresses", "\(report.podAddresses)"),
                (
                    "kubelet --max-pods",
                    "\(report.kubeletMaxPods) "
                        + (report.isConfigured ? "(maxPods of the configuration)" : "(with two host-network pods)")
                ),
            ])
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
private func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
}

/// Seconds as people read them.
private func time(_ seconds: Double) -> String {
    Duration.seconds(seconds).rounded
}
