import RateLimiting
import Testing
import Timekeeping

@Suite struct ReadingPaceTests {
    private var pace = ReadingPace(.seconds(60))

    @Test func whatIsNotThrottledIsReadAtTheInterval() {
        for jitter in [0, 0.5, 0.99] { #expect(pace.pause(jitter: jitter) == .seconds(60)) }
    }

    @Test mutating func throttlingStretchesTheIntervalAndJitterKeepsCallersApart() {
        pace.throttled()
        #expect(pace.pause(jitter: 0.5) == .seconds(120))
        #expect(pace.pause(jitter: 0) == .seconds(90))
        pace.throttled()
        #expect(pace.pause(jitter: 0.5) == .seconds(240))
    }

    @Test mutating func theIntervalGrowsToHalfAnHourAndNoFurther() {
        for _ in 0..<20 { pace.throttled() }
        #expect(pace.pause(jitter: 0.5) == .seconds(32 * 60))
    }

    @Test mutating func readingsThatGoWellTakeItBackSlowly() {
        pace.throttled()
        pace.answered()
        #expect(pace.pause(jitter: 0.5) > .seconds(110))
        for _ in 0..<20 { pace.answered() }
        #expect(pace.pause(jitter: 0.9) == .seconds(60))
    }
}
