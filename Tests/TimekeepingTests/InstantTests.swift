import Foundation
import Testing
import Timekeeping

@Suite("Instants") struct InstantTests {
    @Test("They are a distance from their clock's origin") func arithmetic() {
        let instant = Instant.origin + .seconds(30)
        #expect(instant.nanoseconds == 30_000_000_000)
        #expect(instant - .origin == .seconds(30))
        #expect(Instant.origin - instant == .seconds(-30))
        #expect(instant.advanced(by: .seconds(-30)) == .origin)
        #expect(instant.duration(to: instant + .milliseconds(1)) == .milliseconds(1))
        #expect(.origin < instant && instant < .distantFuture)
    }

    @Test("Beyond the end is the distant future, and before the beginning the beginning") func saturation() {
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect(Instant.origin + .seconds(Int64.max) == .distantFuture)
        let first = Instant(nanoseconds: .min)
        #expect(first + .seconds(-1) == first)
        #expect(Instant.distantFuture - first == Duration.nanoseconds(Int64.max) - Duration.nanoseconds(Int64.min))
    }

    @Test("In JSON they are one number") func json() throws {
        let instants = [Instant.origin + .seconds(1), .distantFuture]
        let data = try JSONEncoder().encode(instants)
        #expect(String(decoding: data, as: UTF8.self) == "[1000000000,9223372036854775807]")
        #expect(try JSONDecoder().decode([Instant].self, from: data) == instants)
    }
}
