import ControlProtocol
import Foundation
import Identity
import JSON
import ModelVPC
import Testing
import Timekeeping

@testable import Daemon

/// What plugin and operator get from an agent whose cloud behaves, hangs or fails.
@Suite(.timeLimit(.minutes(5))) struct NodeAgentTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
    }

    private func agent(addresses: Int = 3, faults: [ModelVPC.FaultRule] = [], patience: Duration = .seconds(60))
        async throws -> AgentUnderTest
    {
        try await AgentUnderTest(
            in: directory.path(""), addresses: addresses, faults: faults, patience: patience)
    }

    @Test func anADDIsStoredBeforeItIsAnswered() async throws {
        let node = try await agent()
        let granted: PodAddress = try await node.add("c1").value()
        #expect(!granted.isRepeat)
        let stored = try node.store.snapshot()
        #expect(stored.attachments.map(\.addresses) == [granted.addresses])
        #expect(stored.addresses.map(\.state.attachment) == [AttachmentID("c1")])
    }

    @Test func theSameAttachmentGetsTheSameAddress() async throws {
        let node = try await agent()
        let first: PodAddress = try await node.add("c1").value()
        let second: PodAddress = try await node.add("c1").value()
        #expect(second.isRepeat)
        #expect(second.addresses == first.addresses)
        let checked: PodAddress = try await node.ask(.check(AttachmentID("c1"))).value()
        #expect(checked.addresses == second.addresses && checked.isRepeat)
    }

    @Test func manyADDsAtOnceGetAnAddressEachAndTheRestTheCause() async throws {
        let node = try await agent(addresses: 10)
        let replies = await withTaskGroup(of: Reply.self) { group in
            for number in 0..<15 { group.addTask { await node.add("c\(number)") } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let granted = try replies.filter { $0.failure == nil }.map { try $0.value(PodAddress.self).addresses }
        #expect(Set(granted).count == 10)
        #expect(granted.count == 10)
        let refused = replies.compactMap(\.failure)
        #expect(refused.allSatisfy { $0.kind == .refused && $0.cause == "enis-full" })
        #expect(refused.count == 5)
    }

    @Test func aDELReleasesAndTheAddressRests() async throws {
        let node = try await agent(addresses: 1)
        let granted: PodAddress = try await node.add("c1").value()
        #expect(await node.delete("c1").failure == nil)
        #expect(await node.delete("c1").failure == nil, "a second time is no error")
        #expect(await node.delete("unknown").failure == nil)
        let refused = try #require(await node.add("c2").failure)
        #expect(refused.cause == "addresses-cooling")
        #expect(refused.retryAfter ?? 0 > 3000)
        #expect(try node.store.snapshot().addresses.map(\.address) == granted.addresses.all)
    }

    @Test func aRequestWhoseDeadlineHasPassedIsNotExecuted() async throws {
        let node = try await agent()
        for command in [Command.add("c1"), .delete(AttachmentID("c1")), .overview] {
            #expect(await node.ask(command, within: .zero).failure?.kind == .deadlinePassed)
        }
        #expect(await node.agent.pool.attachments.isEmpty)
        #expect(try node.store.snapshot().attachments.isEmpty)
    }

    @Test func anADDWaitsUntilItsDeadlineAndIsToldWhatItWaitedFor() async throws {
        let node = try await agent(faults: [.init(.fail(.noAnswer), of: [.assignPrivateIpAddresses])])
        let refused = try #require(await node.add("c1", within: .seconds(3)).failure)
        #expect(refused.kind == .refused)
        #expect(refused.cause == "refill-pending")
        #expect(await node.agent.waiting.isEmpty)
    }

    @Test func aDELWithdrawsAnADDThatWaits() async throws {
        let node = try await agent(faults: [.init(.fail(.noAnswer), of: [.assignPrivateIpAddresses])])
        async let waiting = node.add("c1")
        try await eventually("the ADD waits") { await node.agent.pool.waiterCount == 1 }
        let explained: [Explanation] = try await node.ask(.explain(ExplainCommand(subject: "c1"))).value()
        #expect(explained.map(\.cause) == ["refill-pending"])
        #expect(await node.delete("c1").failure == nil)
        #expect(await waiting.failure?.cause == "withdrawn")
    }

    @Test func stoppingAnswersWhoWaitsAndRefusesWhoComes() async throws {
        let node = try await agent(faults: [.init(.fail(.noAnswer), of: [.assignPrivateIpAddresses])])
        async let waiting = node.add("c1")
        try await eventually("the ADD waits") { await node.agent.pool.waiterCount == 1 }
        async let deleted = node.delete("c2")
        _ = await deleted
        await node.agent.stop()
        #expect(await waiting.failure?.kind == .stopping)
        #expect(await node.add("c3").failure?.kind == .stopping)
        #expect(await node.delete("c1").failure?.kind == .stopping)
        #expect(!node.log.lines.contains { $0.hasPrefix("error") }, "\(node.log.lines)")
    }

    @Test func aProviderThatNeverAnswersDoesNotStopTheObservation() async throws {
        let node = try await agent(
            faults: [.init(.fail(.noAnswer), of: [.describeInstances])], patience: .milliseconds(50))
        for _ in 0..<2 {
            let failed = try #require(await node.ask(.reconcile).failure)
            #expect(failed.message.contains("no answer within 50 ms"))
        }
        try await eventually("the observation ends") { await node.agent.observing == nil }
        let overview: Overview = try await node.ask(.overview).value()
        #expect(overview.growthObstacle?.cause == "provider-unreachable")
        #expect(node.log.lines.contains { $0.hasPrefix("warning: the provider's view cannot be read") })
    }

    @Test func anObservationThatHangsIsSharedAndFollowedByOneMore() async throws {
        let node = try await agent(faults: [.init(.fail(.noAnswer), of: [.describeInstances])])
        await node.agent.observe()
        let first = await node.agent.observing
        await node.agent.observe()
        #expect(await node.agent.observing == first)
        first?.cancel()
        _ = try? await first?.value
        // What was asked for meanwhile may not have been read by the first.
        let second = await node.agent.observing
        #expect(second != nil && second != first)
        second?.cancel()
        _ = try? await second?.value
        #expect(await node.agent.observing != second)
    }

    @Test func theRuntimesListOfLivingAttachmentsEndsTheOthers() async throws {
        let node = try await agent()
        for container in ["c1", "c2", "c3"] { _ = await node.add(container) }
        let collect = CollectCommand(network: "warmpool", valid: [AttachmentID("c2")])
        let collected: CollectReply = try await node.ask(.collect(collect)).value()
        #expect(collected.removed.sorted() == ["warmpool/c1/eth0", "warmpool/c3/eth0"])
        #expect(collected.failures.isEmpty)
        let elsewhere = CollectCommand(network: "other", valid: [])
        #expect(try await node.ask(.collect(elsewhere)).value(CollectReply.self).removed.isEmpty)
        #expect(await node.agent.pool.attachments.keys.map(\.containerID) == ["c2"])
    }

    @Test func anOperatorSeesWhatThereIs() async throws {
        let node = try await agent()
        let granted: PodAddress = try await node.add("web-0").value()
        let pods: [PodRow] = try await node.ask(.pods).value()
        #expect(pods.map(\.name) == ["web-0"])
        #expect(pods.map(\.addresses) == [granted.addresses])
        let enis: [InterfaceRow] = try await node.ask(.interfaces).value()
        #expect(enis.map(\.phase) == ["ready"])
        #expect(enis.first?.addresses.map(\.attachment) == ["warmpool/web-0/eth0"])
        for subject in ["web-0", "shop/web-0", granted.addresses.description, "web"] {
            let found: [Explanation] = try await node.ask(.explain(ExplainCommand(subject: subject))).value()
            #expect(found.map(\.subject) == ["shop/web-0"])
        }
        let unknown = await node.ask(.explain(ExplainCommand(subject: "web-1"))).failure
        #expect(unknown?.kind == .unknownAttachment)
        #expect(unknown?.message.contains("'web-1'") == true)
        #expect(await node.ask(.check(AttachmentID("c9"))).failure?.kind == .unknownAttachment)
    }
}
