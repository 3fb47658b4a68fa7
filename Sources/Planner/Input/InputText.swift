/// The bytes of one input, of which only what is being read is in memory, and the place that is being read.
struct InputText {
    /// The input's name, for the reports.
    let name: String
    /// The line of the next byte, from 1.
    private(set) var line = 1
    /// The column of the next byte, from 1, in Unicode code points.
    private(set) var column = 1
    private var buffer: [UInt8] = []
    private var position = 0
    private let read: () throws(InputProblem) -> [UInt8]

    private static let newline = UInt8(ascii: "\n")

    /// - Parameter read: the next bytes, however many; none at the end.
    init(name: String, read: @escaping () throws(InputProblem) -> [UInt8]) {
        self.name = name
        self.read = read
    }

    /// The next byte, which is not consumed; `nil` at the end.
    mutating func peek() throws(InputProblem) -> UInt8? {
        if position == buffer.count {
            buffer = try read()
            position = 0
            if buffer.isEmpty { return nil }
        }
        return buffer[position]
    }

    /// Consumes the byte that ``peek()`` gave.
    mutating func skip() {
        let byte = buffer[position]
        if byte == InputText.newline {
            line += 1
            column = 1
        } else if byte & 0xc0 != 0x80 {
            column += 1
        }
        position += 1
    }

    /// Consumes white space of JSON.
    mutating func skipSpace() throws(InputProblem) {
        while let byte = try peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { skip() }
    }

    /// Consumes a byte, if it is the next one.
    mutating func skip(_ byte: Unicode.Scalar) throws(InputProblem) -> Bool {
        guard try peek() == UInt8(ascii: byte) else { return false }
        skip()
        return true
    }

    /// The rest of the line without its end, which is not consumed; `nil` at the end.
    mutating func peekLine() throws(InputProblem) -> ArraySlice<UInt8>? {
        guard try peek() != nil else { return nil }
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: InputText.newline) { return buffer[position..<end] }
            searched = buffer.count - position
            let more = try read()
            buffer = buffer[position...] + more
            position = 0
            if more.isEmpty { return buffer[...] }
        }
    }

    /// Consumes the rest of the line, of which ``peekLine()`` gave the length, with its end.
    mutating func skipLine(_ length: Int) {
        position += length
        column += length
        if position < buffer.count { skip() }
    }
}
