import ArgumentParser
import ControlProtocol

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The pool at a glance: readiness, addresses, obstacles.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        try options.show(.overview) { (overview: Overview) in
            pairs(
                [
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
                    ("mode", overview.mode.joined(separator: ", ")),
                    ("target", overview.target),
                    ("ENIs", "\(overview.enis) of \(overview.eniLimit)"),
                    ("addresses", overview.addresses.summary),
                    ("prefixes", overview.prefixes?.summary),
                    ("pods", "\(overview.pods), \(overview.waiting) waiting"),
                    ("repairs", "\(overview.repairs)"),
                    ("next pod", overview.obstacle.map { "\($0.sentence) [\($0.cause)]" } ?? "gets an address at once"),
                    ("growth", overview.growthObstacle.map { "\($0.sentence) [\($0.cause)]" }),
                ] + overview.notes.map { ("note", $0) })
        }
    }
}

extension Overview.Addresses {
    fileprivate var summary: String {
        "\(total)\(limit.map { " of \($0)" } ?? ""): \(assigned) in use, \(free) free, \(cooling) cooling, "
            + "\(incoming) on the way"
    }
}

extension Overview.Prefixes {
    fileprivate var summary: String {
        "\(total): \(free) free, \(partlyUsed) partly used, \(total - free - partlyUsed) full"
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
