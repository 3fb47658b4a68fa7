import ArgumentParser
import Glibc
import Presentation
import SimulatorReports

/// Where reports go, and in which form.
struct ReportOptions: ParsableArguments {
    @Option(
        help: """
            What is printed: text for people, json (Config/simulation-report.schema.json), csv with the samples over \
            time, or html with charts.
            """)
    var output = RunReport.Form.text

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Also writes the report into a file, in the form of its ending: .html, .json, .csv or .txt; again for more.",
            valueName: "file"), completion: .file(extensions: ["html", "json", "csv", "txt"]))
    var files: [String] = []

    func validate() throws {
        for file in files where RunReport.Form(ofFile: file) == nil {
            throw ValidationError("--report: '\(file)' does not end in .html, .json, .csv or .txt")
        }
    }

    /// Says that several scenarios would write over each other.
    func validate(scenarios count: Int) throws {
        guard count > 1 else { return }
        if !files.isEmpty { throw ValidationError("--report: name one scenario; one file holds one report") }
        if output == .csv || output == .html {
            throw ValidationError(
                "--output \(output.rawValue): name one scenario; reports of this form cannot be joined")
        }
    }

    /// Prints a report and writes its files.
    ///
    /// - Throws: a sentence of what cannot be written.
    func deliver(_ report: RunReport) throws {
        for file in files {
            guard let form = RunReport.Form(ofFile: file) else { continue }
            try TextFile.write(report.written(as: form), to: file)
        }
        try TextFile.print(report.written(as: output, Terminal.style))
    }
}

extension RunReport.Form: ExpressibleByArgument {}
