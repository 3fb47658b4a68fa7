import FoundationEssentials
import Settings
import SystemPackage

/// The inputs that a command line names: files, directories and `-` for standard input.
enum InputFiles {
    /// The name that stands for standard input.
    static let standardInput = "-"

    private static let chunkSize = 1 << 18
    private static let extensions = [".yaml", ".yml", ".json"]
    /// Files that say how manifests are put together, and are none.
    private static let recipes: Set = ["kustomization.yaml", "kustomization.yml", "Chart.yaml", "values.yaml"]

    /// The files that a name stands for: itself, or those of a directory and of those within it, in the order of names.
    ///
    /// - Throws: ``InputProblem`` for a directory that cannot be read, and for one without a file of manifests.
    static func files(_ name: String) throws(InputProblem) -> [String] {
        guard name != standardInput, isDirectory(name) else { return [name] }
        let paths: [String]
        do {
            paths = try FileManager.default.subpathsOfDirectory(atPath: name)
        } catch {
            throw InputProblem(place: name, problem: "cannot be read (\(error.localizedReason))")
        }
        let files = paths.sorted().filter { path in
            let parts = path.split(separator: "/")
            return extensions.contains { path.hasSuffix($0) } && !parts.contains { $0.hasPrefix(".") }
                && !recipes.contains(String(parts.last ?? "")) && !isDirectory("\(name)/\(path)")
        }
        guard !files.isEmpty else {
            throw InputProblem(place: name, problem: "the directory has no manifests, *.yaml, *.yml or *.json")
        }
        return files.map { name.hasSuffix("/") ? name + $0 : "\(name)/\($0)" }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }

    /// Reads a file with `body`, a chunk at a time.
    ///
    /// - Throws: ``InputProblem`` for a file that cannot be opened.
    static func read(_ name: String, _ body: (InputText) -> Void) throws(InputProblem) {
        let title = name == standardInput ? "standard input" : name
        let file: FileDescriptor
        do {
            file = name == standardInput ? .standardInput : try FileDescriptor.open(name, .readOnly)
        } catch {
            throw InputProblem(place: title, problem: "cannot be read (\(error))")
        }
        defer { if name != standardInput { try? file.close() } }
        body(InputText(name: title) { () throws(InputProblem) in try chunk(of: file, title) })
    }

    private static func chunk(of file: FileDescriptor, _ title: String) throws(InputProblem) -> [UInt8] {
        do {
            return try [UInt8](unsafeUninitializedCapacity: chunkSize) { bytes, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(bytes))
            }
        } catch {
            throw InputProblem(place: title, problem: "cannot be read (\(error))")
        }
    }
}
