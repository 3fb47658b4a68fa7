import ControlProtocol
import Foundation
import Glibc
import Identity
import Testing
import Timekeeping

/// The program `warmpoold`, from outside.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WarmpooldTests {
    // MARK: Command line

    @Test func itSaysWhatItIs() async throws {
        let help = try await run("warmpoold", ["--help"])
        #expect(help.status == 0)
        for part in ["SIGHUP", "warmpoold config check", "EXIT STATUS"] { #expect(help.output.contains(part)) }
        let version = try await run("warmpoold", ["--version"])
        #expect(version.output == warmpoolVersion + "\n")
        #expect(version.status == 0)
    }

    @Test(arguments: [["--frobnicate"], ["config", "chek"], ["--config"], ["surplus"]])
    func aWrongCommandLineIsUsageError(_ arguments: [String]) async throws {
        let ending = try await run("warmpoold", arguments)
        #expect(ending.status == 64)
        #expect(ending.errors.contains("Usage:") && ending.output.isEmpty)
    }

    @Test func aSoundConfigurationIsCheckedWithoutBeingRun() async throws {
        let directory = try TestDirectory()
        try DaemonProcess.configure(directory)
        let ending = try await run("warmpoold", ["config", "check", "--config", directory.path("w.yaml")])
        #expect(ending.status == 0)
        #expect(ending.output == "\(directory.path("w.yaml")): no problems\n")
        #expect(!FileManager.default.fileExists(atPath: directory.path("state")))
    }

    @Test(arguments: [["config", "check"], []])
    func everyProblemOfAConfigurationIsOnALineOfStderr(_ command: [String]) async throws {
        let directory = try TestDirectory()
        try directory.write("provider: mock\nsokcet: /a\ncooldown: 5\n", to: "w.yaml")
        let ending = try await run(
            "warmpoold", command + ["--config", directory.path("w.yaml")], environment: ["WARM_IP_TARGET": "x"])
        #expect(ending.status == 2)
        #expect(ending.output.isEmpty)
        let lines = ending.errors.split(separator: "\n").map(String.init)
        #expect(lines.count == 5)
        #expect(lines.contains { $0.hasPrefix("\(directory.path("w.yaml")):2: unknown key sokcet") })
        #expect(lines.contains { $0.hasPrefix("\(directory.path("w.yaml")):3: cooldown: '5'") })
        #expect(lines.contains { $0.hasPrefix("environment variable WARM_IP_TARGET: warmIPTarget: 'x'") })
        #expect(lines.last == "warmpoold: the configuration has 4 problems; nothing was started")
    }

    @Test func withoutAFileItSaysWhichIsMissing() async throws {
        let ending = try await run("warmpoold", ["--config", "/nowhere/w.yaml"])
        #expect(ending.status == 2)
        #expect(ending.errors.hasPrefix("/nowhere/w.yaml: cannot be read ("))
    }

    @Test func whoIsNotRootIsToldWhyItMustBe() async throws {
        let directory = try TestDirectory()
        try DaemonProcess.configure(directory)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path(""))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: directory.path("w.yaml"))
        let ending = try await run([
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", programPath("warmpoold"), "--config",
            directory.path("w.yaml"),
        ])
        #expect(ending.status == 1)
        #expect(ending.errors.hasPrefix("warmpoold: warmpoold must run as root"))
        #expect(!FileManager.default.fileExists(atPath: directory.path("state")))
    }

    // MARK: Life

    @Test func aTerminationAnswersWhoWaitsAndEndsInOrder() async throws {
        let daemon = try await DaemonProcess(settings: "limits: { enis: 1, ipv4PerENI: 3 }\ncooldown: 3s")
        try await daemon.warm()
        for container in ["c1", "c2"] { #expect(try await call(daemon, .add(container)).failure == nil) }
        #expect(try await call(daemon, .delete(AttachmentID("c1"))).failure == nil)
        let waiting = try Peer(daemon.socket)
        waiting.send(try Frame.bytes(Request(.add("c3"), deadline: BootClock.now + .seconds(60))))
        try await eventually("the ADD waits") {
            try await call(daemon, .overview).value(Overview.self).waiting == 1
        }
        daemon.signal(SIGTERM)
        #expect(try await waiting.reply()?.failure?.kind == .stopping)
        #expect(try await daemon.notifications.next() == "STOPPING=1")
        #expect(try await daemon.ended() == 0)
        #expect(!FileManager.default.fileExists(atPath: daemon.socket))
        #expect(daemon.log.contains("stopping: running pods keep their network"))
        #expect(!daemon.log.contains(" error "))
    }

    @Test func whatWasGrantedIsKnownAfterARestartAndAfterACrash() async throws {
        let namespace = try await NodeNamespace()
        let directory = try TestDirectory()
        var addresses: [String: PodAddress] = [:]
        for (round, end) in [SIGTERM, SIGKILL, SIGTERM].enumerated() {
            let daemon = try await DaemonProcess(in: directory, namespace: namespace)
            try await daemon.warm()
            let new: PodAddress = try await call(daemon, .add("c\(round)")).value()
            for (container, address) in addresses {
                let again: PodAddress = try await call(daemon, .add(container)).value()
                #expect(again.addresses == address.addresses && again.isRepeat)
            }
            #expect(!addresses.values.contains { $0.addresses == new.addresses })
            addresses["c\(round)"] = new
            daemon.signal(end)
            #expect(try await daemon.ended() == (end == SIGTERM ? 0 : -SIGKILL))
        }
    }

    @Test func aHangupReadsTheConfigurationAgain() async throws {
        let daemon = try await DaemonProcess(settings: "warmIPTarget: 1")
        try await daemon.warm()
        try DaemonProcess.configure(daemon.directory, "warmIPTarget: 3\nlogFormat: json\neniMTU: 1400")
        daemon.signal(SIGHUP)
        try await reloaded(daemon)
        #expect(daemon.log.contains("the configuration was read again"))
        #expect(daemon.log.contains("logFormat has changed, but takes effect only after a restart of warmpoold"))
        #expect(daemon.log.contains("eniMTU has changed, but takes effect only after a restart of warmpoold"))
        let overview: Overview = try await call(daemon, .overview).value()
        #expect(overview.target == "3 warm addresses, at least 0 in all")

        try daemon.directory.write("provider: mock\ncooldown: soon\n", to: "w.yaml")
        daemon.signal(SIGHUP)
        try await reloaded(daemon)
        #expect(daemon.log.contains("w.yaml:2: cooldown: 'soon' is not a duration"))
        #expect(daemon.log.contains("mock is missing"))
        #expect(daemon.log.contains("the configuration has problems; the one that runs stays in force"))
        let after: Overview = try await call(daemon, .overview).value()
        #expect(after.target == overview.target)
        daemon.signal(SIGTERM)
        #expect(try await daemon.ended() == 0)
    }

    /// What a service of type `notify-reload` says, and in that order (source: systemd.service(5)).
    private func reloaded(_ daemon: DaemonProcess) async throws {
        let lines = try await daemon.notifications.next().split(separator: "\n").map(String.init)
        #expect(lines.first == "RELOADING=1")
        let time = try #require(lines.last.flatMap { $0.split(separator: "=").last }.flatMap { Int($0) })
        #expect(lines.last == "MONOTONIC_USEC=\(time)")
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        #expect((1...now.tv_sec * 1_000_000 + now.tv_nsec / 1000).contains(time))
        #expect(try await daemon.notifications.next().hasPrefix("READY=1"))
    }

    /// systemd may send a signal as soon as it was told that the service is ready.
    @Test(arguments: [SIGTERM, SIGINT]) func aSignalRightAfterTheStartIsNotLost(_ number: Int32) async throws {
        let daemon = try await DaemonProcess()
        try await daemon.ready()
        daemon.signal(SIGHUP)
        daemon.signal(number)
        #expect(try await daemon.ended() == 0)
    }

    @Test func logLinesCanBeJSON() async throws {
        let daemon = try await DaemonProcess(settings: "logFormat: json")
        try await daemon.ready()
        daemon.signal(SIGTERM)
        #expect(try await daemon.ended() == 0)
        let lines = daemon.log.split(separator: "\n")
        #expect(lines.count >= 2)
        for line in lines {
            let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: String]
            #expect(
                Set(["time", "level", "logger", "message"]).isSubset(of: object?.keys.map(\.self) ?? []), "\(line)")
        }
    }

    // MARK: A daemon that cannot run

    /// Starts a daemon that must fail.
    ///
    /// - Returns: its whole log.
    private func failure(_ daemon: DaemonProcess) async throws -> String {
        #expect(try await daemon.ended() == 1)
        return daemon.log
    }

    @Test func aSecondDaemonOnTheSameSocketTouchesNothing() async throws {
        let first = try await DaemonProcess()
        try await first.warm()
        let second = try await DaemonProcess(environment: ["WARMPOOL_SOCKET": first.socket])
        #expect(
            try await failure(second)
                == "warmpoold: cannot listen on \(first.socket): another warmpoold answers on it; stop "
                + "that one first\n")
        #expect(!FileManager.default.fileExists(atPath: second.directory.path("state/pool.sqlite")))
        #expect(try await call(first, .overview).value(Overview.self).pid == first.pid)
    }

    @Test func aSecondDaemonOnTheSameStoreIsRefused() async throws {
        let first = try await DaemonProcess()
        try await first.ready()
        let store = first.directory.path("state/pool.sqlite")
        let second = try await DaemonProcess(environment: ["WARMPOOL_STORE": store])
        #expect(
            try await failure(second)
                == "warmpoold: the store \(store) is in use by another warmpoold; stop that one first\n")
    }

    @Test func aDirectoryThatCannotBeMadeIsNamed() async throws {
        for name in ["WARMPOOL_SOCKET", "WARMPOOL_STORE"] {
            let daemon = try await DaemonProcess(environment: [name: "/proc/nowhere/file"])
            #expect(try await failure(daemon).hasPrefix("warmpoold: the directory /proc/nowhere cannot be made: "))
        }
    }

    @Test func aSocketThatCannotBeMadeIsNamed() async throws {
        let daemon = try await DaemonProcess(environment: ["WARMPOOL_SOCKET": "/proc/w.sock"])
        let log = try await failure(daemon)
        #expect(log.contains("warmpoold: cannot listen on /proc/w.sock: "))
        #expect(log.split(separator: "\n").count == 1, "\(log)")
    }

    @Test func aStoreThatCannotBeMadeIsNamed() async throws {
        let daemon = try await DaemonProcess(environment: ["WARMPOOL_STORE": "/proc/pool.sqlite"])
        #expect(try await failure(daemon).hasPrefix("warmpoold: the store /proc/pool.sqlite cannot be opened ("))
    }

    @Test func aCorruptStoreIsSetAsideAndTheDaemonServes() async throws {
        let directory = try TestDirectory()
        try FileManager.default.createDirectory(atPath: directory.path("state"), withIntermediateDirectories: true)
        try directory.write(String(repeating: "no database", count: 1000), to: "state/pool.sqlite")
        let daemon = try await DaemonProcess(in: directory)
        try await daemon.warm()
        #expect(
            daemon.log.contains(
                "the store was corrupt and is set aside as \(directory.path("state"))/pool.sqlite.corrupt-2"))
        #expect(try await call(daemon, .add("c1")).failure == nil)
    }

    @Test func aCloudFileThatHoldsNoCloudIsNamed() async throws {
        let directory = try TestDirectory()
        try directory.write("{}", to: "cloud.json")
        let log = try await failure(DaemonProcess(in: directory))
        #expect(log.hasPrefix("warmpoold: the provider's reply cannot be read: the cloud file"))
        #expect(log.contains("restore it, or remove it and restart the daemon"))
        #expect(log.split(separator: "\n").count == 1)
    }

    private func call(_ daemon: DaemonProcess, _ command: Command) async throws -> Reply {
        let peer = try Peer(daemon.socket)
        peer.send(try Frame.bytes(Request(command, deadline: BootClock.now + .seconds(20))))
        return try #require(try await peer.reply(), "\(daemon.log)")
    }
}
