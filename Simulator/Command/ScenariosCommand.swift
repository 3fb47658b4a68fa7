import ArgumentParser
import ScenarioFile
import Settings

struct ScenariosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenarios",
        abstract: "Lists the scenarios that 'run' finds by name, with what each shows.",
        discussion: """
            They are the files in Simulator/Scenarios of the current directory, or else of the nearest folder above this \
            program that has some.

            EXAMPLES
              warmpool-sim scenarios

            EXIT STATUS
              0 done; 2 there are none, or a file has problems
            """)

    func run() throws {
        let files = ScenarioFiles.all()
        guard !files.isEmpty else {
            printError("there is no Simulator/Scenarios here, nor above warmpool-sim; run it in Warmpool's directory")
            throw ExitCode(2)
        }
        do throws(SettingsProblems) {
            for path in files {
                let file = try ScenarioFile.load(path: path, form: .short)
                printNow("\(file.name)\n    \(file.about)")
            }
        } catch {
            printError("\(error)")
            throw ExitCode(2)
        }
    }
}
