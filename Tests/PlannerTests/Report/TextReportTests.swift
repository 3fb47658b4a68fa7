import Presentation
import Testing

@testable import Planner

/// What a report looks like in a terminal and in a pull request.
@Suite struct TextReportTests {
    private func lines(_ report: Report, width: Int?, isColoured: Bool = false) -> [Substring] {
        report.text(TextStyle(isColoured: isColoured, width: width)).split(separator: "\n")
    }

    @Test func theVerdictComesFirst() throws {
        let lines = lines(Samples.pending, width: nil)
        #expect(lines[0] == "cluster.json, plan.yaml")
        #expect(lines[1] == "✗ 142 of 494 pods are pending (29 %) during rolling-update=all")
        #expect(self.lines(Samples.fitting, width: nil)[1] == "✓ all 12,245 pods run")
    }

    @Test func itHasTheNumbersOfTheWorstMoment() throws {
        func cells(_ first: String) throws -> [Substring] {
            try #require(lines(Samples.pending, width: nil).first { $0.hasPrefix("  \(first) ") })
                .split(separator: " ")
        }
        #expect(try cells("general").contains("413") && cells("general").contains("113"))
        #expect(try cells("subnet-a").prefix(6).map(String.init) == ["subnet-a", "a", "230", "21", "5", "0"])
        #expect(try cells("enis-full")[1] == "113")
        #expect(try cells("insufficient-cpu")[1] == "29")
        #expect(try cells("(no").contains("29"))
        let text = Samples.pending.text(.plain)
        #expect(text.contains("142 → 0") && text.contains("turn prefix delegation on"))
        #expect(text.contains("job/etl/load") && text.contains("load-0, and 28 more"))
        #expect(text.contains("! subnet-a has 5 of 256 addresses free"))
        #expect(text.contains("note: cluster.json: 3 objects of kind Widget"))
    }

    @Test(arguments: [70, 80, 100, 140]) func tablesKeepToTheWidth(_ width: Int) throws {
        let lines = lines(Samples.pending, width: width)
        for line in lines where line.hasPrefix("  ") { #expect(line.count <= width, "\(line)") }
        #expect(lines.contains { $0.contains("113") })
        // The bar of this table needs more room than 100 columns have.
        let general = try #require(lines.first { $0.hasPrefix("  general") })
        #expect(general.contains("█") == (width > 100))
    }

    @Test func sentencesWrapWithoutLosingAWord() throws {
        let words = try #require(Samples.pending.worst?.causes[0].sentence.split(separator: " "))
        let lines = lines(Samples.pending, width: 70)
        let first = try #require(lines.firstIndex { $0.hasPrefix("  enis-full") })
        let shown = lines[first...].prefix { !$0.hasPrefix("  insufficient-cpu") }
            .flatMap { $0.split(separator: " ") }
        #expect(Array(shown.dropFirst(2)) == words)
    }

    @Test func colourIsOnlyWhereItIsWanted() {
        let escape: Character = "\u{1b}"
        #expect(!Samples.pending.text(TextStyle(isColoured: false, width: 80)).contains(escape))
        let coloured = Samples.pending.text(TextStyle(isColoured: true, width: 80))
        #expect(coloured.contains("\u{1b}[31m✗ 142 of 494"))
        #expect(
            coloured.replacing(#/\u{1b}\[\d*m/#, with: "")
                == Samples.pending.text(TextStyle(isColoured: false, width: 80)))
    }

    @Test func namesCannotSteerTheTerminal() {
        let text = Samples.hostile.text(TextStyle(isColoured: false, width: 120))
        #expect(text.contains("<script>alert('title')</script>|[31m@team"))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }

    // MARK: Markdown

    @Test func everyTableOfMarkdownIsRectangular() {
        for report in [Samples.pending, Samples.fitting, Samples.hostile] {
            let blocks = report.markdown.split(separator: "\n\n").filter { $0.hasPrefix("| ") }
            #expect(!blocks.isEmpty)
            for block in blocks {
                let rows = block.split(separator: "\n").filter { $0.hasPrefix("|") }
                let widths = rows.map { $0.replacing("\\|", with: "").count { $0 == "|" } }
                #expect(rows.count > 2 && Set(widths).count == 1, "\(block)")
            }
        }
    }

    @Test func markdownHasTheNumbers() {
        let text = Samples.pending.markdown
        #expect(text.hasPrefix("## ❌ 142 of 494 pods are pending (29 %) during rolling-update=all\n"))
        #expect(text.contains("| general | 20 × t3.medium | 300 | 413 | **113** | addresses |"))
        #expect(text.contains("| subnet-a | a | 230 | 21 | 5 | 0 | 0 |"))
        #expect(text.contains("| turn prefix delegation on | 142 → 0 | -64 | 0 |"))
        #expect(text.contains("| job/etl/load | 29 | insufficient-cpu | load-0, and 28 more |"))
        #expect(Samples.fitting.markdown.hasPrefix("## ✅ all 12,245 pods run\n"))
    }

    @Test func markdownShowsNamesAsTheyAre() {
        let text = Samples.hostile.markdown
        #expect(!text.contains("<script") && !text.contains("<img") && !text.contains("@team"))
        #expect(text.contains("&lt;script&gt;alert('title')"))
        #expect(text.contains("- \\]\\]&gt;&lt;/style&gt;\\|\\`\\*\\_"))
    }
}
