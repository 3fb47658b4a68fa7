import Testing

@testable import CloudServer

@Suite("Forms of the Query API") struct QueryFormTests {
    private func form(_ text: String) throws -> QueryForm { try QueryForm(decoding: Array(text.utf8)) }

    @Test("Lists come in the order of their numbers, with what is in them") func lists() throws {
        var form = try form("F.10.N=c&F.2.N=b&F.1.N=a&F.2.V.1=x&F.2.V.3=z&Plain=1+%2B%C3%A4")
        let list = try form.list("F") { element throws(EC2Error) in
            let name = try element.required("N")
            return name + (try element.list("V") { value throws(EC2Error) in try value.text() }).joined()
        }
        #expect(list == ["a", "bxz", "c"])
        #expect(form.string("Plain") == "1 +ä")
        try form.finish()
    }

    @Test(
        "What nobody has read is refused",
        arguments: [
            ("B=1", "UnknownParameter"), ("L.x=1", "UnknownParameter"), ("L.1.More=1", "MissingParameter"),
            ("L.2.More=1", "UnknownParameter"), ("A.1=2", "UnknownParameter"), ("N.C=1", "UnknownParameter"),
        ])
    func unread(text: String, code: String) throws {
        var form = try form("A=1&L.2=v&\(text)")
        #expect(form.string("A") == "1")
        let error = #expect(throws: EC2Error.self) {
            _ = try form.list("L") { value throws(EC2Error) in try value.text() }
            try form.nested("N") { _ throws(EC2Error) in }
            try form.finish()
        }
        #expect(error?.code == code)
    }

    @Test(
        "What is no form",
        arguments: [
            "A=%", "A=%4", "A=%zz", "A=%ff", "A=1&A=2", "=1", "A..B=1", ".=", "a.b.c.d.e.f.g.h.i=1",
            String(repeating: ".", count: 100_000),
        ])
    func malformed(text: String) throws {
        #expect(throws: EC2Error.self) { try form(text) }
    }

    @Test("Control characters, which XML cannot carry") func control() throws {
        let error = #expect(throws: EC2Error.self) { try form("A=%00") }
        #expect(error?.code == "InvalidCharacter")
        var fine = try form("A=%09%0a")
        #expect(fine.string("A") == "\t\n")
    }

    @Test("Numbers, truth values and what is required") func typed() throws {
        var form = try form("N=7&Big=99999999999999999999&B=TRUE&C=yes&E=")
        #expect(try form.integer("N", in: 0...9) == 7 && form.integer("Missing", in: 0...9) == nil)
        #expect(throws: EC2Error.self) { try form.integer("Big", in: 0...9) }
        #expect(try form.bool("B") == true)
        #expect(throws: EC2Error.self) { try form.bool("C") }
        #expect(throws: EC2Error.missingParameter("E")) { try form.required("E") }
        #expect(throws: EC2Error.missingParameter("None")) { try form.required("None") }
    }
}
