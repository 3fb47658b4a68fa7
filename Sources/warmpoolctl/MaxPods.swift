import ArgumentParser
import ControlProtocol

struct MaxPods: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "max-pods", abstract: "How many pods the node can hold, and the number for kubelet.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.show(.maxPods) { (report: MaxPodsReport) in
            let reserved = report.reservedENIs == 0 ? "" : ", \(report.reservedENIs) left to others"
            return pairs([
                ("instance type", report.instanceType),
                ("mode", report.mode.joined(separator: ", ")),
                ("ENIs", "\(report.enis), \(report.eniLimit) of them for pods\(reserved)"),
                ("addresses per ENI", report.podAddressesPerENI.map { "\($0) for pods" } ?? "as many as are wanted"),
                ("pod addresses", report.podAddresses.map { "\($0)" } ?? "as many as are wanted"),
                ("recommended", report.recommendedCap.map { "at most \($0) pods, for the instance's vCPUs" }),
                ("kubelet --max-pods", "\(report.kubeletMaxPods) (\(report.reason))"),
            ])
        }
    }
}

extension MaxPodsReport {
    /// Where the number for kubelet comes from.
    fileprivate var reason: String {
        if isConfigured { return "maxPods of the configuration" }
        return kubeletMaxPods == recommendedCap ? "what is recommended" : "with two host-network pods"
    }
}
