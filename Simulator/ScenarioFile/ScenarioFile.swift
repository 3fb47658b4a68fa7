import Settings
import Timekeeping
import VirtualSimulator

/// A scenario as a file has it: what is simulated, what that shows, and what is expected of it.
///
/// ```swift
/// let file = try ScenarioFile.load(path: "Simulator/Scenarios/exhausted-subnet.yaml", form: .short)
/// let report = try Simulation(file.scenario).run()
/// let verdict = Verdict(file.expectations, report, of: file.scenario)
/// ```
///
/// `Simulator/Scenarios/README.md` explains every key.
///
/// | file | what |
/// | --- | --- |
/// | `ScenarioFile+Settings` | the file's keys, and the checks across them |
/// | `NodeGroup`, `Workload+Settings`, `Incident+Settings` | who is there, what comes, what goes wrong |
/// | `PlanTrace` | plans as CSV files |
/// | `Bound`, `Expectations`, `Verdict` | what is expected, and whether it came so |
public struct ScenarioFile: Hashable, Sendable {
    /// Which of the two sizes that a file describes.
    public enum Form: Hashable, Sendable {
        case full
        /// With the overrides of the key `short`, in seconds where the full one takes minutes.
        case short
    }

    /// The file's name without its folder and `.yaml`.
    public var name: String
    /// What the scenario shows, in a sentence or a few.
    public var about: String
    /// The nodes, in the order of the scenario's groups.
    public var groups: [NodeGroup]
    /// What is simulated.
    public var scenario: Scenario
    /// What is to come of it.
    public var expectations: Expectations

    /// Reads a scenario file.
    ///
    /// - Parameter overrides: values that take the place of the file's, after those of its short form.
    /// - Throws: `SettingsProblems` with everything that is wrong.
    public static func load(
        path: String, form: Form = .full, overrides: [SettingsOverride] = []
    ) throws(SettingsProblems) -> ScenarioFile {
        let text = try SettingsReader.text(
            ofFile: path, hint: "name a scenario file, or one that `warmpool-sim scenarios` lists")
        return try parse(text, file: path, form: form, overrides: overrides)
    }

    /// Reads the text of a scenario file.
    ///
    /// - Parameter file: its path, for the reports, for its name, and for traces that it names.
    /// - Throws: `SettingsProblems` with everything that is wrong, in either form of the file.
    public static func parse(
        _ text: String, file: String, form: Form = .full, overrides: [SettingsOverride] = []
    ) throws(SettingsProblems) -> ScenarioFile {
        // The other form is read for its problems alone: a large plan takes a while to make.
        var short: [SettingsOverride] = []
        var problems: [String] = []
        var full: ScenarioFile?
        do throws(SettingsProblems) {
            full = try SettingsReader.read(text, file: file, overrides: form == .full ? overrides : []) { reader, _ in
                short = reader.overrides("short")
                return ScenarioFile(reader, file: file, withPlan: form == .full)
            }
        } catch {
            problems = error.problems
        }
        if form == .full, short.isEmpty, problems.isEmpty, let full { return full }
        do throws(SettingsProblems) {
            let shortened = try SettingsReader.read(
                text, file: file, overrides: short + (form == .short ? overrides : [])
            ) { reader, _ in
                _ = reader.overrides("short")
                return ScenarioFile(reader, file: file, withPlan: form == .short)
            }
            if problems.isEmpty, let full { return form == .full ? full : shortened }
        } catch {
            problems += error.problems.filter { !problems.contains($0) }
        }
        throw SettingsProblems(problems)
    }
}
