import Presentation

extension RunReport {
    private static let mostPoints = 240
    private static let mostSubnets = 8
    private static let causeShades: [Shade] = [.red, .amber, .violet, .teal, .pink, .brown]

    /// At most so many samples: of as many neighbours as that takes, the one with the most pending pods, so that no peak
    /// is lost, and the last one of all.
    static func thinned(_ samples: [Moment], to most: Int) -> [Moment] {
        guard samples.count > most, let last = samples.last else { return samples }
        let size = (samples.count + most - 2) / (most - 1)
        let starts = stride(from: 0, to: samples.count - 1, by: size)
        return starts.compactMap { start in
            samples[start..<min(start + size, samples.count - 1)].max { $0.pendingCount < $1.pendingCount }
        } + [last]
    }

    private var shown: [Moment] { RunReport.thinned(samples, to: RunReport.mostPoints) }

    /// Pending pods by cause, the causes of most pods first; those beyond the colours there are count as one.
    private func pendingSeries(_ shown: [Moment]) -> [AreaChart.Series] {
        let codes = causes.filter { code in shown.contains { $0.pending.count(of: code) > 0 } }
        let named = zip(codes, RunReport.causeShades).map { code, shade in
            AreaChart.Series(code, shade, shown.map { Double($0.pending.count(of: code)) })
        }
        let others = codes.dropFirst(RunReport.causeShades.count)
        guard !others.isEmpty else { return named }
        let sums = shown.map { sample in Double(others.reduce(0) { $0 + sample.pending.count(of: $1) }) }
        return named + [AreaChart.Series("other causes", .grey, sums)]
    }

    /// Running pods, and pending ones by cause on top of them.
    var podChart: AreaChart? {
        let shown = shown
        guard shown.count > 1 else { return nil }
        return AreaChart(
            ChartHeading(
                id: "pods", title: "Pods over time, running and pending by cause",
                description: """
                    \(pods.started.of("pod")) started; at the end \(pods.running.grouped) run and \
                    \(pods.pending.grouped) are pending; at the worst \(pods.mostPending.grouped) are pending.
                    """),
            unit: "pods", seconds: shown.map(\.at),
            series: [.init("running", .blue, shown.map { Double($0.running) })] + pendingSeries(shown))
    }

    /// Pending pods alone, which are few beside the running ones.
    var pendingChart: AreaChart? {
        let shown = shown
        guard shown.count > 1, pods.mostPending > 0 else { return nil }
        return AreaChart(
            ChartHeading(
                id: "pending", title: "Pending pods over time by cause",
                description: pods.mostPendingByCause.map { "\($0.count.grouped) \($0.code)" }.joined(separator: ", ")
                    + " at the worst."),
            unit: "pending pods", seconds: shown.map(\.at), series: pendingSeries(shown))
    }

    /// What share of the pods has an address after how long.
    var waitChart: CurveChart {
        let all = max(waits.distribution.reduce(0) { $0 + $1.pods }, 1)
        var sum = 0
        let points = waits.distribution.map { bucket in
            sum += bucket.pods
            return (seconds: bucket.upTo, share: Double(sum) / Double(all))
        }
        let ranks = [("p50", waits.p50), ("p90", waits.p90), ("p99", waits.p99), ("longest", waits.longest)]
        return CurveChart(
            ChartHeading(
                id: "waits", title: "Share of pods that have an address after a time",
                description: ranks.map { "\($0) \($1.asDuration)" }.joined(separator: ", ") + "."),
            points: points, marks: ranks.map { .init("\($0) \($1.asDuration)", seconds: $1) })
    }

    /// Calls a second since the sample before.
    var callChart: AreaChart? {
        let shown = shown
        guard shown.count > 1 else { return nil }
        func rates(_ count: (Moment) -> Int) -> [Double] {
            let rates = zip(shown, shown.dropFirst()).map { before, now in
                now.at > before.at ? Double(count(now) - count(before)) / (now.at - before.at) : 0
            }
            return [rates[0]] + rates
        }
        return AreaChart(
            ChartHeading(
                id: "calls", title: "Calls a second over time, answered and throttled",
                description: "\(callsMade.of("call")), \(callsThrottled.grouped) of them throttled."),
            unit: "calls a second", seconds: shown.map(\.at),
            series: [
                .init("answered", .blue, rates { $0.calls - $0.throttled }),
                .init("throttled", .red, rates(\.throttled)),
            ], text: { $0.fixed(1) })
    }

    /// Addresses that nodes hold and no pod uses.
    var strandedChart: AreaChart? {
        let shown = shown
        guard shown.count > 1 else { return nil }
        return AreaChart(
            ChartHeading(
                id: "stranded", title: "Stranded addresses over time",
                description:
                    "\(stranded.fixed(2)) a node on average; at most \((samples.map(\.stranded).max() ?? 0).grouped) in all."
            ),
            unit: "addresses of all nodes", seconds: shown.map(\.at),
            series: [.init("stranded", .amber, shown.map { Double($0.stranded) })])
    }

    /// How full each subnet is; more subnets than a reader takes in are left to the table.
    var subnetCharts: [AreaChart] {
        let shown = shown
        guard shown.count > 1 else { return [] }
        return subnets.prefix(RunReport.mostSubnets).enumerated().map { index, subnet in
            func values(_ count: (Fill) -> Int) -> [Double] { shown.map { Double(count($0.subnets[index])) } }
            return AreaChart(
                ChartHeading(
                    id: "subnet-\(index)", title: "\(subnet.id) over time",
                    description: "At the end \(subnet.free.grouped) of \(subnet.size.grouped) addresses are free."),
                unit: "\(subnet.id), \(subnet.cidr): \(subnet.size.grouped) addresses", seconds: shown.map(\.at),
                series: [
                    .init("pods", .blue, values(\.pods)),
                    .init("held without a pod, ENIs' own, others'", .amber, values { subnet.size - $0.free - $0.pods }),
                    .init("free", .track, values(\.free)),
                ], whole: Double(subnet.size))
        }
    }
}
