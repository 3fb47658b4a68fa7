import Foundation
import ScenarioFile
import Settings
import Testing
import Timekeeping
import VirtualSimulator

/// Plans as CSV files.
@Suite struct PlanTraceTests {
    private func plan(_ text: String, groups: [String] = ["general", "small"]) throws -> Plan {
        try PlanTrace.parse(text.split(separator: "\n").map(String.init), file: "t.csv", groups: groups)
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try plan(text)
            return []
        } catch let problems as SettingsProblems {
            return problems.problems
        } catch {
            return ["\(error)"]
        }
    }

    @Test func nodesAndPodsAreRead() throws {
        let plan = try plan(
            """
            kind,node,group,start,end,lifetime
            node,a,general,0,,
            node,b,small,1.5,100,
            pod,b,,20,,60
            pod,a,,10.25,90,
            pod,a,,30,,
            """)
        #expect(
            plan.nodes == [
                Plan.Node(), Plan.Node(joins: .origin + .milliseconds(1500), leaves: .origin + .seconds(100), group: 1),
            ])
        #expect(
            plan.pods == [
                Plan.Pod(arrives: .origin + .milliseconds(10_250), node: 0, ends: .at(.origin + .seconds(90))),
                Plan.Pod(arrives: .origin + .seconds(20), node: 1, ends: .after(.seconds(60))),
                Plan.Pod(arrives: .origin + .seconds(30), node: 0, ends: .never),
            ])
    }

    @Test func columnsComeInAnyOrderAndNodesOfTheirOwnAccord() throws {
        let plan = try plan("start , node\n5,a\n7,b\n6,a\n")
        #expect(plan.nodes == [Plan.Node(), Plan.Node()])
        #expect(plan.pods.map(\.node) == [0, 0, 1])
    }

    @Test(arguments: [
        ("kind,node,start\nnod,a,1", "t.csv:2: kind: 'nod' is neither node nor pod"),
        ("node,start\n,1", "t.csv:2: node: the name of the node is missing"),
        ("node,start\na,", "t.csv:2: start: the time is missing"),
        ("node,start,pause\na,2,1", "t.csv:2: only a pod with a lifetime comes back after a pause"),
        ("node,start,lifetime,pause,longestPause\na,2,1,3,2", "t.csv:2: longestPause is less than pause"),
        ("node,start\na,5m", "t.csv:2: start: '5m' is not a number of seconds, such as 90 or 20.5"),
        ("node,start\na,-5", "t.csv:2: start: '-5' is not a number of seconds, such as 90 or 20.5"),
        ("node,start\na", "t.csv:2: it has 1 fields, and the header has 2"),
        ("node,start,end,lifetime\na,1,2,3", "t.csv:2: a pod has an end or a lifetime; leave one of the two empty"),
        ("node,start,end\na,2,1", "t.csv:2: the pod ends before it has come"),
        ("node,start,size\na,2,1", "t.csv:1: there is no column 'size'; the header has columns out of kind, node,"),
        ("node,end\na,2", "t.csv:1: the header lacks the column start;"),
        ("node,start,start\na,2,1", "t.csv:1: a column is there twice"),
        ("kind,node,start\nnode,a,5\npod,a,4", "t.csv:3: the pod comes before its node a joins"),
        ("kind,node,start,end\nnode,a,5,9\npod,a,9,", "t.csv:3: the pod comes after its node a has left"),
        ("kind,node,start,end\nnode,a,5,4", "t.csv:2: node a leaves before it has joined"),
        ("kind,node,start,lifetime\nnode,a,5,4", "t.csv:2: a node has an end, and no lifetime"),
        ("kind,node,start\npod,a,4\nnode,a,1", "t.csv:3: node a is there already; its row comes once, before its pods"),
        ("kind,node,group,start\nnode,a,big,1", "t.csv:2: there is no group 'big'; there are general, small"),
        ("node,start", "t.csv: there is no node in it"),
    ])
    func whatIsWrongIsNamedWithItsLine(_ text: String, _ problem: String) {
        #expect(problems(text).first?.hasPrefix(problem) == true, "\(problems(text))")
    }

    @Test func allRowsAreLookedAtButNotMoreProblemsShownThanAnybodyReads() {
        #expect(problems("node,start\na,x\nb,1\nc,y").count == 2)
        #expect(problems("node,start\n" + String(repeating: "a,x\n", count: 1000)).count == 20)
    }

    @Test(
        arguments: Workload.standard.map(\.workload) + [
            .fill(pods: 5, at: .seconds(1), over: .seconds(2), lifetime: .milliseconds(1001)),
            .crashLoop(pods: 5, lifetime: .seconds(3), pause: .seconds(10), longestPause: .seconds(300)),
        ])
    func aPlanThatIsWrittenIsReadBack(_ workload: Workload) throws {
        let plan = workload.plan(nodes: 4, duration: .seconds(4000), seed: 3)
        var lines: [String] = []
        PlanTrace.write(plan, groups: ["general"]) { lines.append($0) }
        #expect(try PlanTrace.parse(lines, file: "t.csv", groups: ["general"]) == plan)
    }

    @Test func aScenarioTakesItsPlanFromTheFileBesideIt() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "traces-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let trace = folder.appending(path: "pods.csv")
        try Data("node,start,lifetime\r\na,5,60\r\nb,7.5,\r\n".utf8).write(to: trace)
        let text = """
            about: x
            duration: 5m
            trace: pods.csv
            groups: [{ name: general, instanceType: m5.large }]
            """
        let path = folder.appending(path: "scenario.yaml").path
        let file = try ScenarioFile.parse(text, file: path)
        #expect(file.scenario.plan.nodes.count == 2)
        #expect(file.scenario.plan.pods.map(\.ends) == [.after(.seconds(60)), .never])
        try Data("node,start\na,x\n".utf8).write(to: trace)
        let error = #expect(throws: SettingsProblems.self) { try ScenarioFile.parse(text, file: path) }
        #expect(error?.problems.first?.hasPrefix("\(path):3: trace: \(trace.path):2: start: 'x' is not") == true)
    }
}
