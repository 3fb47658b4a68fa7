import Addressing
import ControlProtocol
import FoundationEssentials
import InstanceLimits
import JSON
import LiveTesting
import Simulator
import Testing

extension FaultTests {
    /// The store is damaged or gone when the daemon starts.
    @Suite(.serialized, .liveFabric("m5.large", settings: ["cooldown": "300ms", "consistencyWindow": "300ms"]))
    struct StoreLossTests {
        enum Damage: String, CaseIterable, Sendable {
            case rubbish, truncated, holed, deleted, deletedWithItsLog
        }

        @Test(arguments: Damage.allCases) func runningPodsKeepTheirAddresses(_ damage: Damage) async throws {
            let node = try LiveFabric.current.nodes[0]
            var pods: [Sandbox: JSONValue] = [:]
            for number in 1...12 {
                let pod = try await Sandbox.make("\(damage)-\(number)", on: node)
                pods[pod] = try await pod.add()
            }
            if damage == .deleted { await node.daemon?.kill() } else { await node.daemon?.stop() }
            try await inflict(damage, on: node.directory + "/pool.sqlite")
            try await node.startDaemon()
            try await node.settles(on: Set(pods.keys.map(\.name)))

            let isSetAside = try setAside(in: node.directory)
            let isDeleted = damage == .deleted || damage == .deletedWithItsLog
            #expect(isSetAside == !isDeleted)
            let log = try String(contentsOfFile: node.log, encoding: .utf8)
            if !isDeleted {
                #expect(
                    log.contains("the store was corrupt and is set aside as \(node.directory)/pool.sqlite.corrupt-"))
            }
            for (pod, result) in pods {
                #expect(try await pod.add() == result)
                let check = try await pod.run(.check, members: ["prevResult": result])
                #expect(check.isSuccess, "\(check)")
            }
            let new = try await Sandbox.make("\(damage)-new", on: node)
            let address = try await new.add().address
            #expect(!pods.values.contains { $0.address == address })
            for pod in Array(pods.keys) + [new] { try await pod.delete() }
            try await node.settles(on: [])
        }

        private func inflict(_ damage: Damage, on path: String) async throws {
            switch damage {
            case .rubbish: try await succeed("cp /bin/sh \(path)", in: nil)
            case .truncated: try await succeed("truncate -s 5000 \(path)", in: nil)
            case .holed:
                try await succeed("dd if=/dev/zero of=\(path) bs=1 seek=4096 count=3000 conv=notrunc", in: nil)
            case .deleted: try await succeed("rm \(path)", in: nil)
            case .deletedWithItsLog: try await succeed("rm -f \(path) \(path)-wal \(path)-shm", in: nil)
            }
        }

        /// Whether a store was set aside; what was, is removed for the next test.
        private func setAside(in directory: String) throws -> Bool {
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter {
                $0.contains(".corrupt-")
            }
            for name in names { try FileManager.default.removeItem(atPath: directory + "/" + name) }
            return !names.isEmpty
        }
    }

    /// The machine was restarted: the store knows pods that are gone with it.
    @Suite(.serialized) struct RebootTests {
        @Test func theAddressesOfTheLastBootAreReleasedAndRestFirst() async throws {
            let programs = try Machine()
            try programs.boot("one")
            let live = try await LiveFabric.start(
                name: "reboot-\(ProcessInfo.processInfo.processIdentifier)",
                LiveConfiguration(
                    nodes: 1, instanceType: InstanceType(named: "t3.small"), settings: ["cooldown": "60s"]),
                programs: programs.programs)
            do {
                try await reboot(live.nodes[0], programs)
            } catch {
                try await live.remove()
                throw error
            }
            try await live.remove()
        }

        private func reboot(_ node: SimulatedNode, _ machine: Machine) async throws {
            var pods: [Sandbox] = []
            var addresses: [String] = []
            for number in 1...3 {
                pods.append(try await Sandbox.make("reboot-\(number)", on: node))
                addresses.append(try #require(try await pods[number - 1].add().address))
            }
            // A restart of the daemon alone releases nothing, at once or later.
            await node.daemon?.stop()
            try await node.startDaemon()
            try await node.settles(on: Set(pods.map(\.name)))

            await node.daemon?.kill()
            for pod in pods { try await pod.vanish() }
            try machine.boot("two")
            try await node.startDaemon()
            try await node.settles(on: [])
            for address in addresses { #expect(try await node.state(of: address) == "cooling") }
            let late = try await Sandbox.make("reboot-late", on: node)
            #expect(try await !addresses.contains(late.add().address ?? ""))
        }
    }

    /// Programs for which the machine's boot has the id that a test wants.
    final class Machine: Sendable {
        let programs: Programs
        private let directory: String

        init() throws {
            let own = try Programs.find()
            directory = "/tmp/warmpool-machine-\(ProcessInfo.processInfo.processIdentifier)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            // `ip netns exec` gives the daemon mounts of its own.
            let script = """
                #!/bin/sh
                mount --bind \(directory)/boot_id /proc/sys/kernel/random/boot_id && exec \(own.warmpoold) "$@"
                """
            try script.write(toFile: directory + "/warmpoold", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory + "/warmpoold")
            for program in [own.plugin, own.simulator] {
                let name = program.split(separator: "/").last ?? ""
                try FileManager.default.createSymbolicLink(
                    atPath: "\(directory)/\(name)", withDestinationPath: program)
            }
            programs = try Programs(directory: directory)
        }

        /// The daemon's next start is in this boot.
        func boot(_ id: String) throws {
            try id.write(toFile: directory + "/boot_id", atomically: true, encoding: .utf8)
        }

        deinit {
            try? FileManager.default.removeItem(atPath: directory)
        }
    }
}
