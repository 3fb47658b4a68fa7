import Timekeeping

extension Workload {
    /// The patterns over which warm targets are compared, by name: sized so that an m5.xlarge (four ENIs of 14 pod
    /// addresses) is about a third full.
    public static let standard: [(name: String, workload: Workload)] = [
        ("steady", .steady(pods: 20, lifetime: .seconds(3600))),
        ("churn", .churn(perMinute: 6, lifetime: .seconds(180))),
        ("diurnal", .diurnal(perMinute: 0.5...12, period: .seconds(3600), lifetime: .seconds(120))),
        ("rolling update", .rollingUpdate(pods: 20, every: .seconds(1200))),
        ("burst", .burst(every: .seconds(300), meanSize: 8, maximum: 40, lifetime: .seconds(60))),
        ("node replacement", .nodeReplacement(pods: 20, every: .seconds(1800))),
    ]
}
