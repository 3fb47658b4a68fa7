import JSON

/// How a message stands on the socket: its length as four bytes, most significant first, then the message as JSON.
public enum Frame {
    /// The bytes before each message.
    public static let headerLength = 4
    /// The longest message; a peer that announces more is not one of ours.
    public static let maximumLength = 4 << 20

    /// A message with its header.
    ///
    /// - Throws: `EncodingError` where the message has a value that JSON cannot express.
    public static func bytes(_ message: some Encodable) throws -> [UInt8] {
        let body = try JSONCoding.encode(message).bytes()
        let length = UInt32(body.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + body
    }

    /// The length of the message behind a header; `nil` where it is longer than a message may be.
    public static func length(_ header: some Sequence<UInt8>) -> Int? {
        let length = header.reduce(0) { $0 << 8 | Int($1) }
        return length <= maximumLength ? length : nil
    }
}
