import JSON
import ModelVPC
import Presentation
import VirtualSimulator

/// A scenario as planner, virtual mode and, where it was run so, live mode count it at its end.
public struct ScenarioComparison: Hashable, Sendable {
    /// The figures.
    public let sideBySide: SideBySide
    /// Why the planner has none; `nil` where it has.
    public let notPlanned: NotPlannable?

    /// Plans the scenario, and runs it in virtual time.
    ///
    /// - Parameter live: what live mode counted; `nil` where it was not run.
    /// - Throws: `Violation`, and `ModelVPC.Failure` for a subnet that no VPC can have.
    public init(of scenario: Scenario, live: ClusterCount? = nil) throws {
        var counts: [(SideBySide.Source, ClusterCount)] = []
        do throws(NotPlannable) {
            counts.append((.planner, try ClusterCount(planning: scenario)))
            notPlanned = nil
        } catch {
            notPlanned = error
        }
        counts.append((.virtual, ClusterCount(try Simulation(scenario).run().end, of: scenario)))
        if let live { counts.append((.live, live)) }
        sideBySide = SideBySide(counts)
    }

    /// The figures in columns, and the verdict.
    public func text(_ style: TextStyle) -> String {
        let note = notPlanned.map { "\n! the planner has no answer: \($0)" } ?? ""
        let mark = sideBySide.agrees ? style.paint("✓", .good) : style.paint("✗", .bad)
        return "\(sideBySide.text(style))\n\(mark) \(sideBySide.verdict)\(note)"
    }

    /// Those of ``SideBySide/json``, and `notPlanned`, one sentence or `null`.
    public var json: JSONObject {
        var json = sideBySide.json
        json["notPlanned"] = notPlanned.map { .string($0.description) } ?? .null
        return json
    }
}
