import FoundationEssentials
import Glibc
import ScenarioFile
import Settings

/// Where scenario files are found: by their path, or those that come with Warmpool by their name.
enum ScenarioFiles {
    /// The file that an argument means: a path, or the name of a file in one of ``folders``.
    static func path(of argument: String) -> String {
        if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") { return argument }
        return folders.map { "\($0)/\(argument).yaml" }.first { access($0, R_OK) == 0 } ?? argument
    }

    /// The scenarios that are found by name, in alphabetic order.
    static func all() -> [String] {
        for folder in folders {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let names = files.filter { $0.hasSuffix(".yaml") }.sorted()
            if !names.isEmpty { return names.map { "\(folder)/\($0)" } }
        }
        return []
    }

    /// Writes which nodes and pods come and go in a scenario.
    ///
    /// - Throws: `SettingsProblems` for a file that cannot be written.
    static func record(_ scenario: ScenarioFile, to path: String) throws(SettingsProblems) {
        guard let file = fopen(path, "w") else { throw SettingsProblems(["\(path): \(reason)"]) }
        PlanTrace.write(scenario.scenario.plan, groups: scenario.groups.map(\.name)) { fputs($0 + "\n", file) }
        let isWritten = ferror(file) == 0
        guard fclose(file) == 0, isWritten else { throw SettingsProblems(["\(path): \(reason)"]) }
    }

    private static var reason: String { "cannot be written (\(String(cString: strerror(errno))))" }

    /// `Simulator/Scenarios` of the current directory, then of the folders above the executable, of which one is the
    /// package's, whether it was built by `swift build` or by `Scripts/build`.
    private static var folders: [String] {
        var folders = ["Simulator/Scenarios"]
        guard var folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return folders
        }
        while let slash = folder.lastIndex(of: "/") {
            folder = String(folder[..<slash])
            folders.append(folder + "/Simulator/Scenarios")
        }
        return folders
    }
}
