import Settings
import Testing
import VirtualSimulator

@testable import Sweep

/// What a grid means.
@Suite struct GridTests {
    @Test(arguments: [(1, 0, 1, 1), (2, 3, 4, 5), (3, 0, 2, 2), (1, 2, 1, 3)])
    func everyCombinationIsOneCell(_ workloads: Int, _ types: Int, _ pools: Int, _ seeds: Int) {
        let grid = Plans.grid(workloads, types, pools, seeds)
        #expect(grid.count == workloads * max(types, 1) * pools * seeds)
        let names = (0..<grid.count).map { grid.name(of: grid[$0]) }
        #expect(Set(names).count == grid.count)
        #expect((0..<grid.count).allSatisfy { grid[$0].index == $0 })
    }

    @Test func severalValuesMakeSeveralSettings() throws {
        let names = try PoolSetting.parse("warmIPTarget=1,2,minimumIPTarget=10,20", from: "test").map(\.name)
        #expect(
            names == [
                "warmIPTarget=1,minimumIPTarget=10", "warmIPTarget=1,minimumIPTarget=20",
                "warmIPTarget=2,minimumIPTarget=10", "warmIPTarget=2,minimumIPTarget=20",
            ])
    }

    @Test(arguments: [
        ("warmENITarget=1", PoolMode.enis), ("warmIPTarget=5", .addresses), ("prefixDelegation=true", .prefixes),
        ("prefixDelegation=true,warmIPTarget=5", .prefixes), ("warmTarget=adaptive", .adaptive),
        ("warmTarget=adaptive,prefixDelegation=true", .adaptivePrefixes),
    ])
    func aSettingHasAMode(_ text: String, _ mode: PoolMode) throws {
        #expect(try PoolSetting.parse(text, from: "test").map(\.mode) == [mode])
    }

    @Test(arguments: ["warmIpTarget=5", "warmIPTarget=-1", "5", "warmTarget=adaptive,targetWait=1s"])
    func aWrongSettingIsNamedWithItsPlace(_ text: String) {
        let error = #expect(throws: SettingsProblems.self) { try PoolSetting.parse(text, from: "--pool") }
        #expect(error?.problems.first?.hasPrefix("--pool: ") == true)
    }

    /// A scenario with another target, in the file and in a group, keeps nothing of it.
    @Test func theTargetIsTheSettingsAlone() throws {
        let file = TemporaryFile()
        try file.write(
            """
            about: A scenario with targets of its own.
            pool: { warmIPTarget: 7, cooldown: 11s }
            groups: [{ name: a, instanceType: m5.large, pool: { prefixDelegation: true } }, { name: b, instanceType: m5.large }]
            workloads: [{ kind: steady, pods: 1 }]
            duration: 1m
            """)
        let plan = try SweepPlan(
            workloads: [], scenarios: [file.path], pools: try PoolSetting.parse("warmENITarget=2", from: "test"),
            seeds: [4])
        let scenario = try plan.scenario(of: plan.grid[0])
        #expect(scenario.seed == 4 && scenario.groups.count == 2)
        for group in scenario.groups {
            #expect(
                group.pool.target == .enis(2) && !group.pool.prefixDelegation && group.pool.cooldown == .seconds(11))
        }
    }

    @Test func everyAxisReachesTheScenario() throws {
        let plan = try SweepPlan(
            workloads: ["steady"], instanceTypes: ["m5.large", "t3.small"],
            pools: try PoolSetting.parse("warmIPTarget=3", from: "test"), seeds: [9], nodes: 3, duration: "7m")
        let scenario = try plan.scenario(of: plan.grid[1])
        #expect(
            scenario.groups[0].instanceType.name == "t3.small"
                && scenario.groups[0].pool.target == .addresses(warm: 3, minimum: 0))
        #expect(scenario.plan.nodes.count == 3 && scenario.duration == .seconds(420) && scenario.seed == 9)
    }

    @Test func aFileIsAGrid() throws {
        let axes = try SweepPlan.Axes.parse(
            """
            workloads: [burst]
            scenarios: [scenarios/a.yaml, /b.yaml]
            instanceTypes: [m5.large]
            pools:
              - { warmIPTarget: [1, 2], minimumIPTarget: 10 }
              - { warmTarget: adaptive, targetWait: 1s at p99 }
            seeds: [3, 4]
            nodes: 5
            duration: 10m
            short: true
            """, file: "grids/mine.yaml")
        #expect(axes.scenarios == ["grids/scenarios/a.yaml", "/b.yaml"] && axes.workloads == ["burst"])
        #expect(axes.pools.count == 3 && axes.pools.last?.name == "warmTarget=adaptive,targetWait=1s at p99")
        #expect(axes.seeds == [3, 4] && axes.nodes == 5 && axes.duration == "10m" && axes.isShort)
    }

    @Test func everythingThatIsWrongInAFileIsNamed() {
        let error = #expect(throws: SettingsProblems.self) {
            try SweepPlan.Axes.parse("seed: 1\nnodes: 0\npools: [{ warmIPtarget: 1 }]\n", file: "grid.yaml")
        }
        let problems = error?.problems ?? []
        #expect(problems.count == 3 && problems.contains { $0.contains("did you mean seeds") })
        #expect(problems.contains { $0.hasPrefix("grid.yaml:2: nodes") })
    }

    @Test func theExampleIsAGrid() throws {
        let plan = try SweepPlan(SweepPlan.Axes.load(path: Repository.path("Config/examples/sweep.yaml")))
        #expect(plan.grid.count > 0)
    }

    @Test func whatIsThereTwiceIsRefused() {
        #expect(throws: SettingsProblems.self) { try Plans.small(seeds: [1, 1]) }
        #expect(throws: SettingsProblems.self) { try Plans.small(seeds: []) }
        #expect(throws: SettingsProblems.self) { try Plans.small(duration: "soon") }
    }
}
