import Addressing
import ArgumentParser
import ControlProtocol

struct ENIs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enis", abstract: "The node's ENIs, their prefixes and addresses.")

    @OptionGroup var options: CommonOptions

    @Flag(name: .shortAndLong, help: "Every address with its state.")
    var addresses = false

    func run() throws {
        try options.show(.interfaces) { (rows: [InterfaceRow]) in
            guard !addresses else { return addressTable(rows) }
            let prefixes = rows.flatMap(\.prefixCells)
            return interfaceTable(rows) + (prefixes.isEmpty ? "" : "\n\n" + prefixTable(prefixes))
        }
    }

    private func interfaceTable(_ rows: [InterfaceRow]) -> String {
        table(
            ["ENI", "DEVICE", "STATE", "PRIMARY ADDRESS", "SUBNET", "MAC", "TABLE", "IN USE", "FREE", "COOLING"],
            rows.map { row in
                [
                    row.id, row.deviceIndex.map { "\($0)\(row.isPrimary ? " (primary)" : "")" } ?? "-",
                    row.phase + (row.servesPods ? "" : ", not for pods"), "\(row.primaryAddress)", row.subnet,
                    "\(row.mac)", row.routingTable.map { "\($0)" } ?? "-", row.count("assigned", "orphaned"),
                    row.count("free"), row.count("cooling"),
                ]
            }, empty: "no ENI yet: the provider has not answered")
    }

    private func prefixTable(_ cells: [[String]]) -> String {
        table(["PREFIX", "ENI", "IN USE", "FREE", "COOLING"], cells, empty: "")
    }

    private func addressTable(_ rows: [InterfaceRow]) -> String {
        table(
            ["ADDRESS", "ENI", "STATE", "ATTACHMENT"],
            rows.flatMap { row in
                row.addresses.map { address in
                    let left = address.coolingSeconds.map { ", \(time($0)) left" } ?? ""
                    return ["\(address.address)", row.id, address.state + left, address.attachment ?? "-"]
                }
            }, empty: "no address yet: the provider has not answered")
    }
}

extension InterfaceRow {
    /// How many of the ENI's addresses are in one of these states.
    fileprivate func count(_ states: String...) -> String {
        "\(addresses.count { states.contains($0.state) })"
    }

    private func coolingCount(in prefix: IPv6Network) -> Int {
        addresses.count { $0.state == "cooling" && $0.address.v6.map(prefix.contains) == true }
    }

    /// A line for each prefix. That of IPv6 has no end; in it, addresses of pods with IPv4 rest while that one rests.
    fileprivate var prefixCells: [[String]] {
        prefixes.map { ["\($0.prefix)", id, "\($0.assigned)", "\($0.free)", "\($0.cooling)"] }
            + [ipv6Prefix].compactMap(\.self).map {
                ["\($0)", id, "\(ipv6Pods)", "-", "\(coolingCount(in: $0))"]
            }
    }
}
