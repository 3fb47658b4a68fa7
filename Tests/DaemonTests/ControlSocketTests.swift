import Addressing
import ControlProtocol
import Foundation
import Glibc
import Identity
import JSON
import Logging
import ModelVPC
import NIOCore
import Testing
import Timekeeping

@testable import Daemon

/// The control socket against peers that misbehave.
@Suite(.timeLimit(.minutes(5))) struct ControlSocketTests {
    private let directory: TestDirectory
    private var path: String { directory.path("w.sock") }

    init() throws {
        directory = try TestDirectory()
    }

    private func withServer(
        patience: TimeAmount = .seconds(10), faults: [ModelVPC.FaultRule] = [],
        _ body: (AgentUnderTest) async throws -> Void
    ) async throws {
        let node = try await AgentUnderTest(in: directory.path(""), addresses: 250, faults: faults)
        let server = try await ControlServer.start(
            path: path, agent: node.agent, patience: patience, log: Logger(label: "test") { _ in node.log })
        do {
            try await body(node)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        await node.agent.stop()
    }

    private static func request(_ command: Command, deadline: Instant = BootClock.now + .seconds(30)) throws -> [UInt8]
    {
        try Frame.bytes(Request(command, deadline: deadline))
    }

    /// Ends the wait of an ADD by a DEL, over a connection of its own.
    private func withdraw(_ container: String) async throws {
        let deleter = try Peer(path)
        deleter.send(try ControlSocketTests.request(.delete(AttachmentID(container))))
        #expect(try await deleter.reply()?.failure == nil)
    }

    private func frame(_ text: String) -> [UInt8] {
        let length = UInt32(text.utf8.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + Array(text.utf8)
    }

    @Test(arguments: [
        ("", "the request cannot be read"), ("{", "the request cannot be read"), ("[]", "names no protocol version"),
        ("null", "names no protocol version"), ("{}", "names no protocol version"),
        (#"{"version":"1"}"#, "names no protocol version"), (#"{"version":2}"#, "cannot be read: deadline: missing"),
        (#"{"version":2,"deadline":"now","command":{}}"#, "cannot be read: deadline: "),
        (#"{"version":2,"deadline":1,"command":{"operation":"dance"}}"#, "cannot be read: command.operation: "),
        (#"{"version":2,"deadline":1,"command":{"operation":"add"}}"#, "command.arguments: missing"),
        (String(repeating: "[", count: 100_000), "the request cannot be read"),
        ("\u{0}\u{1}\u{2}", "the request cannot be read"),
    ])
    func whatIsNoRequestIsAnsweredWithTheProblem(_ text: String, _ problem: String) async throws {
        try await withServer { _ in
            let peer = try Peer(path)
            peer.send(frame(text))
            let failure = try #require(try await peer.reply()?.failure)
            #expect(failure.kind == .badRequest)
            #expect(failure.message.contains(problem), "\(failure.message)")
            #expect(failure.message.utf8.count < 300)
            #expect(try await peer.isAtEnd())
        }
    }

    @Test func aPeerOfAnotherVersionIsToldSoWhateverElseItSays() async throws {
        try await withServer { _ in
            let peer = try Peer(path)
            peer.send(frame(#"{"version":1,"novelty":true}"#))
            let failure = try #require(try await peer.reply()?.failure)
            #expect(failure.kind == .unsupportedVersion)
            #expect(failure.message.contains("version 1") && failure.message.contains("speaks 2"))
        }
    }

    @Test func unknownMembersAreIgnored() async throws {
        try await withServer { _ in
            let peer = try Peer(path)
            let command = #"{"operation":"status","since":"tomorrow"}"#
            peer.send(frame(#"{"version":2,"trace":"x","deadline":\#(Int64.max),"command":\#(command)}"#))
            #expect(try await peer.reply()?.value(Readiness.self).isReady == true)
        }
    }

    @Test func aLengthBeyondTheLimitIsRefusedAtOnce() async throws {
        try await withServer { _ in
            let peer = try Peer(path)
            peer.send([0, 0x40, 0, 1])
            #expect(try await peer.reply()?.failure?.message == "the request is longer than 4194304 bytes")
            #expect(try await peer.isAtEnd())
        }
    }

    @Test func theClientReadsARefusalOfWhatItCouldNotSend() async throws {
        try await withServer(patience: .minutes(10)) { _ in
            let many = (0..<60_000).map { AttachmentID(String(repeating: "c", count: 40) + "\($0)") }
            let path = path
            await #expect {
                try await onThread {
                    try ControlClient(socketPath: path).perform(
                        .collect(CollectCommand(network: "n", valid: many)), within: .seconds(60))
                }
            } throws: { ($0 as? Reply.Failure)?.message == "the request is longer than 4194304 bytes" }
        }
    }

    @Test func aPeerThatSendsByteByByteIsServed() async throws {
        try await withServer { _ in
            let peer = try Peer(path)
            for byte in try ControlSocketTests.request(.overview) { peer.send([byte]) }
            #expect(try await peer.reply()?.value(Overview.self).enis == 1)
        }
    }

    @Test func aPeerThatSendsNoWholeRequestIsSentAway() async throws {
        try await withServer(patience: .milliseconds(50)) { _ in
            let silent = try Peer(path)
            let slow = try Peer(path)
            slow.send([0, 0, 0])
            for peer in [silent, slow] {
                #expect(try await peer.reply()?.failure?.message.hasPrefix("no whole request came within") == true)
                #expect(try await peer.isAtEnd())
            }
        }
    }

    @Test func aPeerThatWaitsForItsAnswerIsNotSentAway() async throws {
        let hang = ModelVPC.FaultRule(.fail(.noAnswer), of: [.assignPrivateIpAddresses])
        try await withServer(patience: .seconds(1), faults: [hang]) { node in
            let request = try ControlSocketTests.request(.add("c1"))
            let peer = try Peer(path)
            peer.send(request)
            try await eventually("the ADD waits") { await node.agent.pool.waiterCount == 1 }
            // Who came later and said nothing has used the server's patience up: so has the one that waits.
            #expect(try await Peer(path).reply()?.failure?.message.hasPrefix("no whole request came within") == true)
            try await withdraw("c1")
            #expect(try await peer.reply()?.failure?.cause == "withdrawn")
        }
    }

    @Test func aPeerThatClosesItsSideStillGetsAnAnswerThatIsThere() async throws {
        try await withServer { _ in
            let peer = try Peer(path)
            peer.send(try ControlSocketTests.request(.status))
            peer.finishSending()
            #expect(try await peer.reply()?.value(Readiness.self).isReady == true)
        }
    }

    @Test(arguments: [true, false])
    func anADDWhosePeerGoesAwayIsNoLongerWaitedFor(_ half: Bool) async throws {
        let hang = ModelVPC.FaultRule(.fail(.noAnswer), of: [.assignPrivateIpAddresses])
        try await withServer(faults: [hang]) { node in
            var peer: Peer? = try Peer(path)
            peer?.send(try ControlSocketTests.request(.add("c1")))
            try await eventually("the ADD waits") { await node.agent.pool.waiterCount == 1 }
            if half { peer?.finishSending() } else { peer = nil }
            try await eventually("nobody waits") { await node.agent.pool.waiterCount == 0 }
            #expect(await node.agent.waiting.isEmpty)
            #expect(try node.store.snapshot().attachments.isEmpty)
            withExtendedLifetime(peer) {}
        }
    }

    @Test func onlyTheFirstRequestOfAConnectionIsExecuted() async throws {
        let hang = ModelVPC.FaultRule(.fail(.noAnswer), of: [.assignPrivateIpAddresses])
        try await withServer(faults: [hang]) { node in
            let peer = try Peer(path)
            peer.send(try ControlSocketTests.request(.add("c1")) + ControlSocketTests.request(.add("c2")))
            try await eventually("the first ADD waits") { await node.agent.pool.waiterCount == 1 }
            peer.send(try ControlSocketTests.request(.add("c3")))
            // The server has read it when it has answered others that came later.
            for _ in 0..<3 {
                let other = try Peer(path)
                other.send(try ControlSocketTests.request(.status))
                #expect(try await other.reply() != nil)
            }
            #expect(await node.agent.pool.waitingIDs == [AttachmentID("c1")])
            try await withdraw("c1")
            #expect(try await peer.reply()?.failure?.cause == "withdrawn")
            #expect(try await peer.isAtEnd())
        }
    }

    @Test func aDeadlineThatHasPassedIsToldAndNothingIsDone() async throws {
        try await withServer { node in
            let peer = try Peer(path)
            peer.send(try ControlSocketTests.request(.add("c1"), deadline: BootClock.now))
            #expect(try await peer.reply()?.failure?.kind == .deadlinePassed)
            #expect(await node.agent.pool.attachments.isEmpty)
        }
    }

    @Test func twoHundredConnectionsAtOnceAreServed() async throws {
        try await withServer { _ in
            let peers = try (0..<200).map { _ in try Peer(path) }
            for (number, peer) in peers.enumerated() { peer.send(try ControlSocketTests.request(.add("c\(number)"))) }
            var addresses: Set<PodAddresses> = []
            for peer in peers {
                addresses.insert(try #require(try await peer.reply()).value(PodAddress.self).addresses)
            }
            #expect(addresses.count == 200)
        }
    }

    // MARK: The socket's place

    @Test func onlyRootMayUseTheSocketAndItIsGoneAfterTheEnd() async throws {
        try await withServer { _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func whatADaemonLeftBehindIsReplaced() async throws {
        let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(UnixSocketAddress(path: path)?.withAddress { bind(stale, $0, $1) } == 0)
        close(stale)
        try ControlServer.makeRoom(for: path)
        try await withServer { _ in
            let peer = try Peer(path)
            peer.send(try ControlSocketTests.request(.status))
            #expect(try await peer.reply()?.failure == nil)
        }
    }

    @Test func aSocketOnWhichADaemonAnswersIsLeftAlone() async throws {
        try await withServer { _ in
            let path = path
            await #expect {
                try await onThread { try ControlServer.makeRoom(for: path) }
            } throws: { "\($0)" == "cannot listen on \(path): another warmpoold answers on it; stop that one first" }
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func aSocketOnWhichSomebodyHangsIsLeftAlone() throws {
        let hanging = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(hanging) }
        #expect(UnixSocketAddress(path: path)?.withAddress { bind(hanging, $0, $1) } == 0)
        // The queue of connections that nobody takes is full with two.
        #expect(listen(hanging, 0) == 0)
        let waiting = [try Peer(path)]
        #expect {
            try ControlServer.makeRoom(for: path)
        } throws: { "\($0)".hasSuffix("another process listens on it; stop that one first") }
        #expect(FileManager.default.fileExists(atPath: path))
        withExtendedLifetime(waiting) {}
    }

    @Test func aFileInTheSocketsPlaceIsNotRemoved() throws {
        try directory.write("precious", to: "w.sock")
        #expect {
            try ControlServer.makeRoom(for: path)
        } throws: { "\($0)" == "cannot listen on \(path): something that is not a socket is in its place" }
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: ["nowhere/w.sock", String(repeating: "s", count: 108)])
    func aPlaceWhereNoSocketCanBeIsNamed(_ name: String) async throws {
        let node = try await AgentUnderTest(in: directory.path(""))
        let path = directory.path(name)
        await #expect {
            _ = try await ControlServer.start(
                path: path, agent: node.agent, log: Logger(label: "test") { _ in node.log })
        } throws: { "\($0)".hasPrefix("cannot listen on \(path): ") }
    }
}
