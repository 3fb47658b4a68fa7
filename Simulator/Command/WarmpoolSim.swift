import ArgumentParser
import Glibc
import Simulator

@main
struct WarmpoolSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warmpool-sim",
        abstract: "Runs Warmpool in virtual time, or in a VPC made of network namespaces on this machine.",
        discussion: """
            run and fuzz simulate clusters in virtual time, of any size and without root; cloud needs no root either. The others \
            need root, and the programs ip, nft and ping; all packets stay inside the namespaces.

            EXAMPLES
              warmpool-sim run exhausted-subnet
              warmpool-sim fuzz --time 5m
              warmpool-sim sweep --workload burst
              warmpool-sim demo
              warmpool-sim up --nodes 3 --instance-type m5.large
              warmpool-sim down
              warmpool-sim cloud --vpc Config/examples/cloud.yaml

            EXIT STATUS
              0 done; 1 failed, the reason is on stderr; 2 a file has problems; 3 a scenario came otherwise than expected; 64 wrong usage; 130 interrupted. After a failure or an \
            interruption nothing is left behind.
            """,
        subcommands: [
            RunCommand.self, SweepCommand.self, ScenariosCommand.self, FuzzCommand.self, ReplayCommand.self,
            CompareCommand.self, LiveCommand.self, Up.self, Down.self, DemoCommand.self, CloudCommand.self,
        ])
}

struct FabricName: ParsableArguments {
    @Option(help: "The fabric's name; fabrics of different names do not touch each other.")
    var name = "warmpool"
}
