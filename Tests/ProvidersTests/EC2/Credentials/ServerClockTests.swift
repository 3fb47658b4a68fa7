import Testing

@testable import Providers

@Suite("The server's clock") struct ServerClockTests {
    // 2026-11-26T01:15:00Z
    private let time = 1_795_655_700

    @Test("It is in the reply's date, or else in the message") func sources() {
        let date = "Thu, 26 Nov 2026 01:15:00 GMT"
        let expired =
            "Signature expired: 20261126T000000Z is now earlier than 20261126T011000Z (20261126T011500Z - 5 min.)"
        let early =
            "Signature not yet current: 20261126T030000Z is still later than 20261126T012000Z (20261126T011500Z + 5 min.)"
        #expect(ServerClock.seconds(date: date, message: "") == time)
        #expect(ServerClock.seconds(date: nil, message: expired) == time)
        #expect(ServerClock.seconds(date: "yesterday", message: early) == time)
        #expect(ServerClock.offset(date: date, message: "", now: time - 90) == .seconds(90))
        #expect(ServerClock.offset(date: nil, message: early, now: time + 3_600) == .seconds(-3_600))
    }

    @Test(
        "Otherwise it is unknown",
        arguments: [
            "", "The request signature we calculated does not match (check your key)",
            "Signature expired: 20261126T000000Z is now earlier than 20261126T011000Z", "Signature expired: (",
            "Signature expired: a (20269926T011500Z - 5 min.)", "Signature expired: a (20261126T0115Z)",
        ])
    func unknown(message: String) {
        #expect(ServerClock.seconds(date: nil, message: message) == nil)
        #expect(ServerClock.offset(date: nil, message: message, now: 0) == nil)
    }
}
