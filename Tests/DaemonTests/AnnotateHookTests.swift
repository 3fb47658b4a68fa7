import Addressing
import Foundation
import Glibc
import Identity
import JSON
import Logging
import Pool
import Testing
import Timekeeping

import struct Pool.Attachment

@testable import Daemon

/// The operator's program that is told of pods' addresses, as a real script.
@Suite(.timeLimit(.minutes(5))) struct AnnotateHookTests {
    private let directory: TestDirectory
    private let log = LogRecorder()

    init() throws {
        directory = try TestDirectory()
    }

    /// A script that can be run; it finds the test's directory in `$1`.
    private func script(_ body: String, timeout: Duration = .seconds(300)) throws -> Configuration.Hook {
        let path = directory.path("hook")
        try directory.write("#!/bin/sh\n\(body)\n", to: "hook")
        try #require(chmod(path, 0o755) == 0)
        return Configuration.Hook(program: path, arguments: [directory.path("")], timeout: timeout)
    }

    private func hook(maximumQueue: Int = 1000, pods: [Attachment] = []) -> AnnotateHook {
        AnnotateHook(
            pods: Dictionary(uniqueKeysWithValues: pods.map { ($0.id, $0) }), maximumQueue: maximumQueue,
            log: Logger(label: "test") { [log] _ in log })
    }

    private func attachment(_ container: String, pod: String = "web-0") throws -> Attachment {
        Attachment(
            id: AttachmentID(container), pod: PodIdentity(namespace: "shop", name: pod, uid: "u1"),
            netns: "/run/netns/x",
            addresses: .dualStack(
                try #require(IPv4Address("10.0.0.7")), try #require(IPv6Address("2001:db8::a00:7"))),
            eni: ENIID("eni-1"),
            since: Instant(nanoseconds: 1))
    }

    private func contents(of name: String) throws -> String {
        try String(contentsOfFile: directory.path(name), encoding: .utf8)
    }

    private var errors: [String] {
        log.lines.filter { $0.hasPrefix("error: ") }.map { $0.replacing(directory.path(""), with: "DIR") }
    }

    @Test func theProgramGetsTheEventOnItsInputAndInItsEnvironment() async throws {
        let told = try script("cat > $1/input; env | grep ^WARMPOOL_ | sort > $1/environment; echo noise")
        let hook = hook()
        hook.take([.putAttachment(try attachment("c1"))], for: told)
        await hook.stop()
        let input = try JSONValue(parsing: Array(contents(of: "input").utf8))
        #expect(
            input == [
                "event": "add", "namespace": "shop", "name": "web-0", "uid": "u1", "containerID": "c1",
                "ifname": "eth0", "addresses": ["10.0.0.7", "2001:db8::a00:7"], "eni": "eni-1",
            ])
        #expect(
            try contents(of: "environment").split(separator: "\n") == [
                "WARMPOOL_ADDRESSES=10.0.0.7,2001:db8::a00:7", "WARMPOOL_CONTAINER_ID=c1", "WARMPOOL_ENI=eni-1",
                "WARMPOOL_EVENT=add",
                "WARMPOOL_IFNAME=eth0", "WARMPOOL_NAME=web-0", "WARMPOOL_NAMESPACE=shop", "WARMPOOL_UID=u1",
            ])
        #expect(log.lines.isEmpty, "\(log.lines)")
    }

    @Test func aRemovalIsToldWithAllThatWasKnownAndOnceAlone() async throws {
        let told = try script("echo $WARMPOOL_EVENT $WARMPOOL_NAME $WARMPOOL_ADDRESSES >> $1/told")
        let old = try attachment("c1", pod: "old-0")
        let hook = hook(pods: [old])
        // The old one is known already; what nobody knew cannot be removed.
        hook.take([.putAttachment(old), .removeAttachment(AttachmentID("never"))], for: told)
        hook.take([.removeAttachment(old.id), .removeAttachment(old.id), .removeENI(ENIID("eni-1"))], for: told)
        await hook.stop()
        #expect(try contents(of: "told") == "delete old-0 10.0.0.7,2001:db8::a00:7\n")
    }

    @Test func theEventsOfOnePodComeOneAfterTheOther() async throws {
        let gate = try Gate(directory.path("gate"))
        let told = try script(
            "[ $WARMPOOL_EVENT = delete ] || flock -s $1/gate true; echo $WARMPOOL_EVENT >> $1/$WARMPOOL_CONTAINER_ID")
        let (first, second) = (try attachment("c1"), try attachment("c2"))
        let hook = hook(pods: [second])
        hook.take([.putAttachment(first), .removeAttachment(first.id)], for: told)
        // Another pod's removal overtakes them.
        hook.take([.removeAttachment(second.id)], for: told)
        try await eventually("the other pod's is told") { (try? contents(of: "c2")) == "delete\n" }
        #expect(!FileManager.default.fileExists(atPath: directory.path("c1")))
        gate.open()
        try await eventually("the removal is told") { (try? contents(of: "c1")) == "add\ndelete\n" }
        await hook.stop()
        #expect(errors.isEmpty, "\(errors)")
    }

    @Test func fourRunAtOnceAndWhatFindsTheQueueFullIsCounted() async throws {
        let gate = try Gate(directory.path("gate"))
        let told = try script("echo $WARMPOOL_CONTAINER_ID >> $1/begun; flock -s $1/gate true")
        let hook = hook(maximumQueue: 2)
        for number in 1...9 { hook.take([.putAttachment(try attachment("c\(number)"))], for: told) }
        func begun() -> Set<Substring> { Set(((try? contents(of: "begun")) ?? "").split(separator: "\n")) }
        try await eventually("four run") { begun().count == 4 }
        #expect(begun() == ["c1", "c2", "c3", "c4"])
        #expect(
            errors == [
                "error: annotate: 2 events wait for DIR/hook, so that the add of shop/web-0 and others are told to "
                    + "nobody; make the program faster"
            ])
        gate.open()
        let summary = "warning: annotate: 3 events were told to nobody, because too many waited"
        try await eventually("the queue is empty") { log.lines.contains(summary) }
        await hook.stop()
        #expect(begun() == ["c1", "c2", "c3", "c4", "c5", "c6"])
    }

    @Test func whatWaitsAtTheEndIsForgottenAndSaidSo() async throws {
        let gate = try Gate(directory.path("gate"))
        let told = try script("flock -s $1/gate true")
        let hook = hook()
        for number in 1...6 { hook.take([.putAttachment(try attachment("c\(number)"))], for: told) }
        async let stopped: Void = hook.stop()
        try await eventually("it is said") {
            log.lines.contains("warning: annotate: warmpoold stops; 2 events are told to nobody")
        }
        gate.open()
        await stopped
        #expect(errors.isEmpty, "\(errors)")
    }

    @Test func aProgramThatFailsIsLoggedWithWhatItSaid() async throws {
        let told = try script("echo no such pod >&2; echo bye >&2; exit 3")
        let hook = hook()
        hook.take([.putAttachment(try attachment("c1", pod: ""))], for: told)
        await hook.stop()
        let problem = try #require(errors.first)
        #expect(problem.hasPrefix("error: annotate: DIR/hook failed for the add of c1/eth0 ("))
        #expect(problem.contains("3"))
        #expect(problem.hasSuffix("which is not told again: no such pod; bye"))
        #expect(errors.count == 1)
    }

    /// More than a pipe holds, and more than the log takes.
    @Test(arguments: [0, 3]) func aProgramThatSaysMuchRunsToItsEnd(_ status: Int) async throws {
        let told = try script("head -c 300000 /dev/zero | tr '\\0' x >&2; touch $1/ended; exit \(status)")
        let hook = hook()
        hook.take([.putAttachment(try attachment("c1"))], for: told)
        await hook.stop()
        #expect(FileManager.default.fileExists(atPath: directory.path("ended")))
        #expect(errors.count == (status == 0 ? 0 : 1))
        for problem in errors {
            #expect(problem.hasPrefix("error: annotate: DIR/hook failed for the add of shop/web-0 ("))
            #expect(problem.hasSuffix("not told again: " + String(repeating: "x", count: 65_536)))
        }
    }

    @Test func aProgramThatIsNotThereIsLoggedWithWhatToDo() async throws {
        let hook = hook()
        hook.take([.putAttachment(try attachment("c1"))], for: .init(program: directory.path("missing")))
        await hook.stop()
        let problem = try #require(errors.first)
        #expect(problem.hasPrefix("error: annotate: DIR/missing cannot be run for the add of shop/web-0: "))
        #expect(problem.hasSuffix("; see annotate.command"))
    }

    @Test func aProgramThatDoesNotReadIsNoProblem() async throws {
        let told = try script("exec < /dev/null; exit 0")
        let hook = hook()
        for number in 1...20 { hook.take([.putAttachment(try attachment("c\(number)"))], for: told) }
        hook.take([.removeAttachment(AttachmentID("c1"))], for: told)
        await hook.stop()
        #expect(errors.isEmpty, "\(errors)")
    }

    /// Its children hold its output open, and die with it.
    @Test func aProgramThatHangsIsKilledWithItsChildren() async throws {
        let container = "c-\(UUID())"
        let hook = hook()
        hook.take(
            [.putAttachment(try attachment(container))],
            for: try script("sleep 1000 & sleep 1000", timeout: .seconds(1)))
        await hook.stop()
        try await eventually("nothing that the program started lives") { try living(with: container) == [] }
        #expect(
            errors == [
                "error: annotate: DIR/hook was killed after 1s with the add of shop/web-0, which is not told again; "
                    + "make it faster, or raise annotate.timeout"
            ])
    }

    /// The processes with a text in their environment.
    private func living(with text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { process in
            guard Int32(process) != nil,
                let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ")
            else { return false }
            return String(decoding: environment, as: UTF8.self).contains(text)
        }
    }
}

/// A lock that keeps scripts waiting which take it with `flock`, until it is opened.
private struct Gate: ~Copyable {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
    }

    consuming func open() {}

    deinit {
        close(descriptor)
    }
}
