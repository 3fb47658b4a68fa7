import Fabric
import FoundationEssentials
import InstanceLimits
import NamespaceTesting
import Testing

@testable import Simulator

@Suite struct LiveFabricTests {
    @Test func aDaemonThatEndsIsReportedWithItsLogAndNothingIsLeft() async throws {
        let fake = try FakePrograms(warmpoold: "echo \"cannot run with $2\" >&2; exit 3")
        let (name, programs) = (uniqueName(), fake.programs)
        let error = await #expect(throws: LiveError.self) {
            try await LiveFabric.start(name: name, try LiveConfiguration(instanceType: small), programs: programs)
        }
        #expect(error?.description.contains(" ended ") == true)
        #expect(error?.description.contains("cannot run with /run/warmpool-sim/\(name)/node") == true)
        #expect(try traces(of: name) == [])
    }

    @Test func aCloudServerThatEndsIsReportedWithItsLogAndNothingIsLeft() async throws {
        let fake = try FakePrograms(simulator: "echo \"cannot serve $3\" >&2; exit 1")
        let (name, programs) = (uniqueName(), fake.programs)
        let error = await #expect(throws: LiveError.self) {
            try await LiveFabric.start(
                name: name, try LiveConfiguration(instanceType: small, provider: .ec2), programs: programs)
        }
        let text = error?.description ?? ""
        #expect(text.contains("warmpool-sim") && text.contains(" ended "), "\(text)")
        #expect(text.contains("cannot serve /run/warmpool-sim/\(name)/cloud/vpc.yaml"), "\(text)")
        #expect(try traces(of: name) == [])
    }

    @Test func aCloudServerThatNeverServesIsGivenUpAndEndedWithTheFabric() async throws {
        let fake = try FakePrograms(simulator: "echo waits; exec sleep 600")
        let (name, program) = (uniqueName(), fake.programs.simulator)
        let fabric = try await Fabric.create(name: name, nodes: 1)
        let state = StateDirectory(of: name)
        try state.create(nodes: 1)
        let cloud = CloudProcess(state)
        let error = await #expect(throws: LiveError.self) {
            try await cloud.start(
                try LiveConfiguration(nodes: 1, instanceType: small, provider: .rest), fabric, program, within: .zero)
        }
        #expect(error?.description.contains("warmpool-sim cloud did not serve within 0") == true)
        let process = try #require(cloud.process)
        try await LiveFabric.remove(name: name)
        #expect(!process.isRunning)
        #expect(try traces(of: name) == [])
    }

    @Test func aProcessThatCannotBeRecordedIsKilled() async throws {
        let fake = try FakePrograms(warmpoold: "while true; do sleep 0.1; done")
        let program = fake.programs.warmpoold
        try await withNamespaces(1) { namespaces in
            await #expect(throws: LiveError.self) {
                try await DaemonProcess.start(
                    [program], log: "/dev/null", in: namespaces[0].name,
                    recordedBy: DaemonRecord(directory: "/nonexistent"))
            }
            let running = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { entry in
                let command = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline") ?? Data()
                return entry.allSatisfy(\.isNumber) && String(decoding: command, as: UTF8.self).contains(program)
            }
            #expect(running == [])
        }
    }

    @Test func aFabricThatIsUpIsNotReplacedAndAnInterruptionLeavesNothing() async throws {
        // It never opens its socket, so that the start waits until it is interrupted.
        let fake = try FakePrograms(warmpoold: "exec sleep 60")
        let (name, programs) = (uniqueName(), fake.programs)
        let configuration = try LiveConfiguration(nodes: 1, instanceType: small)
        let starting = Task { try await LiveFabric.start(name: name, configuration, programs: programs) }
        let state = StateDirectory(of: name)
        while state.runningDaemons.isEmpty { await Task.yield() }
        let daemon = try #require(state.runningDaemons.first)

        let error = await #expect(throws: LiveError.self) {
            try await LiveFabric.start(name: name, configuration, programs: programs)
        }
        #expect(error == .alreadyUp(name: name, processes: [daemon.pid]))
        #expect(error?.description.contains("warmpool-sim down --name \(name)") == true)
        #expect(daemon.isRunning)

        starting.cancel()
        await #expect(throws: (any Error).self) { try await starting.value }
        #expect(!daemon.isRunning)
        #expect(try traces(of: name) == [])
    }

    @Test func whatACrashLeftBehindIsRemovedByName() async throws {
        let fake = try FakePrograms(warmpoold: "exec sleep 60")
        let name = uniqueName()
        // All that a start does before it waits, and no end to it.
        let fabric = try await Fabric.create(name: name, nodes: 1)
        let state = StateDirectory(of: name)
        try state.create(nodes: 1)
        let node = SimulatedNode(
            number: 1, netns: fabric.nodes[0], directory: state.directory(ofNode: 1), programs: fake.programs)
        let daemon = try await node.startDaemon()

        let removed = try await LiveFabric.remove(name: name)
        #expect(removed.daemons == 1)
        #expect(removed.namespaces == ["\(name)-node1", "\(name)-outside", "\(name)-router"])
        #expect(!daemon.isRunning)
        #expect(try traces(of: name) == [])
        #expect(try await LiveFabric.remove(name: name).isNothing)
    }

    @Test(arguments: ["", "../etc", "a/b", "UPPER"]) func aNameThatCannotBeTouchesNothing(name: String) async {
        await #expect(throws: FabricError.self) { try await LiveFabric.remove(name: name) }
    }

    @Test func aDaemonThatIgnoresTheRequestToEndIsKilled() async throws {
        let fake = try FakePrograms(warmpoold: "trap '' TERM; touch $2; while true; do sleep 0.1; done")
        try await withNamespaces(1) { namespaces in
            let ready = "/tmp/\(uniqueName())"
            let daemon = try await DaemonProcess.start(
                [fake.programs.warmpoold, "--config", ready], log: "/dev/null", in: namespaces[0].name)
            while (try? shell("rm \(ready)")) == nil { await Task.yield() }
            #expect(await daemon.stop(within: .milliseconds(50)) == false)
            #expect(!daemon.isRunning)
        }
    }

    @Test func aDaemonOfAnotherLifeWithTheSameNumberIsNotTouched() throws {
        let own = try #require(DaemonProcess(pid: 1))
        #expect(own.isRunning)
        let text = #"{"pid": 1, "startTime": \#(own.startTime + 1)}"#
        #expect(!(try JSONDecoder().decode(DaemonProcess.self, from: Data(text.utf8)).isRunning))
    }

    @Test func missingProgramsAreNamed() {
        let error = #expect(throws: LiveError.self) { try Programs(directory: "/nowhere") }
        #expect(error == .missingProgram(path: "/nowhere/warmpoold"))
    }

    @Test func theNodesTakeTurnsInTheSubnets() throws {
        let configuration = try LiveConfiguration(
            instanceType: small, settings: ["cooldown": "2s"], cloudSettings: ["attachDelay": "3s"])
        let texts = (1...3).map {
            configuration.daemonConfiguration(number: $0, directory: "/d/node\($0)", cloudFile: "/d/c", router: "r")
        }
        let first = texts.map { $0.split(separator: "\n").first { $0.contains("id: subnet") } }
        #expect(first.map { $0?.contains("subnet-a") } == [true, false, true])
        #expect(texts[1].contains("\ncooldown: 2s\n"))
        #expect(texts[1].contains("\n  attachDelay: 3s\n"))
        #expect(texts[1].contains("\n  instanceID: i-node2\n"))
    }
}

private var small: InstanceType { get throws { try InstanceType(named: "t3.small") } }
