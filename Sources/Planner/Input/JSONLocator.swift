/// Finds the lines of members in a text that is known to be JSON. It is only done for what is wrong, so that nothing has
/// to be remembered of all the rest.
struct JSONLocator {
    private let bytes: [UInt8]
    private var position = 0

    /// How many lines below the beginning of a value a value within it stands, or the name of the member that it is; as
    /// far as the path leads.
    static func lines(to path: [JSONStep], in bytes: [UInt8]) -> Int {
        var locator = JSONLocator(bytes: bytes)
        var found = 0
        for step in path {
            guard let next = locator.enter(step) else { break }
            found = next
        }
        return bytes[..<found].count { $0 == UInt8(ascii: "\n") }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    /// Goes to a value within the next one.
    ///
    /// - Returns: where its name or, in an array, itself begins; `nil` where there is none.
    private mutating func enter(_ step: JSONStep) -> Int? {
        skipPunctuation()
        position += 1
        var index = 0
        while true {
            skipPunctuation()
            guard position < bytes.count, next != UInt8(ascii: "}"), next != UInt8(ascii: "]") else { return nil }
            let start = position
            switch step {
            case .element(index): return start
            case .element: break
            case .member(let name):
                skipValue()
                let isFound = bytes[start..<position].elementsEqual("\"\(name)\"".utf8)
                skipPunctuation()
                if isFound { return start }
            }
            skipValue()
            index += 1
        }
    }

    private mutating func skipPunctuation() {
        while [0x20, 0x0a, 0x0d, 0x09, UInt8(ascii: ","), UInt8(ascii: ":")].contains(next) { position += 1 }
    }

    private mutating func skipValue() {
        var depth = 0
        while position < bytes.count {
            switch next {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0a, 0x0d, 0x09: break
            default:
                while ![UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0a, 0x0d, 0x09, 0].contains(
                    next)
                {
                    position += 1
                }
                position -= 1
            }
            position += 1
            if depth == 0 { return }
        }
    }

    /// From the quote at the beginning to the one at the end, which is not skipped.
    private mutating func skipString() {
        position += 1
        while position < bytes.count, next != UInt8(ascii: "\"") { position += next == UInt8(ascii: "\\") ? 2 : 1 }
    }
}
