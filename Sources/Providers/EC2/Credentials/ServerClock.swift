/// What a refusal tells of the server's clock.
enum ServerClock {
    /// The server's time, in seconds since 1970, from the `Date` of its reply or, where a proxy took that away, from the
    /// message of `SignatureDoesNotMatch`; nil where neither has one.
    ///
    /// AWS's messages read `Signature expired: T1 is now earlier than T2 (T3 - 5 min.)` and `Signature not yet current:
    /// T1 is still later than T2 (T3 + 5 min.)`, where T3 is the server's time.
    static func seconds(date: String?, message: String) -> Int? {
        if let date, let seconds = HTTPDate.seconds(date) { return seconds }
        guard message.hasPrefix("Signature expired") || message.hasPrefix("Signature not yet current"),
            let open = message.firstIndex(of: "(")
        else { return nil }
        return basic(message[message.index(after: open)...].prefix { $0.isLetter || $0.isNumber })
    }

    /// How much to add to this machine's clock for the requests that follow.
    ///
    /// - Parameter now: this machine's time, in seconds since 1970.
    static func offset(date: String?, message: String, now: Int) -> Duration? {
        seconds(date: date, message: message).map { .seconds($0 - now) }
    }

    /// Reads the basic format of ISO 8601, `20261126T010203Z`.
    private static func basic(_ text: Substring) -> Int? {
        let characters = Array(text)
        guard characters.count == 16 else { return nil }
        func part(_ range: Range<Int>) -> String { String(characters[range]) }
        return IssuedCredentials.seconds(
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<11)):\(part(11..<13)):\(part(13..<16))")
    }
}
