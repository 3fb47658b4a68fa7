import ArgumentParser
import Simulator

struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops the daemons of a VPC and removes all of it.",
        discussion: """
            Also after a crash, as far as there is anything. Pods' namespaces that are not warmpool-sim's own stay; their \
            interfaces go with the node.

            EXAMPLES
              warmpool-sim down
              warmpool-sim down --name lab

            EXIT STATUS
              0 there is nothing left, or there was nothing; 1 something could not be removed
            """)

    @OptionGroup var fabric: FabricName

    func run() async throws {
        try await guarded {
            // An interruption does not leave half of it behind.
            let removed = try await Task { try await LiveFabric.remove(name: fabric.name) }.value
            if removed.isNothing {
                let others = LiveFabric.names
                let hint = others.isEmpty ? "" : "; there is: \(others.joined(separator: ", "))"
                print("Nothing named '\(fabric.name)' is up\(hint)")
            } else {
                print("Stopped \(removed.daemons) daemons and removed \(removed.namespaces.count) network namespaces")
            }
        }
    }
}
