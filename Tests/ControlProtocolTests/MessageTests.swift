import Addressing
import Identity
import JSON
import Testing
import Timekeeping

@testable import ControlProtocol

@Suite struct MessageTests {
    static let attachment = AttachmentID(network: "warmpool", containerID: "c1", ifname: "eth0")

    static let commands: [Command] = [
        .add(
            AddCommand(
                attachment: attachment, pod: PodIdentity(namespace: "shop", name: "web-0", uid: "u1"),
                netns: "/run/netns/web-0", requested: IPv4Address("10.0.0.9").map(PodAddresses.ipv4))),
        .delete(attachment), .check(attachment),
        .collect(CollectCommand(network: "warmpool", valid: [attachment])),
        .status, .overview, .interfaces, .pods, .explain(ExplainCommand(subject: "web-0")),
        .explain(ExplainCommand(subject: nil)), .maxPods, .verify, .reconcile,
    ]

    @Test(arguments: commands)
    func aRequestIsReadBackAsItWasSent(_ command: Command) throws {
        let request = Request(command, deadline: Instant(nanoseconds: 5))
        let frame = try Frame.bytes(request)
        #expect(Frame.length(frame.prefix(Frame.headerLength)) == frame.count - Frame.headerLength)
        let back = try JSONCoding.decode(Request.self, from: Array(frame.dropFirst(Frame.headerLength)))
        #expect(back.version == controlProtocolVersion)
        #expect(back.deadline == request.deadline)
        #expect(try JSONCoding.encode(back) == JSONCoding.encode(request))
        #expect(back.command.name == command.name)
    }

    @Test func fieldsOfALaterVersionAreIgnored() throws {
        let text = """
            {"version": \(controlProtocolVersion), "deadline": 7, "traceID": "x",
             "command": {"operation": "delete", "urgency": 9,
                         "arguments": {"network": "n", "containerID": "c", "ifname": "eth0", "zone": "b"}}}
            """
        let request = try JSONCoding.decode(Request.self, from: Array(text.utf8))
        guard case .delete(let id) = request.command else {
            Issue.record("read as \(request.command.name)")
            return
        }
        #expect(id == AttachmentID(network: "n", containerID: "c", ifname: "eth0"))
    }

    @Test func anUnknownOperationIsAnErrorThatNamesIt() throws {
        let text = #"{"version": 2, "deadline": 7, "command": {"operation": "dance"}}"#
        #expect {
            _ = try JSONCoding.decode(Request.self, from: Array(text.utf8))
        } throws: { error in
            (error as? DecodingError).map { JSONCoding.sentence(for: $0).contains("dance") } ?? false
        }
    }

    @Test func aFailureKeepsCauseAndRetry() throws {
        let failure = Reply.Failure(.refused, "full", cause: "enis-full", retryAfter: 1.5)
        let bytes = try JSONCoding.encode(Reply.failure(failure)).bytes()
        guard case .failure(let back) = try JSONCoding.decode(Reply.self, from: bytes) else {
            Issue.record("read as a success")
            return
        }
        #expect(back == failure)
    }

    static let grants = [
        (PodAddresses(ipv4: IPv4Address("10.0.0.9"), ipv6: nil), #"{"ipv4":"10.0.0.9"}"#),
        (PodAddresses(ipv4: nil, ipv6: IPv6Address("2001:db8::9")), #"{"ipv6":"2001:db8::9"}"#),
        (
            PodAddresses(ipv4: IPv4Address("10.0.0.9"), ipv6: IPv6Address("2001:db8::9")),
            #"{"ipv4":"10.0.0.9","ipv6":"2001:db8::9"}"#
        ),
    ]

    @Test(arguments: grants)
    func aGrantHasTheAddressesOfEitherFamilyByName(_ addresses: PodAddresses?, text: String) throws {
        let granted = PodAddress(
            addresses: try #require(addresses), gateway: IPv4Address(bits: 0xa9fe_0101),
            gatewayIPv6: IPv6Address(bits: 0xfe80 << 112 | 1), podTable: 1000, interfaceGroup: 4097, mtu: 1500,
            eniMTU: 9001, isRepeat: false, hostNamespace: 4_026_531_840, usableUntil: Instant(nanoseconds: 5))
        let value = try JSONCoding.encode(granted)
        #expect(value["addresses"]?.text() == text)
        #expect(try JSONCoding.decode(PodAddress.self, from: value.bytes()) == granted)
    }

    @Test func aGrantWithoutAnAddressIsNoGrant() throws {
        let granted = try PodAddress(
            addresses: .ipv4(#require(IPv4Address("10.0.0.9"))), gateway: IPv4Address(bits: 0xa9fe_0101),
            gatewayIPv6: IPv6Address(bits: 0xfe80 << 112 | 1), podTable: 1000, interfaceGroup: 4097, mtu: 1500,
            eniMTU: 9001, isRepeat: false, hostNamespace: 4_026_531_840, usableUntil: Instant(nanoseconds: 5))
        var object = try #require(JSONCoding.encode(granted).objectValue)
        object["addresses"] = [:]
        #expect(throws: DecodingError.self) { try JSONCoding.decode(PodAddress.self, from: .object(object)) }
    }

    @Test func anEndOfAddressesThatDoesNotExistIsLeftOut() throws {
        var addresses = Overview.Addresses(total: 3, assigned: 1, free: 1, cooling: 1, incoming: 0, limit: nil)
        #expect(try JSONCoding.encode(addresses)["limit"] == nil)
        #expect(try JSONCoding.decode(Overview.Addresses.self, from: JSONCoding.encode(addresses)).limit == nil)
        addresses.limit = 12
        #expect(try JSONCoding.encode(addresses)["limit"] == 12)
    }

    @Test func aLengthBeyondTheLimitIsNoFrame() {
        #expect(Frame.length([0, 0x40, 0, 0]) == Frame.maximumLength)
        #expect(Frame.length([0, 0x40, 0, 1]) == nil)
        #expect(Frame.length([0xff, 0xff, 0xff, 0xff]) == nil)
    }
}
