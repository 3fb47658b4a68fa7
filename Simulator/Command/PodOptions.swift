import Addressing
import ArgumentParser
import Simulator

/// The options of all commands that make a fabric with pods.
struct PodOptions: ParsableArguments {
    @Option(help: "The families in which every pod gets an address.")
    var ipFamilies = IPFamilies.ipv4

    @Flag(help: "ENIs hold /28 prefixes of 16 addresses in the place of single IPv4 addresses.")
    var prefixDelegation = false

    @Flag(help: "Pods are in other subnets than the nodes (custom networking), of which every zone has one.")
    var podSubnets = false

    var networking: PodNetworking {
        PodNetworking(families: ipFamilies, prefixDelegation: prefixDelegation, hasPodSubnets: podSubnets)
    }
}

extension IPFamilies: ExpressibleByArgument {}
