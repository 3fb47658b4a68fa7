/// A cluster, read from what tools write: `kubectl get … -o json` or `-o yaml`, Helm, kustomize, or by hand.
///
/// ```swift
/// let input = try ClusterInput.read(["cluster.json", "deploy/"])
/// input.cluster.nodes.count
/// input.notes   // ["ignored 3 × Service (v1): …"]
/// ```
public struct ClusterInput: Hashable, Sendable {
    /// The cluster as it is, with what is about to be applied.
    public let cluster: Cluster
    /// What was left out, one sentence for each kind of object.
    public let notes: [String]

    /// Reads inputs one after another. Where an object comes again, the last counts: so a dump of the cluster comes first,
    /// and the manifests that are about to be applied after it.
    ///
    /// Lists are read object by object, so that a dump may be larger than the memory.
    ///
    /// - Parameter names: paths of files, or of directories for all `*.yaml`, `*.yml` and `*.json` below them, or `-` for
    ///   standard input.
    /// - Throws: ``InputProblems`` with all that is wrong in all inputs.
    public static func read(_ names: [String]) throws(InputProblems) -> ClusterInput {
        let reading = Reading()
        for name in names {
            do throws(InputProblem) {
                for file in try InputFiles.files(name) { try InputFiles.read(file, reading.read) }
            } catch {
                reading.assembly.report(error)
            }
        }
        return try reading.result()
    }

    /// Reads one text.
    ///
    /// - Parameter file: its name, for the reports.
    /// - Throws: ``InputProblems`` with all that is wrong.
    public static func parse(_ text: String, file: String) throws(InputProblems) -> ClusterInput {
        let reading = Reading()
        var rest: [UInt8]? = Array(text.utf8)
        reading.read(
            InputText(name: file) { () throws(InputProblem) in
                defer { rest = nil }
                return rest ?? []
            })
        return try reading.result()
    }

    /// An assembly that the readers' callbacks can all add to.
    private final class Reading {
        var assembly = ClusterAssembly()
        private var empty: [String] = []
        private var hasObjects = false

        func read(_ text: InputText) {
            let isFilled = ManifestReader.read(text) {
                self.assembly.add($0)
            } report: {
                self.assembly.report($0)
            }
            if isFilled { hasObjects = true } else { empty.append(text.name) }
        }

        func result() throws(InputProblems) -> ClusterInput {
            if !hasObjects {
                // As where the program that was to write it has failed.
                for name in empty {
                    assembly.report(
                        InputProblem(place: name, problem: "is empty: expected Kubernetes objects, in JSON or YAML"))
                }
            }
            guard assembly.problems.isEmpty else { throw InputProblems(assembly.problems) }
            return ClusterInput(cluster: assembly.cluster(), notes: assembly.notes + empty.map { "\($0) is empty" })
        }
    }
}
