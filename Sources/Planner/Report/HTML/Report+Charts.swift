import Presentation

extension Report {
    /// What the node groups can hold and what is wanted of them at a moment.
    func capacityChart(_ moment: Moment) -> BarChart {
        BarChart(
            ChartHeading(
                id: "capacity", title: "Pod capacity per node group",
                description: "\(moment.title): \(moment.sentence). The line is the capacity."),
            noun: "pod", scale: .shared,
            rows: moment.nodeGroups.map { group in
                BarChart.Row(
                    label: group.name, note: group.machines,
                    parts: [
                        .init("running", .blue, count: group.running), .init("pending", .red, count: group.pending),
                        .init("room", .track, count: max(group.capacity - group.wanted, 0)),
                    ],
                    mark: (group.capacity, "capacity"),
                    value: group.pending > 0
                        ? "\(group.pending.grouped) pending" : "\(group.wanted.grouped) of \(group.capacity.grouped)")
            } + (moment.withoutNode > 0 ? [noNodeRow(moment)] : []))
    }

    private func noNodeRow(_ moment: Moment) -> BarChart.Row {
        BarChart.Row(
            label: "(no node)", note: "the scheduler finds none",
            parts: [.init("pending", .red, count: moment.withoutNode)],
            value: "\(moment.withoutNode.grouped) pending")
    }

    static let subnetTitle = "Subnet fill over the event"

    /// How full each subnet is, at each moment.
    var subnetChart: BarChart {
        BarChart(
            ChartHeading(
                id: "subnets", title: Report.subnetTitle,
                description: "Used, cooling, warm and free addresses of each subnet, at each moment."),
            noun: "address", scale: .percent,
            rows: subnetIDs.flatMap { id in
                moments(of: id).map { moment, subnet in
                    BarChart.Row(
                        label: subnet.id, note: moments.count > 1 ? moment.title : subnet.zone,
                        parts: [
                            .init("used", .blue, count: subnet.used), .init("cooling", .violet, count: subnet.cooling),
                            .init("warm", .amber, count: subnet.warm), .init("free", .track, count: subnet.free),
                        ], value: "\(subnet.free.grouped) of \(subnet.size.grouped) free")
                }
            })
    }

    /// The subnets, in the order in which they come first.
    var subnetIDs: [String] {
        var seen: Set<String> = []
        return moments.flatMap { $0.subnets.map(\.id) }.filter { seen.insert($0).inserted }
    }

    /// A subnet at every moment that has it.
    func moments(of subnet: String) -> [(Moment, Subnet)] {
        moments.flatMap { moment in moment.subnets.filter { $0.id == subnet }.map { (moment, $0) } }
    }

    /// How many pods are pending for each cause at a moment.
    func causeChart(_ moment: Moment) -> BarChart {
        BarChart(
            ChartHeading(
                id: "causes", title: "Pending pods by cause", description: "\(moment.title): \(moment.sentence)."),
            noun: "pod", scale: .shared,
            rows: moment.causes.map { cause in
                BarChart.Row(
                    label: cause.code, parts: [.init("cause", .red, count: cause.count)], value: cause.count.of("pod"))
            })
    }
}
