import ModelVPC
import ScenarioFile
import Testing
import Timekeeping
import VirtualSimulator

/// What is expected of a run, and whether it came so.
@Suite struct VerdictTests {
    @Test func boundsAreReadAndPrintedAlike() {
        for text in ["5", "at most 5", "at least 5", "3 to 5"] { #expect(Bound<Int>(text)?.description == text) }
        for text in ["500ms", "at most 2m", "1s to 5s"] { #expect(Bound<Duration>(text)?.description == text) }
        for text in ["1.5", "at most 0.05", "0 to 12.25"] { #expect(Bound<Double>(text)?.description == text) }
        for text in ["25%", "20% to 30.5%", "7", "at least 3"] { #expect(PodBound(text)?.description == text) }
        for text in ["", "most 5", "at most", "5 to", "5 to 3", "x", "<= 5"] { #expect(Bound<Int>(text) == nil) }
        for text in ["5 to 3%", "%", "at most x%"] { #expect(PodBound(text) == nil) }
    }

    @Test func boundsHoldWithinTheirEnds() throws {
        let range = try #require(Bound<Int>("3 to 5"))
        #expect([2, 3, 5, 6].map(range.holds) == [false, true, true, false])
        let most = try #require(Bound<Duration>("at most 5s"))
        #expect(most.holds(for: .zero) && most.holds(for: .seconds(5)) && !most.holds(for: .milliseconds(5001)))
        let least = try #require(Bound<Double>("at least 1.5"))
        #expect(least.holds(for: 2) && !least.holds(for: 1.4))
        #expect(try #require(Bound<Int>("4")).holds(for: 4) && !range.holds(for: 2))
    }

    /// A full node, and three pods more than it holds.
    private func verdict(_ expect: String, _ more: String = "") throws -> Verdict {
        let file = try scenario(
            scenarioText(
                "workloads: [{ kind: fill, pods: 30 }]\nexpect: \(expect)\n\(more)", group: "maxPods: 32"))
        return Verdict(file.expectations, try Simulation(file.scenario).run(), of: file.scenario)
    }

    @Test(arguments: [
        ("{ podsStarted: 30 }", "{ podsStarted: at most 29 }"),
        ("{ pendingAtEnd: 3 }", "{ pendingAtEnd: 0 to 2 }"),
        ("{ pendingAtEnd: 10% }", "{ pendingAtEnd: at most 9% }"),
        ("{ pendingPeak: at least 3 }", "{ pendingPeak: 0 }"),
        ("{ runningAtEnd: 27 }", "{ runningAtEnd: 30 }"),
        ("{ causes: [enis-full] }", "{ causes: [subnet-exhausted] }"),
        ("{ furtherCauses: [enis-full, eni-attach-pending, refill-pending] }", "{ furtherCauses: [] }"),
        ("{ waits: { p50: at most 30s, max: at least 5m } }", "{ waits: { max: at most 5m } }"),
        ("{ throttled: 0 }", "{ throttled: at least 1 }"),
        ("{ stranded: at most 5 }", "{ stranded: at least 20 }"),
        ("{ calls: { AttachNetworkInterface: 2 } }", "{ calls: { AttachNetworkInterface: 3 } }"),
        ("{ subnets: { subnet-virtual: { pods: 27 } } }", "{ subnets: { subnet-virtual: { pods: 30 } } }"),
        (
            "{ subnets: { subnet-virtual: { free: at least 60000, freeBlocks: at least 4000 } } }",
            "{ subnets: { subnet-virtual: { free: 0 } } }"
        ),
    ])
    func everyExpectationHoldsOrDoesNot(_ right: String, _ wrong: String) throws {
        let good = try verdict(right)
        #expect(good.holds && !good.checks.isEmpty, "\(good.checks)")
        #expect(try !verdict(wrong).holds)
    }

    @Test func whatDoesNotHoldIsToldWithWhatWasSeen() throws {
        let verdict = try verdict("{ podsStarted: at most 29, furtherCauses: [addresses-cooling] }")
        #expect(verdict.checks.first?.sentence == "pods started: at most 29")
        #expect(verdict.checks.first?.seen == "30")
        #expect(verdict.checks.last?.sentence == "no pod is refused with another cause than addresses-cooling")
        #expect(verdict.checks.last?.seen.contains("enis-full") == true)
    }

    @Test func withoutExpectationsTheVerdictHolds() throws {
        let verdict = try verdict("{}")
        #expect(verdict.holds && verdict.checks.isEmpty)
    }

    @Test func aClusterThatDoesNotConvergeFailsBothTimes() throws {
        let verdict = try verdict("{ converged: at most 1h, tokenBound: at most 100 }")
        #expect(verdict.checks.map(\.holds) == [false, false])
        #expect(verdict.checks.map(\.seen) == ["some are pending at the end", "some are pending at the end"])
    }

    @Test func whatTookLongIsComparedWithTheTokenBuckets() throws {
        let file = try scenario(
            scenarioText(
                """
                workloads: [{ kind: fill }]
                throttling: { mutating: { capacity: 4, refillPerSecond: 0.1 } }
                expect: { converged: 25s to 5m, tokenBound: at least 1 }
                """))
        let report = try Simulation(file.scenario).run()
        let verdict = Verdict(file.expectations, report, of: file.scenario)
        #expect(verdict.holds && verdict.checks.count == 2, "\(verdict.checks)")
        var free = file.scenario
        free.throttling = .init()
        let unbound = Verdict(file.expectations, report, of: free)
        #expect(unbound.checks.last?.seen == "the buckets hold enough for all calls")
    }
}
