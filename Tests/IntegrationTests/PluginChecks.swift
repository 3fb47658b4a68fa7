import JSON
import LiveTesting
import Simulator
import Testing

extension PluginTests {
    /// CHECK after somebody changed something: the difference is named, and a second ADD repairs it.
    @Suite struct Checks {
        enum Place: Sendable { case pod, host }

        struct Damage: Sendable, CustomTestStringConvertible {
            let place: Place
            /// `HOST` stands for the host end, `ADDRESS` for the pod's address, `IPV6` for that of IPv6.
            let command: String
            let difference: String

            init(_ place: Place, _ command: String, _ difference: String) {
                self.place = place
                self.command = command
                self.difference = difference
            }

            var testDescription: String { "\(place): \(command)" }
        }

        @Test(arguments: [
            Damage(.pod, "ip address delete ADDRESS/32 dev eth0", "address ADDRESS/32 is missing on eth0 in the pod"),
            Damage(.pod, "ip route delete default", "the route 'default via 169.254.1.1"),
            Damage(.pod, "ip route delete 169.254.1.1", "the route '169.254.1.1"),
            Damage(
                .pod, "ip neighbour delete 169.254.1.1 dev eth0", "the permanent neighbour 169.254.1.1 at "),
            Damage(
                .pod, "ip neighbour replace 169.254.1.1 lladdr 02:00:00:00:00:01 nud permanent dev eth0",
                "the permanent neighbour 169.254.1.1 at "),
            Damage(
                .pod, "ip neighbour replace 169.254.1.1 nud stale dev eth0",
                "the permanent neighbour 169.254.1.1 at "),
            Damage(.pod, "ip link set lo down", "interface lo in the pod is down"),
            Damage(.pod, "ip link set eth0 down", "interface eth0 in the pod is down"),
            Damage(.pod, "ip link set eth0 mtu 1280", "interface eth0 in the pod has MTU 1280 and not 9001"),
            Damage(
                .pod, "ip link set eth0 address 02:00:00:00:00:01",
                "interface eth0 in the pod has hardware address 02:00:00:00:00:01 and not "),
            Damage(.pod, "ip link delete eth0", "host interface HOST is missing"),
            Damage(.pod, "ip link set eth0 name eth7", "interface eth0 is missing in the pod"),
            Damage(.host, "ip link delete HOST", "host interface HOST is missing"),
            Damage(.host, "ip link set HOST down", "host interface HOST is down"),
            Damage(.host, "ip link set HOST mtu 1280", "host interface HOST has MTU 1280 and not 9001"),
            Damage(
                .host, "ip link set HOST address 02:00:00:00:00:01",
                "host interface HOST has hardware address 02:00:00:00:00:01 and not "),
            Damage(.host, "ip link set HOST group 7", "host interface HOST has group 7 and not 4097"),
            Damage(.host, "sysctl -q net.ipv6.conf.HOST.accept_ra=2", "host interface HOST has accept_ra 2 and not 0"),
            Damage(
                .host, "ip route delete ADDRESS table 1000", "the route 'ADDRESS/32 index "),
            Damage(
                .host, "ip route replace ADDRESS dev lo scope link table 1000",
                "the route on the host is 'ADDRESS/32 index 1 "),
        ])
        func namesTheDifference(_ damage: Damage) async throws {
            let pod = try await Sandbox.make("damaged", on: node)
            let result = try await pod.add()
            let address = try #require(result.address)
            let host = try #require(result["interfaces"]?.arrayValue?.first?["name"]?.stringValue)
            let ipv6 = result.podAddresses?.ipv6?.description ?? "none"
            func filled(_ text: String) -> String {
                text.replacing("HOST", with: host).replacing("ADDRESS", with: address).replacing("IPV6", with: ipv6)
            }
            try await succeed(filled(damage.command), in: damage.place == .pod ? pod.name : node.netns)

            let check = try await pod.run(.check, members: ["prevResult": result])
            #expect(check.code == 104, "\(check)")
            #expect(check.message.contains(filled(damage.difference)), "\(check)")

            if !damage.command.contains("name eth7") {
                #expect(try await pod.add() == result)
                let healed = try await pod.run(.check, members: ["prevResult": result])
                #expect(healed.isSuccess, "\(healed)")
            }
            try await pod.delete()
            try await pod.vanish()
        }

        @Test func theAliasTellsWhoseItIs() async throws {
            let pod = try await Sandbox.make("alias", on: node)
            let result = try await pod.add()
            let host = try #require(result["interfaces"]?.arrayValue?.first?["name"]?.stringValue)
            try await succeed("ip link set \(host) alias mine", in: node.netns)
            let check = try await pod.run(.check, members: ["prevResult": result])
            #expect(check.code == 104, "\(check)")
            #expect(check.message == "host interface \(host) has alias mine and not warmpool/\(pod.name)/eth0")
            try await pod.delete()
        }

        @Test func anotherPodsResultIsNotAccepted() async throws {
            let pod = try await Sandbox.make("mine", on: node)
            let other = try await Sandbox.make("other", on: node)
            let result = try await pod.add()
            let foreign = try await other.add()
            let check = try await pod.run(.check, members: ["prevResult": foreign])
            #expect(check.code == 104, "\(check)")
            let addresses = (try #require(result.address), try #require(foreign.address))
            #expect(
                check.message
                    == "prevResult gives eth0 the address \(addresses.1), the daemon's record \(addresses.0)")
            try await pod.delete()
            try await other.delete()
        }
    }
}
