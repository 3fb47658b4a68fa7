import Testing
import Timekeeping

@Suite("Durations as people write them") struct DurationTests {
    @Test(
        "They are a number and a unit",
        arguments: [
            ("30s", .seconds(30)), ("1.5s", .milliseconds(1500)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
            ("250ms", .milliseconds(250)), ("7us", .microseconds(7)), ("9ns", .nanoseconds(9)), ("0", .zero),
            ("0s", .zero), ("0.1ms", .microseconds(100)), ("0.5h", .seconds(1800)),
            ("9007199254740993ns", .nanoseconds(9_007_199_254_740_993)),
        ] as [(String, Duration)])
    func read(text: String, duration: Duration) {
        #expect(Duration(text: text) == duration)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "s", "30", "30 s", " 30s", "30s ", "-30s", "+30s", "1..5s", ".", ".s", "1e3s", "30S", "30sec", "1d",
            "٣s", "infs", "nans", "0x1s", "1h30m", "9999999h", "9223372036854775808ns", "99999999999999999999h",
        ])
    func refused(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(
        "They print in the largest unit that is exact, and read back",
        arguments: [
            (.zero, "0s"), (.seconds(30), "30s"), (.milliseconds(1500), "1500ms"), (.seconds(120), "2m"),
            (.seconds(90), "90s"), (.seconds(7200), "2h"), (.nanoseconds(1), "1ns"),
            (.nanoseconds(9_007_199_254_740_993), "9007199254740993ns"),
            (.nanoseconds(Int64.max), "9223372036854775807ns"),
        ] as [(Duration, String)])
    func print(duration: Duration, text: String) {
        #expect(duration.text == text)
        #expect(Duration(text: duration.text) == duration)
    }

    @Test(
        "For a person they are rounded",
        arguments: [
            (.zero, "0 ms"), (.nanoseconds(1), "1 ms"), (.milliseconds(850), "850 ms"), (.milliseconds(1001), "2 s"),
            (.seconds(12), "12 s"), (.seconds(119), "119 s"), (.seconds(240), "4 min"), (.seconds(10_800), "3 h"),
        ] as [(Duration, String)])
    func rounded(duration: Duration, text: String) {
        #expect(duration.rounded == text)
    }

    @Test("Nanoseconds are whole, and saturate") func nanoseconds() {
        #expect(Duration.seconds(3).nanoseconds == 3_000_000_000)
        #expect(Duration.milliseconds(-1500).nanoseconds == -1_500_000_000)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect((Duration.nanoseconds(Int64.max) + .nanoseconds(1)).nanoseconds == .max)
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
    }
}
