import FoundationEssentials
import Glibc

/// Where scenario files are found: by their path, or those that come with Warmpool by their name.
enum ScenarioFiles {
    /// The file that an argument means: a path, or the name of a file in one of ``folders``.
    static func path(of argument: String) -> String {
        guard !argument.contains("/"), !argument.hasSuffix(".yaml"), !argument.hasSuffix(".yml") else { return argument }
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
