import ArgumentParser
import ControlProtocol

@main
struct WarmpoolPlan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warmpool-plan",
        abstract: "Says before production does which pods will get no address, why, and what helps.",
        discussion: """
            Touches no cluster and no cloud: it plans what files describe, with the rules of the node daemon's pool.

            EXAMPLES
              kubectl get nodes,pods,deploy,sts,ds,rs,jobs,cronjobs,hpa -A -o json \\
                > now.json
              warmpool-plan cluster -f now.json --event rolling-update=all
              warmpool-plan cluster -f now.json -f manifests/ --plan plan.yaml
              warmpool-plan max-pods --instance-type m5.large --prefix-delegation
              warmpool-plan pool --instance-type m5.large --pods 20 --warm-ip-target 5
              warmpool-plan subnet --cidr 10.0.0.0/20 --nodes 100 --instance-type m5.large
              warmpool-plan init > plan.yaml

            EXIT STATUS
              0 no pod is pending; 3 some are, or what --fail-on names; 2 bad input, what and where is on stderr; \
            64 wrong usage
            """,
        version: warmpoolVersion,
        subcommands: [
            ClusterCommand.self, MaxPodsCommand.self, PoolCommand.self, SubnetCommand.self, CompareCommand.self,
            InitCommand.self,
        ])
}
