import Pool
import Testing
import Timekeeping
import VirtualSimulator

/// The adaptive target against the classic static ones, over the standard workloads, at a small scale: every figure
/// follows from the seed.
@Suite struct AdaptiveTargetTests {
    private func report(_ workload: Workload, _ target: WarmTarget, nodes: Int = 5) throws -> Report {
        try Simulation(Scenario(workload, target: target, nodes: nodes, duration: .seconds(7200), seed: 1)).run()
    }

    @Test(arguments: Workload.standard.map(\.name))
    func fewerAddressesAreStrandedAndNoPodWaitsLonger(_ name: String) throws {
        let workload = try #require(Workload.standard.first { $0.name == name }).workload
        let adaptive = try report(workload, .adaptive(AdaptiveTarget()))
        #expect(adaptive.podsStarted > 100)
        for target in [WarmTarget.enis(1), .addresses(warm: 5, minimum: 10)] {
            let classic = try report(workload, target)
            #expect(classic.podsStarted == adaptive.podsStarted)
            #expect(adaptive.stranded < classic.stranded, "\(name), against \(target)")
            #expect(adaptive.wait(0.99) <= classic.wait(0.99), "\(name), against \(target)")
        }
    }

    @Test func aShorterWaitIsPaidForWithAddresses() throws {
        let burst = try #require(Workload.standard.first { $0.name == "burst" }).workload
        let strict = try report(burst, .adaptive(AdaptiveTarget(wait: .zero)))
        let usual = try report(burst, .adaptive(AdaptiveTarget()))
        #expect(strict.stranded > usual.stranded)
        #expect(strict.wait(0.9) < usual.wait(0.9))
    }
}
