import ScenarioFile
import Settings
import Testing
import Timekeeping

/// Values that take the place of a file's: those of its short form, and those of the command line.
@Suite struct OverrideTests {
    private static let text = """
        about: A test.
        duration: 10m
        pool: { cooldown: 5s }
        groups:
          - { name: a, instanceType: m5.large, count: 3 }
          - { name: b, instanceType: m5.large, count: 4 }
        short:
          duration: 2m
          groups.a.count: 1
        """

    private func file(_ form: ScenarioFile.Form = .full, _ changes: (String, String)...) throws -> ScenarioFile {
        try scenario(Self.text, form: form, changes.map { try SettingsOverride($0.0, $0.1, from: "--set") })
    }

    @Test func theShortFormChangesWhatItNamesAndNothingElse() throws {
        let (full, short) = (try file(), try file(.short))
        #expect(full.scenario.duration == .seconds(600) && full.groups.map(\.count) == [3, 4])
        #expect(short.scenario.duration == .seconds(120) && short.groups.map(\.count) == [1, 4])
        #expect(short.scenario.groups == full.scenario.groups)
    }

    @Test func theCommandLineWinsOverBothForms() throws {
        for form in [ScenarioFile.Form.full, .short] {
            #expect(try file(form, ("duration", "7m")).scenario.duration == .seconds(420))
        }
    }

    @Test func itemsOfListsAreCalledByNameOrIndexOrAllTogether() throws {
        #expect(try file(.full, ("groups.b.count", "9")).groups.map(\.count) == [3, 9])
        #expect(try file(.full, ("groups.1.count", "9")).groups.map(\.count) == [3, 9])
        #expect(try file(.full, ("groups.*.count", "9")).groups.map(\.count) == [9, 9])
        #expect(try file(.full, ("groups.*.count", "9"), ("groups.a.count", "8")).groups.map(\.count) == [8, 9])
    }

    @Test func sectionsThatAreNotThereAreAdded() throws {
        let file = try file(
            .full, ("pool.warmIPTarget", "2"), ("groups.a.pool.maxENI", "2"), ("expect.waits.p99", "at most 5s"),
            ("workloads", "[{ kind: fill, pods: 2 }]"), ("workloads.fill.at", "3s"))
        #expect(file.groups.map(\.pool.target) == Array(repeating: .addresses(warm: 2, minimum: 0), count: 2))
        #expect(file.groups.map(\.pool.maxENI) == [2, nil])
        #expect(file.groups.map(\.pool.cooldown) == [.seconds(5), .seconds(5)])
        #expect(file.expectations.waits[.p99] == Bound("at most 5s"))
        #expect(file.groups[0].workloads == [.fill(pods: 2, at: .seconds(3), over: .seconds(2), lifetime: nil)])
    }

    @Test(arguments: [
        ("duration", "3", "--set: duration: '3' is not a duration with its unit"),
        ("pool.warmIPTargets", "3", "--set: unknown key pool.warmIPTargets; did you mean warmIPTarget?"),
        ("groups.c.count", "3", "--set: there is no groups.c.count to be set"),
        ("duration.most", "3", "--set: there is no duration.most to be set"),
        ("pool", "3", "--set: pool must be a mapping of keys to values"),
    ])
    func whatCannotBeSetIsNamedWithWhereItComesFrom(_ key: String, _ value: String, _ problem: String) throws {
        let seen = problems(Self.text, [try SettingsOverride(key, value, from: "--set")])
        #expect(seen.contains { $0.hasPrefix(problem) }, "\(seen)")
    }

    @Test func aValueMustBeYAMLAndAKeyHaveNames() {
        #expect(throws: SettingsProblems.self) { try SettingsOverride("a", "[1, ", from: "--set") }
        #expect(throws: SettingsProblems.self) { try SettingsOverride("a..b", "1", from: "--set") }
    }

    @Test func theOtherFormIsCheckedToo() {
        let text = scenarioText("short: { duration: soon, groups.b.count: 1 }")
        #expect(
            problems(text) == [
                "s.yaml:4: duration: 'soon' is not a duration with its unit, such as 500ms or 30s, from 1s to 744h",
                "s.yaml:4: there is no groups.b.count to be set",
            ])
    }
}
