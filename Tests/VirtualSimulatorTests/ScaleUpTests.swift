import ModelVPC
import Pool
import RateLimiting
import Testing
import Timekeeping
import VirtualSimulator

/// Many nodes that start at once on one account's token buckets.
@Suite struct ScaleUpTests {
    private static let bucket = TokenBucket(capacity: 20, refillPerSecond: 4)

    @Test func aBucketLetsItsBurstThroughAtOnceAndTheRestAtItsRate() {
        let throttling = ModelVPC.Throttling(mutating: ScaleUpTests.bucket)
        let calls: [ModelVPC.Action: Int] = [.assignPrivateIpAddresses: 60, .createNetworkInterface: 40]
        let bound = ScaleUpBound(calls, throttling)
        // (60 + 40 − 20) / 4
        #expect(bound.time == .seconds(20))
        #expect(bound.decisive == [.assignPrivateIpAddresses, .createNetworkInterface])
        #expect(ScaleUpBound([.assignPrivateIpAddresses: 20], throttling).time == .zero)
        #expect(ScaleUpBound([.describeSubnets: 1000], throttling).decisive.isEmpty)
    }

    @Test func theSlowestBucketDecides() {
        let throttling = ModelVPC.Throttling(
            mutating: ScaleUpTests.bucket, nonMutating: TokenBucket(capacity: 10, refillPerSecond: 10),
            perAction: [.attachNetworkInterface: TokenBucket(capacity: 0, refillPerSecond: 2)])
        let bound = ScaleUpBound(
            [.describeInstances: 160, .assignPrivateIpAddresses: 60, .attachNetworkInterface: 50], throttling)
        // 150 / 10, 40 / 4, and 50 / 2
        #expect(bound.time == .seconds(25) && bound.decisive == [.attachNetworkInterface])
    }

    @Test func theNeededCallsFollowFromThePods() throws {
        // Four ENIs with 14 addresses each.
        let scenario = try Scenario.massScaleUp(nodes: 3, pods: 30, seed: 1)
        #expect(
            scenario.neededCalls == [
                .describeInstances: 3, .describeNetworkInterfaces: 3, .describeSubnets: 3,
                .assignPrivateIpAddresses: 3, .createNetworkInterface: 6, .attachNetworkInterface: 6,
                .modifyNetworkInterfaceAttribute: 6,
            ])
    }

    /// EC2's buckets, as small as 300 nodes are beside 5,000; and the same for one pair of buckets that all calls share.
    @Test(arguments: [true, false])
    func allPodsHaveAddressesWithinOneAndAHalfTimesTheBound(isShared: Bool) throws {
        let share = 300.0 / 5000
        func part(_ bucket: TokenBucket) -> TokenBucket {
            TokenBucket(
                capacity: Int(Double(bucket.capacity) * share), refillPerSecond: bucket.refillPerSecond * share)
        }
        let throttling =
            isShared
            ? ModelVPC.Throttling(
                mutating: part(TokenBucket(capacity: 200, refillPerSecond: 20)),
                nonMutating: part(TokenBucket(capacity: 200, refillPerSecond: 50)))
            : ModelVPC.Throttling(perAction: Scenario.ec2Throttling.perAction.mapValues(part))
        let scenario = try Scenario.massScaleUp(nodes: 300, pods: 2, throttling: throttling, seed: 1)
        let report = try Simulation(scenario).run()
        #expect(report.podsStarted == 600)
        #expect(try #require(report.ratio(to: scenario.scaleUpBound)) < 1.5)
    }
}
