import ControlProtocol
import Foundation
import Identity
import Testing
import Timekeeping

/// The program `warmpoolctl`, against a daemon and without one.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WarmpoolctlTests {
    private static let commands = ["status", "enis", "pods", "explain", "max-pods", "verify", "gc"]

    @Test func itSaysWhatItIs() async throws {
        let help = try await run("warmpoolctl", ["--help"])
        #expect(help.status == 0)
        for command in WarmpoolctlTests.commands { #expect(help.output.contains("  \(command) ")) }
        #expect(help.output.contains("EXIT STATUS"))
        #expect(try await run("warmpoolctl", ["--version"]).output == warmpoolVersion + "\n")
    }

    @Test(arguments: [
        ["--frobnicate"], ["stats"], ["status", "surplus"], ["pods", "--output", "xml"], ["enis", "-x"],
    ])
    func aWrongCommandLineIsUsageError(_ arguments: [String]) async throws {
        let ending = try await run("warmpoolctl", arguments)
        #expect(ending.status == 64)
        #expect(ending.errors.contains("Usage:") && ending.output.isEmpty)
    }

    @Test(arguments: commands) func withoutADaemonItSaysWhatToDo(_ command: String) async throws {
        for format in ["text", "json"] {
            let ending = try await run("warmpoolctl", [command, "--socket", "/nowhere/w.sock", "--output", format])
            #expect(ending.status == 1)
            #expect(ending.output.isEmpty)
            #expect(ending.errors.hasPrefix("warmpoolctl: warmpoold cannot be reached on /nowhere/w.sock"))
            #expect(ending.errors.contains("systemctl start warmpoold"))
        }
    }

    @Test func everySubcommandShowsWhatTheDaemonKnows() async throws {
        let daemon = try await DaemonProcess(settings: "warmIPTarget: 1")
        try await daemon.warm()
        let peer = try Peer(daemon.socket)
        peer.send(try Frame.bytes(Request(.add("web-0"), deadline: BootClock.now + .seconds(10))))
        let granted: PodAddress = try #require(try await peer.reply()).value()

        func text(_ arguments: String..., status: Int32 = 0) async throws -> String {
            let ending = try await run("warmpoolctl", arguments + ["--socket", daemon.socket])
            #expect(ending.status == status, "\(arguments): \(ending.errors)")
            return ending.output
        }
        func json(_ arguments: String..., status: Int32 = 0) async throws -> Any {
            let ending = try await run("warmpoolctl", arguments + ["--socket", daemon.socket, "--output", "json"])
            #expect(ending.status == status, "\(arguments): \(ending.errors)")
            return try JSONSerialization.jsonObject(with: Data(ending.output.utf8))
        }

        let status = try await text("status")
        #expect(status.contains("i-mock, t3.small, z"))
        expectPairs(
            status, names: ["daemon", "node", "provider", "ready", "mode", "target", "ENIs", "addresses", "pods"])
        #expect(try await (json("status") as? [String: Any])?["pods"] as? Int == 1)

        let enis = try await text("enis")
        expectTable(enis, columns: 10)
        #expect(enis.contains("0 (primary)"))
        let addresses = try await text("enis", "--addresses")
        expectTable(addresses, columns: 4)
        #expect(addresses.contains("warmpool/web-0/eth0"))
        #expect(try await (json("enis") as? [[String: Any]])?.first?["isPrimary"] as? Bool == true)

        let pods = try await text("pods")
        expectTable(pods, columns: 8)
        #expect(pods.contains("shop") && pods.contains("\(granted.addresses)"))
        #expect(try await (json("pods") as? [[String: Any]])?.map { $0["name"] as? String } == ["web-0"])

        #expect(try await text("explain") == "next pod: gets an address at once\n")
        #expect(try await text("explain", "shop/web-0").hasPrefix("shop/web-0: has \(granted.addresses) of eni-"))
        #expect(try await (json("explain", "web-0") as? [[String: Any]])?.count == 1)
        let unknown = try await run("warmpoolctl", ["explain", "web-9", "--socket", daemon.socket])
        #expect(unknown.status == 1)
        #expect(unknown.errors.hasPrefix("warmpoolctl: no pod on this node has the name"))

        expectPairs(
            try await text("max-pods"), names: ["instance type", "mode", "ENIs", "addresses per ENI", "pod addresses"])
        #expect(try await (json("max-pods") as? [String: Any])?["kubeletMaxPods"] as? Int == 11)

        // The pod has an address, and nobody made its interface.
        let differences = try await text("verify", status: 3)
        #expect(differences.contains("kernel: no route to \(granted.addresses) of warmpool/web-0/eth0"))
        #expect(differences.contains("1 difference in 1 ENI, "))
        #expect(try await (json("verify", status: 3) as? [String: Any])?["pods"] as? Int == 1)
        #expect(try await text("gc") == "nothing to repair\n")
        #expect(try await (json("gc") as? [String: Any])?["repairs"] as? [String] == [])

        let deleter = try Peer(daemon.socket)
        deleter.send(try Frame.bytes(Request(.delete(AttachmentID("web-0")), deadline: BootClock.now + .seconds(10))))
        #expect(try await deleter.reply()?.failure == nil)
        #expect(try await text("verify").hasPrefix("kernel, store and provider agree: 1 ENI, "))
        #expect(try await text("pods") == "no pod holds an address\n")
    }

    /// Every cell begins under its column's name, two spaces after the column before.
    private func expectTable(_ text: String, columns: Int) {
        let lines = text.split(separator: "\n").map(Array.init)
        #expect(lines.count > 1)
        let header = lines[0]
        let starts = header.indices.filter { index in
            header[index] != " " && (index == 0 || (index > 1 && header[index - 1] == " " && header[index - 2] == " "))
        }
        #expect(starts.count == columns)
        for line in lines {
            #expect(line.last != " ")
            for start in starts.dropFirst() {
                #expect(start < line.count && line[start] != " " && line[start - 1] == " " && line[start - 2] == " ")
            }
        }
    }

    /// Names in one column, values in another.
    private func expectPairs(_ text: String, names: [String]) {
        let lines = text.split(separator: "\n").map(String.init)
        for name in names { #expect(lines.contains { $0.hasPrefix(name + "  ") }, "\(name)") }
        let starts = lines.map { line in
            line.ranges(of: #/ {2,}/#).first.map { line.distance(from: line.startIndex, to: $0.upperBound) }
        }
        #expect(Set(starts).count == 1 && starts.first != nil)
    }
}
