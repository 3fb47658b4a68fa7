import JSON
import Presentation

extension RunReport {
    /// The report as JSON, indented, without a final newline.
    ///
    /// - Throws: what encoding throws; a report has nothing that JSON cannot carry.
    public func json() throws -> String {
        try JSONCoding.encode(self).text(.indented)
    }

    /// The ``samples`` as CSV: a line of names, then one for each moment.
    ///
    /// | column | what |
    /// | --- | --- |
    /// | `seconds` | since the beginning |
    /// | `nodes` | that are up |
    /// | `running` | pods that have an address |
    /// | `pending` | pods that wait for one |
    /// | `calls`, `throttled` | calls until now, and those of them that were throttled |
    /// | `stranded` | addresses that nodes hold and no pod uses |
    /// | `pending:CAUSE` | pods that wait, by the code of the cause for which they were refused last; one column for each cause |
    /// | `pods:SUBNET`, `free:SUBNET`, `freePrefixes:SUBNET` | addresses of pods, free addresses, free /28; for each subnet |
    public var csv: String {
        let codes = Set(samples.flatMap { $0.pending.map(\.code) }).sorted()
        let names =
            ["seconds", "nodes", "running", "pending", "calls", "throttled", "stranded"] + codes.map { "pending:\($0)" }
            + subnets.flatMap { ["pods:\($0.id)", "free:\($0.id)", "freePrefixes:\($0.id)"] }
        let rows = samples.map { sample in
            let counts =
                [sample.nodes, sample.running, sample.pendingCount, sample.calls, sample.throttled, sample.stranded]
                + codes.map { sample.pending.count(of: $0) }
                + sample.subnets.flatMap { [$0.pods, $0.free, $0.freePrefixes] }
            return ["\(sample.at)"] + counts.map(String.init)
        }
        return CSV.text([names] + rows)
    }
}
