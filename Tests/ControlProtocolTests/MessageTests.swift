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
                netns: "/run/netns/web-0", requested: IPv4Address("10.0.0.9"))),
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
            {"version": 1, "deadline": 7, "traceID": "x",
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
        let text = #"{"version": 1, "deadline": 7, "command": {"operation": "dance"}}"#
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

    @Test func aLengthBeyondTheLimitIsNoFrame() {
        #expect(Frame.length([0, 0x40, 0, 0]) == Frame.maximumLength)
        #expect(Frame.length([0, 0x40, 0, 1]) == nil)
        #expect(Frame.length([0xff, 0xff, 0xff, 0xff]) == nil)
    }
}
