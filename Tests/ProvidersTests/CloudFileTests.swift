import Addressing
import Foundation
import ModelVPC
import Pool
import Providers
import Testing
import Timekeeping

@Suite("A mock cloud in a file", .timeLimit(.minutes(5))) struct CloudFileTests {
    let directory: TestDirectory
    let storage: MockCloud.Storage

    init() throws {
        directory = try TestDirectory()
        storage = .file(path: directory.path("cloud.json"))
    }

    /// As another daemon, or the same one after a restart, would have it.
    private func provider(_ node: String = "i-1") async throws -> MockProvider {
        try await MockProvider(cloud: TestMock.cloud(storage: storage), node: TestMock.node(node))
    }

    @Test("A restarted daemon finds it as it was") func restart() async throws {
        let before = try await provider()
        let eni = try await before.describeNode().primaryENI
        let addresses = try await before.assign(eni, count: 2, token: MutationToken("a"))
        let after = try await provider()
        #expect(try await after.describeNode().primaryENI == eni)
        #expect(try await after.interfaces()[0].secondaryAddresses == addresses)
        #expect(try await after.assign(eni, count: 2, token: MutationToken("a")) == addresses)
        #expect(try directory.names == ["cloud.json", "cloud.json.lock"])
    }

    @Test("Daemons that share it never get the same address") func sharing() async throws {
        let providers = try await [provider("i-1"), provider("i-2"), provider("i-3")]
        let assigned = try await withThrowingTaskGroup { group in
            for (index, provider) in providers.enumerated() {
                let eni = try await provider.describeNode().primaryENI
                for call in 0..<20 {
                    group.addTask {
                        let token = MutationToken("\(index)/\(call)")
                        do {
                            return try await provider.assign(eni, count: 1, token: token)
                        } catch ProviderError.limitReached(.addressesPerInterface) {
                            return []
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(assigned.count == 9 && Set(assigned).count == 9)
        for provider in providers {
            #expect(try await provider.interfaces().flatMap(\.secondaryAddresses).count == 3)
        }
        // 250 less three primary and nine secondary addresses, the first primary one counted already.
        #expect(try await providers[0].subnets()[0].freeAddresses == 251 - 12)
    }

    @Test("A clock that begins anew, as after a reboot, does not stop the cloud") func reboot() async throws {
        var settings = ModelVPC.Settings()
        settings.attachDelay = .init(.milliseconds(50))
        let configuration = try TestMock.configuration(settings)
        let late = try MockCloud(configuration, storage: storage, now: { .origin + .seconds(1_000_000) })
        let before = try await MockProvider(cloud: late, node: TestMock.node())
        let eni = try await before.createInterface(
            InterfaceRequest(subnet: SubnetID("subnet-roomy"), secondary: .addresses(1)), token: MutationToken("a"))
        try await before.attach(eni.id, deviceIndex: 1)
        #expect(try await before.interfaces()[1].attachment == .attaching(deviceIndex: 1))

        let clock = ManualClock()
        let early = try MockCloud(configuration, storage: storage, now: { clock.now })
        let after = try await MockProvider(cloud: early, node: TestMock.node())
        #expect(try await after.interfaces()[1].attachment == .attaching(deviceIndex: 1))
        clock.now = .origin + .milliseconds(50)
        #expect(try await after.interfaces()[1].attachment == .attached(deviceIndex: 1))
    }

    @Test(
        "A file that is no cloud is named, and left alone",
        arguments: ["", "{", "null", #"{"version":1}"#, "\u{0}\u{1}", String(repeating: "[", count: 10_000)])
    func corrupt(content: String) async throws {
        try directory.write(content, to: "cloud.json")
        let error = await #expect(throws: ProviderError.self) { _ = try await provider() }
        guard case .malformedReply(let text) = error else {
            Issue.record("\(String(describing: error)) instead of a malformed reply")
            return
        }
        #expect(text.contains(directory.path("cloud.json")) && text.contains("remove it and restart"))
        #expect(try directory.read("cloud.json") == Data(content.utf8))
    }

    @Test("A file of another version is not guessed at") func version() async throws {
        _ = try await provider()
        let text = String(decoding: try directory.read("cloud.json"), as: UTF8.self)
        try directory.write(text.replacing(#""version":4"#, with: #""version":5"#), to: "cloud.json")
        let error = await #expect(throws: ProviderError.self) { _ = try await provider() }
        #expect(error?.description.contains("version 5 instead of 4") == true)
    }

    @Test("A file that vanishes is not begun anew behind the daemon's back") func vanished() async throws {
        let provider = try await provider()
        try FileManager.default.removeItem(atPath: directory.path("cloud.json"))
        let error = await #expect(throws: ProviderError.self) { _ = try await provider.interfaces() }
        #expect(error?.description.contains("\(directory.path("cloud.json")) is missing") == true)
        #expect(try directory.names == ["cloud.json.lock"])
    }

    @Test("A directory that is not there is named") func noDirectory() async throws {
        let path = directory.path("none/cloud.json")
        let error = await #expect(throws: ProviderError.self) {
            _ = try await MockProvider(
                cloud: TestMock.cloud(storage: .file(path: path)), node: TestMock.node())
        }
        #expect(error?.description.contains("\(path).lock (No such file or directory)") == true)
    }

    @Test("A full disk loses nothing") func diskFull() async throws {
        let provider = try await provider()
        let eni = try await provider.describeNode().primaryENI
        let before = try directory.read("cloud.json")
        try FileManager.default.createSymbolicLink(
            atPath: directory.path("cloud.json.new"), withDestinationPath: "/dev/full")
        let error = await #expect(throws: ProviderError.self) {
            _ = try await provider.assign(eni, count: 1, token: MutationToken("a"))
        }
        #expect(error?.description.contains("No space left on device") == true)
        #expect(try directory.read("cloud.json") == before)
        #expect(try await provider.assign(eni, count: 1, token: MutationToken("b")).count == 1)
    }
}
