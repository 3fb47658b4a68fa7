import JSON
import Testing

/// The program `warmpool-plan`, as a shell runs it: its command line, and what it says of one node and of one subnet.
@Suite(.timeLimit(.minutes(5))) struct WarmpoolPlanTests {
    private func plan(_ arguments: String...) async throws -> PlanProgram.Ending {
        try await PlanProgram.run(arguments)
    }

    // MARK: The command line

    @Test(arguments: ["cluster", "max-pods", "pool", "subnet", "compare", "init"])
    func helpShowsExamplesAndExitStatus(_ command: String) async throws {
        let all = try await plan("--help")
        #expect(all.status == .exited(0) && all.output.contains("  \(command) "))
        let help = try await plan(command, "--help")
        #expect(help.status == .exited(0) && help.output.contains("EXAMPLES\n  "))
        #expect(help.output.contains("warmpool-plan \(command)"))
    }

    @Test func aFullDiskIsToldAndFails() async throws {
        let ending = try await PlanProgram.run(
            .name("sh"), ["-c", "\(PlanProgram.path) max-pods --all > /dev/full"])
        #expect(ending.status == .exited(1) && ending.errors.contains("No space left on device"))
    }

    @Test func aNetworkOfNoSubnetsSizeIsRefusedAtOnce() async throws {
        let ending = try await plan("subnet", "--cidr", "10.0.0.0/8", "--nodes", "1", "--instance-type", "m5.large")
        #expect(ending.status == .exited(2) && ending.errors.contains("/16 to /28"))
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completion(_ shell: String) async throws {
        let script = try await plan("--generate-completion-script", shell)
        #expect(script.status == .exited(0) && script.output.contains("max-pods"))
    }

    @Test(arguments: [
        ["--frobnicate"], ["plan"], ["max-pods"], ["max-pods", "--all", "--instance-type", "m5.large"],
        ["max-pods", "--all", "--max-eni", "0"], ["max-pods", "--all", "--reserved-enis", "-1"],
        ["max-pods", "--all", "--output", "xml"], ["pool", "--instance-type", "m5.large"],
        ["pool", "--instance-type", "m5.large", "--pods", "-1"],
        ["pool", "--instance-type", "m5.large", "--pods", "1", "--warm-ip-target", "-2"],
        ["subnet", "--cidr", "10.0.0.0/24", "--nodes", "many", "--instance-type", "m5.large"], ["cluster"],
        ["cluster", "-f", "x", "--fail-on", "never"], ["compare", "a.yaml"],
    ])
    func aWrongCommandLineIsUsageError(_ arguments: [String]) async throws {
        let ending = try await PlanProgram.run(arguments)
        #expect(ending.status == .exited(64))
        #expect(ending.errors.contains("Usage:") && ending.output.isEmpty)
    }

    @Test(arguments: [
        ["max-pods", "--instance-type", "m5.larg"], ["pool", "--instance-type", "m5.larg", "--pods", "1"],
        ["subnet", "--cidr", "10.0.0.0/24", "--nodes", "1", "--instance-type", "m5.larg"],
    ])
    func anUnknownInstanceTypeIsNamed(_ arguments: [String]) async throws {
        let ending = try await PlanProgram.run(arguments)
        #expect(ending.status == .exited(2) && ending.output.isEmpty)
        #expect(ending.errors.contains("instance type 'm5.larg' is unknown (like it: m5.large"))
    }

    // MARK: max-pods

    private func maxPods(_ arguments: String...) async throws -> [JSONValue] {
        let ending = try await PlanProgram.run(["max-pods", "--output", "json"] + arguments)
        #expect(ending.status == .exited(0))
        return try #require(try ending.json.arrayValue)
    }

    @Test func maxPodsAreThoseOfAmazonsTable() async throws {
        // Sources: eni-max-pods.txt for the first mode; ENIs × slots × 16 with the caps of 110 and 250 for prefixes.
        #expect(
            try await maxPods("--instance-type", "t3.micro", "m5.large", "m5.24xlarge").map { $0.text() } == [
                #"{"instanceType":"t3.micro","maxPods":4,"enis":2,"ipv4PerENI":2,"limitedBy":"addresses"}"#,
                #"{"instanceType":"m5.large","maxPods":29,"enis":3,"ipv4PerENI":10,"limitedBy":"addresses"}"#,
                #"{"instanceType":"m5.24xlarge","maxPods":737,"enis":15,"ipv4PerENI":50,"limitedBy":"addresses"}"#,
            ])
        let prefixes = try await maxPods(
            "--prefix-delegation", "--instance-type", "t3.micro", "m5.large", "m5.24xlarge", "t2.small")
        #expect(prefixes.map { $0["maxPods"] } == [34, 110, 250, 11])
        #expect(prefixes.map { $0["limitedBy"] } == ["addresses", "recommended", "recommended", "addresses"])
    }

    @Test func maxPodsKnowCustomNetworkingAndENIsOfOthers() async throws {
        func number(_ arguments: String...) async throws -> Int? {
            let command = ["max-pods", "--instance-type", "m5.large", "--output", "json"]
            return try await PlanProgram.run(command + arguments).json.arrayValue?.first?["maxPods"]?.intValue
        }
        #expect(try await number("--custom-networking") == 20)
        #expect(try await number("--reserved-enis", "1") == 20)
        #expect(try await number("--max-eni", "1") == 11)
        #expect(try await number("--custom-networking", "--max-eni", "1") == 2)
    }

    @Test func theTableSaysHowManyENIsHavePods() async throws {
        let table = try await plan("max-pods", "--instance-type", "m5.large", "--reserved-enis", "1")
        #expect(table.output.contains("2 of 3"))
    }

    @Test func everyTypeHasARow() async throws {
        #expect(try await maxPods("--all").count > 1000)
        let table = try await plan("max-pods", "--all")
        #expect(table.output.contains("  m5.large "))
    }

    // MARK: pool

    @Test func aSettledPoolIsThatOfTheDaemon() async throws {
        // 20 pods and 5 warm ones: two ENIs of 9, and 7 on the third.
        let addresses = try await plan(
            "pool", "--instance-type", "m5.large", "--pods", "20", "--warm-ip-target", "5", "--output", "json")
        #expect(addresses.status == .exited(0))
        let json = try addresses.json
        #expect(json["eniCount"] == 3 && json["attachedAddresses"] == 25 && json["unusedAddresses"] == 5)
        #expect(json["addressesPerENI"] == [9, 9, 7] && json["prefixesPerENI"] == [0, 0, 0])
        // 20 pods are in two prefixes; one more is kept for the prefix target of 1.
        let prefixes = try await plan(
            "pool", "--instance-type", "m5.large", "--pods", "20", "--prefix-delegation", "--output", "json")
        #expect(try prefixes.json["prefixesPerENI"] == [3] && prefixes.json["unusedPrefixes"] == 1)
        #expect(try prefixes.json["attachedAddresses"] == 48 && prefixes.json["unusedAddresses"] == 28)
    }

    @Test func aNodeThatIsTooSmallSaysSo() async throws {
        let ending = try await plan("pool", "--instance-type", "m5.large", "--pods", "30")
        #expect(ending.status == .exited(3))
        #expect(ending.output.contains("3 pods pending: all ENIs are full: 3 of 3 ENIs attached, 27 of 27 addresses"))
    }

    // MARK: subnet

    @Test func aSubnetEndsWhereItsAddressesEnd() async throws {
        // A /24 has 251 addresses for instances; a full m5.large takes 30 of them.
        let question = ["subnet", "--cidr", "10.0.0.0/24", "--instance-type", "m5.large", "--output", "json"]
        let fits = try await PlanProgram.run(question + ["--nodes", "8"])
        #expect(fits.status == .exited(0))
        #expect(try fits.json["mostNodes"] == 8 && fits.json["mostPods"] == 216 && fits.json["pods"] == 216)
        #expect(try fits.json["subnet"]?["free"] == 11 && fits.json["subnet"]?["freePrefixes"] == 0)
        let tooMany = try await PlanProgram.run(question + ["--nodes", "9"])
        #expect(tooMany.status == .exited(3))
        #expect(try tooMany.json["mostNodes"] == 8 && tooMany.json["cause"] == "subnet-exhausted")
        // What others use is missing: 30 addresses less are a node less.
        #expect(try await PlanProgram.run(question + ["--nodes", "8", "--used", "30"]).json["mostNodes"] == 7)
    }

    @Test func theMostNodesOfALargeSubnetAreFound() async throws {
        // A /18 has 16,379 addresses for instances.
        let ending = try await plan(
            "subnet", "--cidr", "10.0.0.0/18", "--instance-type", "m5.large", "--nodes", "800", "--pods-per-node", "9",
            "--warm-ip-target", "0", "--output", "json")
        #expect(ending.status == .exited(0))
        // Each takes one address of its own and nine for its pods, which its first ENI has room for.
        #expect(try ending.json["mostNodes"] == 1637)
    }

    @Test(arguments: [
        (["--used", "252"], "--used: 252 is more than the 251 addresses that 10.0.0.0/24 has"),
        (["--pods-per-node", "28"], "--pods-per-node: 28 is more than the 27 pod addresses that one m5.large"),
    ])
    func whatNoSubnetOrNodeCanHaveIsRefused(_ arguments: [String], _ problem: String) async throws {
        let question = ["subnet", "--cidr", "10.0.0.0/24", "--nodes", "1", "--instance-type", "m5.large"]
        let ending = try await PlanProgram.run(question + arguments)
        #expect(ending.status == .exited(2) && ending.errors.contains(problem))
    }

    @Test func aNetworkWithHostBitsIsNoSubnet() async throws {
        let ending = try await plan("subnet", "--cidr", "10.0.0.1/24", "--nodes", "1", "--instance-type", "m5.large")
        #expect(ending.status == .exited(2) && ending.errors.contains("--cidr: '10.0.0.1/24' is not an IPv4 network"))
    }
}
