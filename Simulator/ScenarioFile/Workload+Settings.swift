import Settings
import Timekeeping
import VirtualSimulator

/// The patterns by the names that files have for them.
enum WorkloadKind: String, CaseIterable {
    case steady, churn, diurnal, rollingUpdate, burst, nodeReplacement, fill, crashLoop
}

extension Workload {
    /// Reads a workload, and asks for every key of its mapping. Rates and sizes are per node; those that are left out are as
    /// in ``standard``.
    ///
    /// - Parameter mostPods: how many pods kubelet starts on a node of the group.
    /// - Returns: `nil` where something is wrong that makes it no workload; the reader reports it.
    init?(_ reader: SettingsReader, mostPods: Int) {
        reader.require(
            "kind", "what the workload is like: \(WorkloadKind.allCases.map(\.rawValue).joined(separator: ", "))")
        // Which keys there can be, the kind says.
        guard let kind = reader.choice("kind", of: WorkloadKind.self) else { return nil }
        defer { reader.finish() }
        let times = Duration.milliseconds(1) ... .seconds(31 * 86_400)
        func time(_ key: String, _ usual: Int) -> Duration { reader.duration(key, in: times) ?? .seconds(usual) }
        func pods(usual: Int) -> Int { reader.integer("pods", in: 1...100_000) ?? usual }
        switch kind {
        case .steady: self = .steady(pods: pods(usual: 20), lifetime: time("lifetime", 3600))
        case .churn:
            let rate = reader.number("perMinute", in: 0.001...100_000) ?? 6
            self = .churn(perMinute: rate, lifetime: time("lifetime", 180))
        case .diurnal:
            let least = reader.number("leastPerMinute", in: 0...100_000) ?? 0.5
            let most = reader.number("mostPerMinute", in: 0.001...100_000) ?? 12
            if least > most { reader.refuse("leastPerMinute", "\(least) is more than mostPerMinute, which is \(most)") }
            self = .diurnal(
                perMinute: min(least, most)...most, period: time("period", 3600), lifetime: time("lifetime", 120))
        case .rollingUpdate:
            self = .rollingUpdate(
                pods: pods(usual: 20), every: time("every", 1200), surge: reader.bool("surge") ?? true)
        case .burst:
            self = .burst(
                every: time("every", 300), meanSize: reader.number("meanSize", in: 1...10_000) ?? 8,
                maximum: reader.integer("maximum", in: 1...100_000) ?? 40, lifetime: time("lifetime", 60))
        case .nodeReplacement: self = .nodeReplacement(pods: pods(usual: 20), every: time("every", 1800))
        case .fill:
            self = .fill(
                pods: pods(usual: mostPods), at: reader.duration("at", in: .zero...times.upperBound) ?? .seconds(20),
                over: reader.duration("over", in: .zero...times.upperBound) ?? .seconds(2),
                lifetime: reader.duration("lifetime", in: times))
        case .crashLoop:
            let (pause, longest) = (time("pause", 10), time("longestPause", 300))
            if longest < pause { reader.refuse("longestPause", "\(longest.text) is less than pause") }
            self = .crashLoop(pods: pods(usual: 20), lifetime: time("lifetime", 5), pause: pause, longestPause: longest)
        }
    }

    /// How many pods a node has at a time, where that is fixed.
    var podsPerNode: Int? {
        switch self {
        case .steady(let pods, _), .rollingUpdate(let pods, _, _), .nodeReplacement(let pods, _),
            .fill(let pods, _, _, _), .crashLoop(let pods, _, _, _):
            pods
        case .churn, .diurnal, .burst: nil
        }
    }

    /// Whether pods go from one node to another, so that all nodes share their times.
    var movesPods: Bool {
        switch self {
        case .rollingUpdate, .nodeReplacement: true
        case .steady, .churn, .diurnal, .burst, .fill, .crashLoop: false
        }
    }

    /// Whether the workload says which nodes there are.
    var makesNodes: Bool {
        if case .nodeReplacement = self { true } else { false }
    }
}
