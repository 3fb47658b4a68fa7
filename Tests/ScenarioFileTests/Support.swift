import ScenarioFile
import Settings

/// A file with the least that a scenario has, and further lines.
func scenarioText(_ more: String = "", group: String = "") -> String {
    """
    about: A test.
    duration: 10m
    groups: [{ name: general, instanceType: m5.large\(group.isEmpty ? "" : ", " + group) }]
    \(more)
    """
}

func scenario(
    _ text: String, form: ScenarioFile.Form = .full, _ overrides: [SettingsOverride] = []
) throws -> ScenarioFile {
    try ScenarioFile.parse(text, file: "s.yaml", form: form, overrides: overrides)
}

/// Everything that is wrong with a file.
func problems(_ text: String, _ overrides: [SettingsOverride] = []) -> [String] {
    do throws(SettingsProblems) {
        _ = try ScenarioFile.parse(text, file: "s.yaml", overrides: overrides)
        return []
    } catch {
        return error.problems
    }
}
