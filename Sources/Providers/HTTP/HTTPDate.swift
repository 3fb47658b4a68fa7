/// Reading of the `Date` and `Retry-After` headers.
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate of RFC 9110, 5.6.7); `nil` for
    /// any other form.
    static func seconds(_ text: String) -> Int? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = number(parts[1], in: 1...31),
            let month = months.firstIndex(of: String(parts[2])), let year = number(parts[3], in: 1970...9999)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], in: 0...23), let minute = number(clock[1], in: 0...59),
            let second = number(clock[2], in: 0...60)
        else { return nil }
        return days(year, month + 1, day) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// How long a `Retry-After` asks to wait: a number of seconds, or a date (RFC 9110, 10.2.3); `nil` for anything else.
    /// At most an hour, so that no slip of a server silences a node for good.
    ///
    /// - Parameter now: in seconds since 1970.
    static func retryAfter(_ text: String, now: Int) -> Duration? {
        guard let wait = number(text[...], in: 0...Int.max) ?? seconds(text).map({ max($0 - now, 0) }) else {
            return nil
        }
        return .seconds(min(wait, 3_600))
    }

    private static func number(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let value = Int(text)
        else { return nil }
        return range.contains(value) ? value : nil
    }

    /// Days since 1970 in the Gregorian calendar, counted in years that begin in March, so that the leap day is the last
    /// of its year.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
