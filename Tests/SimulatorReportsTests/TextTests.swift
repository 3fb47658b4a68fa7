import Presentation
import Testing

@testable import SimulatorReports

/// The report in a terminal.
@Suite struct TextTests {
    @Test func itReadsAtAGlance() throws {
        let report = try Samples.tight()
        let lines = report.text(.plain).split(separator: "\n")
        #expect(lines[0] == "tight, seed 1")
        #expect(lines[1].hasPrefix("✗ 1 of 2 expectations fails: \(report.pods.started) pods started"))
        #expect(lines.contains { $0.hasPrefix("  wait for an address  p50 ") })
        #expect(lines.contains { $0.hasPrefix("  subnet-exhausted ") })
        #expect(lines.contains { $0.hasPrefix("  AssignPrivateIpAddresses ") })
        #expect(lines.contains { $0.contains("1.23 times the bound") })
        #expect(lines.suffix(2).map { $0.prefix(1) } == ["✓", "✗"])
        #expect(
            try Samples.quiet().text(.plain).hasPrefix(
                "quiet, seed 1\n✓ 0 pods started, no pod is pending at the end\n"))
    }

    @Test(arguments: [70, 80, 120]) func tablesKeepToTheWidth(_ width: Int) throws {
        for line in try Samples.tight().text(TextStyle(isColoured: false, width: width)).split(separator: "\n")
        where line.hasPrefix("  ") {
            #expect(line.count <= width, "\(line)")
        }
    }

    @Test func colourIsOnlyWhereItIsWanted() throws {
        let report = try Samples.tight()
        let plain = report.text(TextStyle(isColoured: false, width: 100))
        let coloured = report.text(TextStyle(isColoured: true, width: 100))
        #expect(!plain.contains("\u{1b}") && coloured.contains("\u{1b}[31m✗"))
        #expect(coloured.replacing(#/\u{1b}\[\d*m/#, with: "") == plain)
    }

    @Test func namesCannotSteerTheTerminal() throws {
        let text = try Samples.hostile().text(TextStyle(isColoured: false, width: 100))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }
}
