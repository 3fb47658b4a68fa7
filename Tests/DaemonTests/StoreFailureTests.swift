import Addressing
import ControlProtocol
import Foundation
import Glibc
import Identity
import Testing

@testable import Daemon

/// A disk that takes nothing more: nothing is lost, nothing is handed out twice, and all is well when there is room again.
@Suite(.timeLimit(.minutes(5))) struct StoreFailureTests {
    @Test func aFullDiskFailsADDsButNotDELsAndIsOvercome() async throws {
        let disk = try SmallDisk()
        let node = try await AgentUnderTest(in: disk.path, addresses: 200)
        let before: PodAddress = try await node.add("before").value()
        let filling = try disk.fill()

        // Until the write-ahead log needs another page, ADDs may still succeed.
        var granted = [before.addresses]
        var failure: Reply.Failure?
        for number in 0..<190 where failure == nil {
            let reply = await node.add("c\(number)")
            failure = reply.failure
            if failure == nil { granted.append(try reply.value(PodAddress.self).addresses) }
        }
        let full = try #require(failure)
        #expect(full.kind == .refused)
        #expect(full.cause == "store-failing")
        #expect(full.retryAfter == 5)
        #expect(full.message.hasPrefix("the store \(node.storePath) cannot be written ("))
        #expect(full.message.contains("full") && !full.message.contains("INSERT"), "\(full.message)")

        #expect(await node.add("next").failure?.cause == "store-failing", "refused before the pool is asked")
        #expect(await node.delete("before").failure == nil)
        let readiness: Readiness = try await node.ask(.status).value()
        #expect(!readiness.isReady)
        #expect(readiness.reason == full.message)
        let explained: [Explanation] = try await node.ask(.explain(ExplainCommand(subject: nil))).value()
        #expect(explained.first?.cause == "store-failing")
        #expect(node.log.lines.filter { $0.hasPrefix("error: the store") }.count == 1, "said once")

        try FileManager.default.removeItem(atPath: filling)
        try await eventually("the disk takes what it did not take") { await node.agent.storeTrouble == nil }
        #expect(node.log.lines.contains("notice: the store can be written again"))

        let pool = await node.agent.pool
        let stored = try node.store.snapshot()
        #expect(Set(stored.attachments.map(\.id)) == Set(pool.attachments.keys))
        #expect(Set(stored.addresses) == Set(pool.addresses.values))
        let after: PodAddress = try await node.add("after").value()
        #expect(!granted.contains(after.addresses))
        #expect(Set(granted).count == granted.count)
        await node.agent.stop()
    }

    @Test func whoWaitsWhenTheDiskFillsIsAnsweredAllTheSame() async throws {
        let disk = try SmallDisk()
        let node = try await AgentUnderTest(
            in: disk.path, addresses: 200,
            faults: [.init(.fail(.noAnswer), of: [.assignPrivateIpAddresses], skipping: 20)])
        for number in 0..<20 { _ = await node.add("c\(number)") }
        let filling = try disk.fill()
        async let waiting = node.add("waiting", within: .seconds(10))
        try await eventually("the ADD waits") { await node.agent.pool.waiterCount == 1 }
        for number in 0..<20 where await node.agent.storeTrouble == nil { _ = await node.delete("c\(number)") }
        #expect(await node.agent.storeTrouble != nil)
        #expect(await waiting.failure?.kind == .refused)
        #expect(await node.agent.storeTrouble != nil, "the answer did not wait for the disk")
        try FileManager.default.removeItem(atPath: filling)
        await node.agent.stop()
    }
}

/// A file system of 1 MiB, unmounted when nobody holds it any more.
final class SmallDisk: Sendable {
    private let directory: TestDirectory
    let path: String

    init() throws {
        directory = try TestDirectory()
        path = directory.path("")
        guard mount("warmpool-test", path, "tmpfs", 0, "size=1m") == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: ["errno": errno])
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }

    /// Takes all the room that is left.
    ///
    /// - Returns: the file that has to go to make room again.
    func fill() throws -> String {
        let file = path + "/filling"
        let descriptor = open(file, O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        return file
    }
}
