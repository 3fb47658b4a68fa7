import JSON
import Testing

@Suite("Codable types as JSON")
struct CodingTests {
    struct Attachment: Codable, Equatable {
        enum State: Codable, Equatable {
            case free
            case assigned(pod: String, since: Int)
            case cooling(Double)
        }

        var id: String
        var port: UInt16
        var mtu: Int?
        var ratio: Float
        var labels: [String: String]
        var states: [State]
        var nested: [[Int8?]]
        var raw: JSONValue
    }

    let attachment = Attachment(
        id: "c1", port: 65_535, mtu: nil, ratio: 0.1, labels: ["app": "web"],
        states: [.free, .assigned(pod: "p", since: -3), .cooling(1.5)], nested: [[1, nil], []],
        raw: ["z": 1, "a": [.null, "x"]])

    @Test("synthesized code writes members in order, leaves nil out, and reads its own text")
    func roundTrip() throws {
        let value = try JSONCoding.encode(attachment)
        #expect(
            value.text() == #"{"id":"c1","port":65535,"ratio":0.1,"labels":{"app":"web"},"#
                + #""states":[{"free":{}},{"assigned":{"pod":"p","since":-3}},{"cooling":{"_0":1.5}}],"#
                + #""nested":[[1,null],[]],"raw":{"z":1,"a":[null,"x"]}}"#)
        #expect(try JSONCoding.decode(Attachment.self, from: value) == attachment)
        #expect(try JSONCoding.decode(Attachment.self, from: value.bytes(.indented)) == attachment)
    }

    @Test("unknown members are ignored; null is as good as missing for an optional")
    func leniency() throws {
        var members = try #require(try JSONCoding.encode(attachment).objectValue)
        members["mtu"] = .null
        members["fromTheFuture"] = [1, 2]
        #expect(try JSONCoding.decode(Attachment.self, from: .object(members)) == attachment)
    }

    @Test("single values and arrays are documents too")
    func fragments() throws {
        #expect(try JSONCoding.encode("x") == "x")
        #expect(try JSONCoding.encode([UInt64(1)]) == [1])
        #expect(try JSONCoding.decode([Int].self, from: [1, 2.0]) == [1, 2])
        #expect(try JSONCoding.decode(Double.self, from: 3) == 3)
        #expect(try JSONCoding.encode(String?.none) == .null)
    }

    @Test(
        "an error is one sentence that begins with the path",
        arguments: [
            ("port", 70_000, "port: 70000 is not from 0 to 65535"),
            ("port", "80", "port: expected a whole number, found the string '80'"),
            ("port", 1.5, "port: expected a whole number, found the number 1.5"),
            ("port", .null, "port: expected a whole number, found null"),
            ("id", true, "id: expected a string, found true"),
            ("labels", ["app": 1], "labels.app: expected a string, found the number 1"),
            ("labels", [], "labels: expected an object, found an array"),
            ("nested", [[], [1, 300]], "nested[1][1]: 300 is not from -128 to 127"),
            ("nested", ["a": 1], "nested: expected an array, found an object"),
            ("states", [["assigned": ["pod": "p"]]], "states[0].assigned.since: missing"),
            ("ratio", "x", "ratio: expected a number, found the string 'x'"),
        ] as [(String, JSONValue, String)])
    func sentences(member: String, wrong: JSONValue, sentence: String) throws {
        var members = try #require(try JSONCoding.encode(attachment).objectValue)
        members[member] = wrong
        let error = #expect(throws: DecodingError.self) {
            try JSONCoding.decode(Attachment.self, from: .object(members))
        }
        #expect(error.map(JSONCoding.sentence) == sentence)
    }

    @Test("a missing member is named")
    func missing() {
        let error = #expect(throws: DecodingError.self) { try JSONCoding.decode(Attachment.self, from: [:]) }
        #expect(error.map(JSONCoding.sentence) == "id: missing")
    }

    @Test("a document that is no object at all")
    func wrongRoot() {
        let error = #expect(throws: DecodingError.self) { try JSONCoding.decode(Attachment.self, from: "text") }
        #expect(error.map(JSONCoding.sentence) == "expected an object, found the string 'text'")
    }

    @Test("numbers that JSON cannot carry are refused with their path")
    func refusedNumbers() throws {
        for value in [["limit": Double.nan], ["limit": .infinity]] {
            let error = #expect(throws: EncodingError.self) { try JSONCoding.encode(value) }
            guard case .invalidValue(_, let context) = error else { continue }
            #expect(JSONCoding.text(of: context.codingPath) == "limit")
        }
        #expect(throws: EncodingError.self) { try JSONCoding.encode([UInt64.max]) }
    }

    @Test("containers made by hand: nested, repeated, and of a superclass")
    func handmadeContainers() throws {
        let value = try JSONCoding.encode(Handmade(numbers: [1, 2], name: "n"))
        #expect(value == ["super": ["name": "n"], "inner": ["numbers": [1, 2, [3]], "flag": true], "more": .null])
        #expect(try JSONCoding.decode(Handmade.self, from: value) == Handmade(numbers: [1, 2], name: "n"))
    }

    struct Handmade: Codable, Equatable {
        var numbers: [Int]
        var name: String

        enum Key: String, CodingKey { case inner, numbers, flag, more, name }

        init(numbers: [Int], name: String) {
            self.numbers = numbers
            self.name = name
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            let inner = try container.nestedContainer(keyedBy: Key.self, forKey: .inner)
            var list = try inner.nestedUnkeyedContainer(forKey: .numbers)
            numbers = [try list.decode(Int.self), try list.decode(Int.self)]
            var rest = try list.nestedUnkeyedContainer()
            #expect(try rest.decodeNil() == false)
            #expect(try rest.decode(Int.self) == 3)
            #expect(rest.isAtEnd && list.isAtEnd)
            #expect(throws: DecodingError.self) { try rest.decode(Int.self) }
            name = try container.superDecoder().container(keyedBy: Key.self).decode(String.self, forKey: .name)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            var parent = container.superEncoder().container(keyedBy: Key.self)
            try parent.encode(name, forKey: .name)
            var inner = container.nestedContainer(keyedBy: Key.self, forKey: .inner)
            var list = inner.nestedUnkeyedContainer(forKey: .numbers)
            for number in numbers { try list.encode(number) }
            var rest = list.nestedUnkeyedContainer()
            try rest.encode(3)
            var again = encoder.container(keyedBy: Key.self)
            try inner.encode(true, forKey: .flag)
            try again.encodeNil(forKey: .more)
        }
    }
}
