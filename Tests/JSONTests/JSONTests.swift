import Foundation
import JSON
import Testing

@Suite("Reading JSON")
struct ParserTests {
    @Test("every kind of value is read as what it is")
    func kinds() throws {
        let value = try JSONValue(
            parsing: #" {"n": null, "t": true, "f": false, "i": -12, "d": 1.50, "s": "pods", "a": [1, [], {}]} "#)
        #expect(
            value == [
                "n": .null, "t": true, "f": false, "i": -12, "d": 1.5, "s": "pods", "a": [1, [], [:]],
            ])
        #expect(value.objectValue?.names == ["n", "t", "f", "i", "d", "s", "a"])
    }

    @Test("of two members with one name the last counts")
    func duplicates() throws {
        #expect(try JSONValue(parsing: #"{"a": 1, "b": 2, "a": 3}"#) == ["a": 3, "b": 2])
    }

    @Test(
        "numbers",
        arguments: [
            ("0", .integer(0)), ("-0", .number(-0.0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
            ("1.0", .number(1)), ("1e3", .number(1000)), ("1E+2", .number(100)), ("25e-1", .number(2.5)),
            ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-400", .number(0)),
            ("100000000000000000000000000000", .number(1e29)),
        ] as [(String, JSONValue)])
    func numbers(text: String, value: JSONValue) throws {
        let parsed = try JSONValue(parsing: text)
        #expect(parsed == value)
        // Zeros are equal whatever their sign; their texts are not.
        #expect(parsed.text() == value.text())
    }

    @Test(
        "strings",
        arguments: [
            (#""""#, ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9""#, "é"), (#""\u00E9x""#, "éx"),
            (#""\ud83d\ude00!""#, "😀!"), (#""😀""#, "😀"), (#""\u0000""#, "\0"), (#""a\u0041b""#, "aAb"),
        ])
    func strings(text: String, value: String) throws {
        #expect(try JSONValue(parsing: text) == .string(value))
    }

    @Test(
        "an error names its place and what was expected there",
        arguments: [
            ("", "line 1, column 1: expected a value, but the text ends here"),
            ("{\"a\": 1,\n \"b\": 2,\n \"ü\": 3 4}", "line 3, column 9: expected ',' or '}' after a value"),
            ("[1 2]", "line 1, column 4: expected ',' or ']' after a value"),
            ("[1,]", "line 1, column 4: expected a value"),
            ("{\"a\" 1}", "line 1, column 6: expected ':' after a member's name"),
            ("{\"a\":1,}", "line 1, column 8: expected a member's name in double quotes"),
            ("{a: 1}", "line 1, column 2: expected a member's name in double quotes"),
            ("{\"name\": ", "line 1, column 10: expected a value, but the text ends here"),
            ("1 x", "line 1, column 3: expected nothing more after the document"),
            ("tru", "line 1, column 1: expected true"),
            ("01", "line 1, column 2: expected nothing more after the document"),
            ("-", "line 1, column 2: expected a digit, but the text ends here"),
            ("1.x", "line 1, column 3: expected a digit"),
            ("1e", "line 1, column 3: expected a digit, but the text ends here"),
            ("1e400", "line 1, column 1: expected a number in the range of a double"),
            ("\u{feff}1", "line 1, column 1: expected a value"),
            (#""\x""#, "line 1, column 3: expected one of \" \\ / b f n r t u after '\\'"),
            (#""\u12g4""#, "line 1, column 6: expected four hexadecimal digits after '\\u'"),
            (#""\ud83d""#, "line 1, column 3: expected surrogates only in pairs, high before low"),
            (#""\ude00\ud83d""#, "line 1, column 3: expected surrogates only in pairs, high before low"),
            (#""\ud83d\n""#, "line 1, column 3: expected surrogates only in pairs, high before low"),
            (
                "\"a\nb\"",
                "line 1, column 3: expected '\"' at the end of a string, and control characters in it escaped"
            ),
            (
                "\"a",
                "line 1, column 3: expected '\"' at the end of a string, and control characters in it escaped, "
                    + "but the text ends here"
            ),
        ])
    func errors(text: String, message: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.description == message)
    }

    @Test(
        "UTF-8 that is not valid is refused",
        arguments: [[0xff], [0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: Array("[\"ok".utf8) + bytes + Array("\"]".utf8))
        }
        #expect(error?.problem == "expected a string in valid UTF-8")
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array("[\"\\n".utf8) + bytes + Array("\"]".utf8)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test("nesting is bounded, however deep the document")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try JSONValue(parsing: nested(JSONValue.maximumDepth))
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(JSONValue.maximumDepth + 1)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 1_000_000)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[[1]]", maximumDepth: 1) }
    }

    @Test("an object with very many members is read whole")
    func manyMembers() throws {
        let text = "{" + (0..<50_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + ",\"key7\":0}"
        let object = try #require(try JSONValue(parsing: text).objectValue)
        #expect(object.count == 50_000)
        #expect(object["key7"] == 0)
        #expect(object["key49999"] == 49_999)
        #expect(object["key50000"] == nil)
    }
}

@Suite("Objects")
struct ObjectTests {
    @Test("order is kept, and does not count for equality", arguments: [3, 40])
    func order(count: Int) {
        let members = (0..<count).map { ("k\($0)", JSONValue.integer(Int64($0))) }
        let forward = JSONObject(members)
        let backward = JSONObject(members.reversed())
        #expect(forward.names == members.map(\.0))
        #expect(backward.names == members.map(\.0).reversed())
        #expect(forward == backward)
        #expect(forward.hashValue == backward.hashValue)
    }

    @Test("members can be set, replaced in place, and removed", arguments: [3, 40])
    func changes(count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", JSONValue.integer(Int64($0))) })
        object["k1"] = "new"
        #expect(object[1] == ("k1", "new"))
        object["k0"] = nil
        object["k0"] = nil
        #expect(object.count == count - 1)
        #expect(object["k0"] == nil)
        #expect(object["k2"] == 2)
        #expect(object.names.first == "k1")
        object["last"] = true
        #expect(object.names.last == "last")
    }

    @Test("accessors answer for their own kind only")
    func accessors() {
        let value: JSONValue = ["i": 3, "d": 3.0, "f": 3.5, "s": "x", "a": [1], "n": .null, "b": true, "big": 1e300]
        #expect(value["i"]?.intValue == 3)
        #expect(value["d"]?.intValue == 3)
        #expect(value["f"]?.intValue == nil)
        #expect(value["big"]?.intValue == nil)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["s"]?.stringValue == "x")
        #expect(value["s"]?.boolValue == nil)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["b"]?.boolValue == true)
        #expect(value["n"]?.isNull == true)
        #expect(value["missing"] == nil)
        #expect(value["s"]?["x"] == nil)
    }
}

@Suite("Writing JSON")
struct WriterTests {
    @Test("compact and indented")
    func layouts() {
        let value: JSONValue = ["a": [1, -2.5, .null, true], "e": [], "o": [:], "s": "x"]
        #expect(value.text() == #"{"a":[1,-2.5,null,true],"e":[],"o":{},"s":"x"}"#)
        #expect(
            value.text(.indented) == """
                {
                  "a": [
                    1,
                    -2.5,
                    null,
                    true
                  ],
                  "e": [],
                  "o": {},
                  "s": "x"
                }
                """)
    }

    @Test("quotes, backslashes and control characters are escaped, and nothing else")
    func escapes() {
        let text = JSONValue.string("\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}é😀\u{7f}").text()
        #expect(text == #""\"\\/\b\f\n\r\t\u0001\u001fé😀"# + "\u{7f}\"")
    }

    @Test("what JSON has no number for is null")
    func notFinite() {
        #expect(JSONValue.array([.number(.nan), .number(.infinity)]).text() == "[null,null]")
    }
}

/// Documents that this parser and Foundation's must judge alike, where both follow RFC 8259.
@Suite("Compared with Foundation")
struct ComparisonTests {
    static let valid = [
        "null", "true", " [ ] ", "{}", "0", "-0.0", "123", "1.25e-3", "\"\"", #""\u0000\ud834\udd1e""#,
        #"{"a":{"b":{"c":[1,2,{"d":null}]}}}"#, "[[[[[[[[[[]]]]]]]]]]", "\t\n\r 1 \r\n\t",
        #"{"":{"":0}}"#, #"["é","日本","😀"]"#, "[1e10,1E10,1e+10,1e-10]", "-9223372036854775808", "[0,0.0,10,-1]",
    ]

    static let invalid = [
        "", " ", "{", "}", "[", "]", "[,]", "[1,,2]", "{\"a\":}", "{\"a\"}", "{,}", "{\"a\":1 \"b\":2}", "nul",
        "True", "+1", ".5", "-", "1e", "1e+", "\"", "\"\\\"", "\"\\u12\"", "'a'", "[1}", "{1:2}", "1 2", "// x\n1",
        "/**/1", "[NaN]", "[Infinity]", "-Infinity", "\"\u{1}\"", "[0x10]", "\\u0031", "\u{c}1", "[\"a\"\"b\"]",
    ]

    @Test("both accept it, with the same content", arguments: valid)
    func accepts(text: String) throws {
        let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? NSObject
        let ours = try JSONValue(parsing: text)
        let back = try JSONSerialization.jsonObject(with: Data(ours.bytes(.indented)), options: .fragmentsAllowed)
        #expect(back as? NSObject == theirs)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)).text().isEmpty == false)
    }

    @Test("both refuse it", arguments: invalid)
    func refuses(text: String) {
        #expect(throws: (any Error).self) {
            try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        }
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("Foundation's coders carry a JSONValue unchanged")
    func foundationCoders() throws {
        let value: JSONValue = ["a": [1, 2.5, .null, true, "x"], "o": ["p": []]]
        let encoded = try JSONEncoder().encode(value)
        #expect(try JSONValue(parsing: Array(encoded)) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: encoded) == value)
    }
}

@Suite("Random documents")
struct RandomTests {
    @Test("what is written reads back the same", arguments: 0..<20)
    func roundTrip(seed: UInt64) throws {
        var random = Random(state: seed)
        for _ in 0..<100 {
            let value = random.value(depth: 5)
            #expect(try JSONValue(parsing: value.bytes(.compact)) == value)
            #expect(try JSONValue(parsing: value.bytes(.indented)) == value)
        }
    }

    @Test("a damaged document is read or refused, and what is read is sound", arguments: 0..<20)
    func mutation(seed: UInt64) throws {
        var random = Random(state: seed)
        for _ in 0..<200 {
            var bytes = random.value(depth: 4).bytes(random.next() % 2 == 0 ? .compact : .indented)
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                let byte = UInt8.random(in: 0...255, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.insert(byte, at: place)
                case 1 where place < bytes.count: bytes[place] = byte
                default: bytes.removeSubrange(place..<min(place + 2, bytes.count))
                }
            }
            switch Result(catching: { () throws(JSONError) in try JSONValue(parsing: bytes) }) {
            case .success(let value): #expect(try JSONValue(parsing: value.bytes()) == value)
            case .failure(let error):
                #expect(error.line >= 1 && error.column >= 1 && error.column <= bytes.count + 1)
            }
        }
    }
}

/// SplitMix64: the same documents in every run.
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func text() -> String {
        let characters: [Character] = ["a", "Z", "\"", "\\", "/", "\n", "\0", "\u{1f}", "é", "😀", "日", "{", "]", " "]
        return String((0..<Int.random(in: 0..<8, using: &self)).map { _ in characters.randomElement(using: &self)! })
    }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64(bitPattern: next()))
        case 3: return .integer(Int64.random(in: -9...9, using: &self))
        case 4:
            let number = Double(bitPattern: next())
            return .number(number.isFinite ? number : 0.5)
        case 5: return .string(text())
        case 6: return .array((0..<Int.random(in: 0..<6, using: &self)).map { _ in value(depth: depth - 1) })
        default:
            return .object(
                JSONObject((0..<Int.random(in: 0..<24, using: &self)).map { _ in (text(), value(depth: depth - 1)) }))
        }
    }
}
