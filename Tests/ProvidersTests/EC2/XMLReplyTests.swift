import Testing

@testable import Providers

/// Documents that are none of EC2's are refused with a reason, and none takes down the process or a minute of its time.
@Suite("EC2's XML", .timeLimit(.minutes(2))) struct XMLReplyTests {
    private func problem(_ text: String) -> String? {
        problem(Array(text.utf8))
    }

    /// Why a document is refused; `nil` when it is read.
    private func problem(_ bytes: [UInt8]) -> String? {
        do {
            _ = try XMLReply(bytes).decode(EC2Reply<DescribeInterfacesPage>.self)
            return nil
        } catch {
            return error.reason
        }
    }

    private static let valid = Canned.interfaces([
        Canned.interface(secondary: ["10.0.1.11"]), Canned.interface("eni-2"),
    ])

    @Test("What EC2 sends is read") func valid() throws {
        let reply = try XMLReply(Array(XMLReplyTests.valid.utf8))
        #expect(reply.root == "DescribeNetworkInterfacesResponse")
        let content = try reply.decode(EC2Reply<DescribeInterfacesPage>.self)
        #expect(content.requestID == "req-1")
        #expect(content.content.elements.map(\.networkInterfaceId) == [Canned.primary, "eni-2"])
    }

    @Test("Lists may be empty, missing or of one element", arguments: ["", "<networkInterfaceSet/>"])
    func lists(list: String) throws {
        let reply = try XMLReply(Array(Canned.document("DescribeNetworkInterfaces", list).utf8))
        #expect(try reply.decode(EC2Reply<DescribeInterfacesPage>.self).content.elements.isEmpty)
    }

    @Test(
        "What is no document is named",
        arguments: [
            ("", "it is empty"), ("no XML", "it has no element"), ("{\"a\": 1}", "it has no element"),
            ("<a>", "it is truncated: 1 elements have no end"), ("<a", "it is truncated within a tag"),
            ("<", "it is truncated within a tag"), ("<a><b", "it is truncated within a tag"),
            ("</a>", "it ends more elements than it begins"), ("<a/><b/>", "it has more than one outermost element"),
            ("<!DOCTYPE html><html></html>", "it has a declaration, which no EC2 reply has"),
            ("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>", "it is not UTF-8"),
            (
                "<?x \"?><!DOCTYPE R [<!ENTITY e 'e'>]><!-- \" --><R>&e;</R>",
                "it has a declaration, which no EC2 reply has"
            ),
            ("<?x '?><!DOCTYPE R><!-- ' --><R/>", "it has a declaration, which no EC2 reply has"),
            ("<a><?x \"?><b/><?y \"?></a>", "it has a processing instruction, which no EC2 reply has"),
            (" <?xml version=\"1.0\"?><a/>", "it has a processing instruction, which no EC2 reply has"),
            ("<?xml version=\"1.0\" <a/>", "its XML declaration has no end"),
            ("<?>", "its XML declaration has no end"),
            ("<a></b>", "it is not well-formed XML"), ("<a>&nothing;</a>", "it is not well-formed XML"),
            ("<a b='1' b='2'/>", "it is not well-formed XML"),
            ("<1/>", "it is not well-formed XML"),
        ])
    func broken(document: String, reason: String) {
        #expect(problem(document) == reason)
    }

    @Test("Bytes that are no UTF-8 are named") func encoding() {
        #expect(problem([0xff, 0xfe] + Array("<a/>".utf8)) == "it is not UTF-8")
        #expect(problem(Array("<a>".utf8) + [0xc3] + Array("</a>".utf8)) == "it is not UTF-8")
    }

    @Test("What lacks something says what") func incomplete() {
        let without = XMLReplyTests.valid.replacing("<subnetId>subnet-1</subnetId>", with: "")
        #expect(problem(without)?.contains("subnetId is missing") == true)
        let wrong = XMLReplyTests.valid.replacing("<deviceIndex>0<", with: "<deviceIndex>zero<")
        #expect(problem(wrong)?.hasPrefix("DescribeNetworkInterfacesResponse lacks what it must have") == true)
    }

    @Test("A document of another kind is seen at its root") func root() throws {
        #expect(try XMLReply(Array("<html xmlns='x'><p>hi</p></html>".utf8)).root == "html")
        #expect(try XMLReply(Array("<a/>".utf8)).root == "a")
    }

    @Test("Nesting, entities and sheer size are refused before anything is parsed") func hostile() {
        #expect(problem(String(repeating: "<a>", count: 1_000_000)) == "it is nested more than 32 deep")
        let hidden = String(repeating: "<a b='/>'>", count: 100) + String(repeating: "</a>", count: 100)
        #expect(problem(hidden) == "it is nested more than 32 deep")
        var bomb = "<!DOCTYPE a [<!ENTITY a0 'lol'>"
        for level in 1..<30 { bomb += "<!ENTITY a\(level) '\(String(repeating: "&a\(level - 1);", count: 10))'>" }
        #expect(problem(bomb + "]><a>&a29;</a>") == "it has a declaration, which no EC2 reply has")
        #expect(
            problem("<a>" + String(repeating: "<b/>", count: 200_000) + "</a>") == "it has more than 100000 elements")
        #expect(
            problem("<a>" + String(repeating: "&amp;", count: 100_000) + "</a>")
                == "it has a text of more than 65536 bytes")
        let attributes = (0..<1_000).map { "a\($0)='1'" }.joined(separator: " ")
        #expect(problem("<a \(attributes)/>") == "it has a tag of more than 1024 bytes")
    }

    @Test("A large document is read") func large() throws {
        let items = String(repeating: "<item><privateIpAddress>10.0.0.1</privateIpAddress></item>", count: 10_000)
        let text = Canned.document(
            "AssignPrivateIpAddresses", "<assignedPrivateIpAddressesSet>\(items)</assignedPrivateIpAddressesSet>")
        let reply = try XMLReply(Array(text.utf8)).decode(EC2Reply<AssignAddressesReply>.self)
        #expect(reply.content.assignedPrivateIpAddressesSet?.items.count == 10_000)
    }

    @Test("A reply with some bytes changed, lost or doubled is read or refused", arguments: 0..<20)
    func mutated(seed: UInt64) {
        var random = SplitMix(state: seed)
        let valid = Array(XMLReplyTests.valid.utf8)
        var refused = 0
        for _ in 0..<50 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(position..<min(position + 20, bytes.count))
                case 2: bytes.insert(contentsOf: bytes[position..<min(position + 40, bytes.count)], at: position)
                default: bytes[position] = "<>/&\"'!? ".utf8.randomElement(using: &random) ?? 0
                }
            }
            if problem(bytes) != nil { refused += 1 }
        }
        #expect(refused > 0)
    }
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators".
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
