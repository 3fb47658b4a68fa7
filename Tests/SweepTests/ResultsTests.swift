import Settings
import Testing

@testable import Sweep

/// Sweeps in pieces: interrupted, in shards, and joined.
@Suite struct ResultsTests {
    @Test func theNumberOfJobsDoesNotMatter() async throws {
        let plan = try Plans.small(duration: "3m")
        let (one, two) = (TemporaryFile(), TemporaryFile())
        let alone = try await Sweep(plan, jobs: 1).run(resultsFile: ResultsFile(path: one.path))
        let together = try await Sweep(plan, jobs: 2).run(resultsFile: ResultsFile(path: two.path))
        #expect(try alone == together && one.text == two.text)
        for form in SweepReport.Form.allCases {
            let reports = try [alone, together].map { try SweepReport(plan.grid, $0).written(as: form) }
            #expect(reports[0] == reports[1])
        }
    }

    @Test func anInterruptedSweepGoesOn() async throws {
        let plan = try Plans.small(seeds: [1], duration: "1m")
        let file = TemporaryFile()
        let all = try await Sweep(plan, jobs: 1).run(resultsFile: ResultsFile(path: file.path))
        let whole = try file.text
        // A cut at every line's end, and within it.
        let ends = whole.indices.filter { whole[$0] == "\n" }
        for cut in ends.dropFirst().flatMap({ [whole.index(after: $0), whole.index($0, offsetBy: -5)] }) + [ends[0]] {
            try file.write(String(whole[..<cut]))
            let lines = whole[..<cut].count { $0 == "\n" }
            var ran = 0
            let again = try await Sweep(plan, jobs: 1).run(resultsFile: ResultsFile(path: file.path)) { ran = $0.done }
            #expect(try again == all && file.text == whole)
            #expect(ran == all.count - max(lines - 1, 0))
        }
    }

    @Test func resultsOfAnotherGridAreRefused() async throws {
        let file = TemporaryFile()
        _ = try await Sweep(try Plans.small(seeds: [1], duration: "1m"), jobs: 1)
            .run(resultsFile: ResultsFile(path: file.path))
        let text = try file.text
        let error = await #expect(throws: SettingsProblems.self) {
            try await Sweep(try Plans.small(seeds: [2], duration: "2m"), jobs: 1)
                .run(resultsFile: ResultsFile(path: file.path))
        }
        #expect(error?.problems.first?.contains("of another grid, with different seeds, duration") == true)
        #expect(try file.text == text)
    }

    @Test(arguments: ["hello\n", "hello", "{\"schema\":\"other/v1\"}\n"])
    func whatIsNoResultsFileIsNotWrittenOver(_ text: String) async throws {
        let file = TemporaryFile()
        try file.write(text)
        let plan = try Plans.small()
        await #expect(throws: SettingsProblems.self) {
            try await Sweep(plan, jobs: 1).run(resultsFile: ResultsFile(path: file.path))
        }
        #expect(try file.text == text)
    }

    @Test func shardsJoinToTheWhole() async throws {
        let plan = try Plans.small(duration: "1m")
        let whole = TemporaryFile()
        let all = try await Sweep(plan, jobs: 2).run(resultsFile: ResultsFile(path: whole.path))
        let files = (0..<3).map { _ in TemporaryFile() }
        for (index, file) in files.enumerated() {
            let shard = try #require(Shard("\(index)/3"))
            _ = try await Sweep(plan, shard: shard, jobs: 1).run(resultsFile: ResultsFile(path: file.path))
        }
        let merged = try MergedResults(files: files.map(\.path))
        #expect(merged.results == all && merged.missing.isEmpty && merged.grid == plan.grid)
        let joined = TemporaryFile()
        try merged.write(to: joined.path)
        #expect(try joined.text == whole.text)

        let some = try MergedResults(files: files.dropFirst().map(\.path))
        #expect(some.missing == [0, 3, 6, 9].map { plan.grid.name(of: plan.grid[$0]) })
    }

    @Test func contradictionsAreNamed() async throws {
        let plan = try Plans.small(seeds: [1], duration: "1m")
        let (file, other, foreign) = (TemporaryFile(), TemporaryFile(), TemporaryFile())
        _ = try await Sweep(plan, jobs: 1).run(resultsFile: ResultsFile(path: file.path))
        try other.write(file.text.replacing("\"pending\":0", with: "\"pending\":1", maxReplacements: 1))
        _ = try await Sweep(try Plans.small(seeds: [2], duration: "1m"), jobs: 1)
            .run(resultsFile: ResultsFile(path: foreign.path))
        let error = #expect(throws: SettingsProblems.self) {
            try MergedResults(files: [file.path, other.path, foreign.path])
        }
        let problems = error?.problems ?? []
        #expect(problems.count == 2 && problems.first?.contains("burst, warmIPTarget=2, seed 1 came otherwise") == true)
        #expect(problems.last?.contains("is of another grid") == true)
        #expect(try MergedResults(files: [file.path, file.path]).missing.isEmpty)
    }
}
