import JSON
import Testing
import Yams

@testable import Planner

/// `warmpool-plan cluster`, `compare` and `init`, as a shell runs them.
@Suite(.timeLimit(.minutes(5))) struct ClusterCommandTests {
    /// 20 nodes of 15 addresses, on which kubelet allows 22 pods.
    private static let groups = """
        groups:
          - {name: general, instanceType: t3.medium, count: 20, zones: [a], maxPods: 22}
        """
    private static let subnets = """

        subnets:
          - {id: subnet-a, cidr: 10.0.0.0/21, zone: a}
        """

    private static func web(_ replicas: Int) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: web, resources: {requests: {cpu: 10m}}}]
        """
    }

    private let plan: TestFile
    private let web: TestFile

    init() throws {
        plan = try TestFile(Self.groups + Self.subnets)
        web = try TestFile(Self.web(400))
    }

    private func cluster(_ arguments: String..., input: String = "") async throws -> PlanProgram.Ending {
        try await PlanProgram.run(["cluster"] + arguments, input: input)
    }

    // MARK: Verdicts

    @Test func aQuarterOfThePodsIsPending() async throws {
        let ending = try await cluster("-f", web.path, "--plan", plan.path, "--output", "json")
        #expect(ending.status == .exited(3) && ending.errors.isEmpty)
        let json = try ending.json
        #expect(json["verdict"] == "pending" && json["title"] == .string("\(web.path), \(plan.path)"))
        let moment = try #require(json["moments"]?.arrayValue?.first)
        #expect(moment["pods"] == 400 && moment["pending"] == 100 && moment["withoutNode"] == 0)
        #expect(moment["causes"]?.arrayValue?.first?["code"] == "enis-full")
        let group = try #require(moment["nodeGroups"]?.arrayValue?.first)
        #expect(group["capacity"] == 300 && group["running"] == 300 && group["limitedBy"] == "addresses")
        #expect(moment["pendingPods"]?.arrayValue?.allSatisfy { $0["workload"] == "deployment/shop/web" } == true)
        let cures = json["remedies"]?.arrayValue?.filter { $0["pendingAfter"] == 0 } ?? []
        #expect(cures.contains { $0["change"] == "turn prefix delegation on" })
    }

    @Test(arguments: ["table", "yaml", "markdown", "html"])
    func everyFormSaysTheSame(_ form: String) async throws {
        let ending = try await cluster("-f", web.path, "--plan", plan.path, "--output", form)
        #expect(ending.status == .exited(3) && ending.errors.isEmpty)
        #expect(ending.output.contains(form == "yaml" ? "pending: 100" : "100 of 400 pods are pending (25 %)"))
        #expect(ending.output.contains("enis-full") && ending.output.hasSuffix("\n"))
    }

    @Test func whereAllPodsRunNothingFails() async throws {
        let few = Self.web(200)
        let fits = try await cluster("-f", "-", "--plan", plan.path, "--fail-on", "warning", input: few)
        #expect(fits.status == .exited(0))
        #expect(fits.output.contains("✓ all 200 pods run") && fits.output.hasPrefix("-, \(plan.path)\n"))
    }

    @Test func whatIsTightFailsOnlyOnRequest() async throws {
        let tight = Self.web(299)
        #expect(try await cluster("-f", "-", "--plan", plan.path, input: tight).status == .exited(0))
        let warned = try await cluster("-f", "-", "--plan", plan.path, "--fail-on", "warning", input: tight)
        #expect(warned.status == .exited(3))
        #expect(warned.output.contains("! node group 'general' runs 299 of at most 300 pods with an address"))
    }

    @Test func eventsAreMoments() async throws {
        let ending = try await cluster(
            "-f", "-", "--plan", plan.path, "--event", "scale=deploy/web:320", "--event", "rolling-update=web",
            "--output", "json", input: Self.web(100))
        let moments = try #require(try ending.json["moments"]?.arrayValue)
        let named = moments.map { "\($0["kind"]?.stringValue ?? "") \($0["event"]?.stringValue ?? "")" }
        #expect(named.first == "steady " && named.contains("after scale=deployment/web:320"))
        #expect(named.contains("worst rolling-update=web"))
        #expect(moments.first?["pending"] == 0)
        #expect(ending.status == .exited(3))
    }

    // MARK: Bad input

    @Test func badInputIsNamed() async throws {
        let missing = try await cluster("-f", "/nowhere/cluster.json")
        #expect(missing.status == .exited(2) && missing.output.isEmpty)
        #expect(missing.errors.hasPrefix("warmpool-plan: /nowhere/cluster.json: cannot be read"))

        let broken = try TestFile("kind: Node\nmetadata: {name: [}\n")
        let unreadable = try await cluster("-f", broken.path)
        #expect(unreadable.status == .exited(2))
        #expect(unreadable.errors.hasPrefix("warmpool-plan: \(broken.path):2"))

        let badPlan = try TestFile("groups:\n  - {name: a, instanceType: m5.larg, count: many}\nsubnet: []\n")
        let problems = try await cluster("--plan", badPlan.path)
        #expect(problems.status == .exited(2) && problems.output.isEmpty)
        let lines = problems.errors.split(separator: "\n")
        #expect(lines.count >= 3 && lines.allSatisfy { $0.hasPrefix("warmpool-plan: \(badPlan.path):") })

        let event = try await cluster("--plan", plan.path, "--event", "explode=all")
        #expect(event.status == .exited(2) && event.errors.contains("--event: 'explode=all' is no event"))
        let node = try await cluster("--plan", plan.path, "--event", "drain=nobody")
        #expect(node.status == .exited(2) && node.errors.contains("nobody"))
    }

    // MARK: Terminals

    @Test func colourIsForTerminals() async throws {
        let command = "\(PlanProgram.path) cluster -f \(web.path) --plan \(plan.path)"
        func onTerminal(_ setup: String) async throws -> String {
            try await PlanProgram.run(
                .name("script"), ["-qec", "stty cols 90 && \(setup) \(command)", "/dev/null"]
            ).output
        }
        let coloured = try await onTerminal("env -u NO_COLOR TERM=xterm")
        #expect(coloured.contains("\u{1b}[31m✗ 100 of 400 pods are pending (25 %)"))
        // Progress is on the terminal alone, and gone at the end.
        #expect(coloured.contains("\r\u{1b}[Kplanning 0 nodes and 1 workload…"))
        #expect(coloured.contains("\r\u{1b}[K\u{1b}[2m"))
        let plain = try await onTerminal("env NO_COLOR=1 TERM=xterm")
        #expect(plain.contains("✗ 100 of 400") && !plain.contains("[31m"))
        let tables = plain.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("  ") }
        #expect(!tables.isEmpty && tables.allSatisfy { $0.count <= 90 })
    }

    // MARK: compare, init

    @Test func twoPlansSideBySide() async throws {
        let prefixes = try TestFile(Self.groups + Self.subnets + "\npool: {prefixDelegation: true}\n")
        let command = ["compare", plan.path, prefixes.path, "-f", web.path]
        let json = try await PlanProgram.run(command + ["--output", "json"])
        #expect(json.status == .exited(0))
        let figures = try #require(try json.json["figures"]?.arrayValue)
        let pending = try #require(figures.first { $0["name"] == "pods pending" })
        #expect(pending["a"] == 100 && pending["b"] == 0)
        #expect(try json.json["a"]?["verdict"] == "pending")
        let text = try await PlanProgram.run(command)
        #expect(text.output.contains(#/pods pending +100 +0 +-100/#))
        let reversed = try await PlanProgram.run(["compare", prefixes.path, plan.path, "-f", web.path])
        #expect(reversed.status == .exited(3))
    }

    @Test func initWritesAPlanThatCanBeRead() async throws {
        for arguments in [["init"], ["init", "-f", web.path]] {
            let written = try await PlanProgram.run(arguments)
            #expect(written.status == .exited(0) && written.output.contains("# "))
            let plan = try TestFile(written.output)
            let planned = try await cluster("-f", web.path, "--plan", plan.path, "--output", "json")
            #expect(planned.status == .exited(0) || planned.status == .exited(3), "\(planned.errors)")
        }
        #expect(try await PlanProgram.run(["init", "-f", "/nowhere"]).status == .exited(2))
    }
}
