import JSON
import Timekeeping
import VirtualSimulator

extension LiveReport {
    /// `pings` (`possible`, `sent`, `acrossNodes`), `waitSeconds` (`p50`, `p99`, `max`) of the pods that got an address,
    /// `refusals` by cause, and `kills`.
    public var json: JSONObject {
        func wait(_ share: Double) -> JSONValue { .number(self.wait(share).inSeconds) }
        return [
            "pings": [
                "possible": .integer(Int64(pings.possible)), "sent": .integer(Int64(pings.sent)),
                "acrossNodes": .integer(Int64(pings.acrossNodes)),
            ],
            "waitSeconds": ["p50": wait(0.5), "p99": wait(0.99), "max": wait(1)],
            "refusals": .object(
                JSONObject(refusals.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) })),
            "kills": .integer(Int64(kills)),
        ]
    }

    /// The wait that a share of the pods did not exceed; zero where none got an address.
    public func wait(_ share: Double) -> Duration {
        waits.quantile(share)
    }
}
