import FoundationEssentials
import Glibc

/// Which of the machine's named namespaces are of a fabric, and who is in them.
enum NamespaceNames {
    private static let directory = "/run/netns"

    /// Between the name of a node's namespace and that of a pod: a character that is in no fabric's name.
    static let podSeparator = "."

    /// The namespaces of a fabric that there are, in the order of their names.
    static func all(of fabric: String) -> [String] {
        entries(of: directory).filter { isPart($0, of: fabric) }.sorted()
    }

    /// Whether a name is that of the fabric's router, of its outside, of a node or of a node's pod.
    private static func isPart(_ name: String, of fabric: String) -> Bool {
        guard name.hasPrefix(fabric + "-") else { return false }
        let part = name.dropFirst(fabric.count + 1)
        if part == "router" || part == "outside" { return true }
        guard part.hasPrefix("node") else { return false }
        let number = part.dropFirst("node".count).prefix { $0.isASCII && $0.isNumber }
        let rest = part.dropFirst("node".count + number.count)
        return !number.isEmpty && (rest.isEmpty || rest.hasPrefix(podSeparator))
    }

    /// The processes whose main thread is in one of the namespaces, in the order of their numbers.
    static func processes(in names: [String]) -> [pid_t] {
        let namespaces = Set(names.compactMap { identity(of: "\(directory)/\($0)") })
        guard !namespaces.isEmpty else { return [] }
        return entries(of: "/proc").compactMap { pid_t($0) }
            .filter { identity(of: "/proc/\($0)/ns/net").map(namespaces.contains) ?? false }
            .sorted()
    }

    /// A namespace is known by its inode.
    private static func identity(of path: String) -> ino_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_ino : nil
    }

    private static func entries(of directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}
