import FoundationEssentials
import VirtualSimulator

/// What this machine has for a live run: memory, processes, namespaces.
struct MachineRoom: Hashable, Sendable {
    /// Memory that can be used without swapping, in MiB.
    var memory: Int
    /// How many more processes and threads there can be.
    var processes: Int
    /// How many more network namespaces there can be.
    var namespaces: Int

    /// What a daemon takes, in MiB: 58 were measured of a debug build with 27 pods.
    private static let memoryPerNode = 64
    /// What a pod's namespace with its veth takes of the kernel, in KiB: 343 were measured.
    private static let memoryPerPod = 384
    /// What the cloud's server, plugins and this process take, in MiB.
    private static let usualMemory = 512
    /// A daemon's threads: 22 were measured.
    private static let threadsPerNode = 24
}

extension MachineRoom {
    /// The room of this machine at the moment. What cannot be found out counts as endless.
    init() {
        memory = MachineRoom.number(ofLine: "MemAvailable:", in: "/proc/meminfo").map { $0 / 1024 } ?? .max
        let limits = [
            MachineRoom.number(in: "/proc/sys/kernel/pid_max"), MachineRoom.number(in: "/proc/sys/kernel/threads-max"),
            MachineRoom.number(in: "/sys/fs/cgroup/pids.max").map {
                $0 - (MachineRoom.number(in: "/sys/fs/cgroup/pids.current") ?? 0)
            },
        ]
        processes = limits.compactMap(\.self).min() ?? .max
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns"))?.count ?? 0
        namespaces = MachineRoom.number(in: "/proc/sys/user/max_net_namespaces").map { $0 - entries } ?? .max
    }

    /// Whether a scenario's nodes and pods fit.
    ///
    /// - Throws: ``LiveFailure`` that says what there is too little of, and what would do.
    func check(for scenario: Scenario) throws(LiveFailure) {
        let (nodes, pods) = (scenario.plan.nodes.count, scenario.mostPods)
        let needs = [
            (
                "MiB of memory", memory,
                MachineRoom.usualMemory + nodes * MachineRoom.memoryPerNode + pods * MachineRoom.memoryPerPod / 1024
            ),
            ("processes and threads", processes, LiveRun.width * 3 + nodes * MachineRoom.threadsPerNode),
            ("network namespaces", namespaces, nodes + pods + 2),
        ]
        for (what, has, needed) in needs where needed > has {
            throw LiveFailure(
                "\(nodes) nodes with up to \(pods) pods need about \(needed) \(what), and this machine has \(has) left: "
                    + "choose fewer with --nodes or --pods-per-node, or a larger machine")
        }
    }

    /// The whole number that a file is.
    private static func number(in file: String) -> Int? {
        (try? String(contentsOfFile: file, encoding: .utf8)).flatMap { text in
            Int(text.prefix { !$0.isNewline })
        }
    }

    /// The number after the beginning of a line.
    private static func number(ofLine name: String, in file: String) -> Int? {
        let lines = (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n") ?? []
        return lines.first { $0.hasPrefix(name) }.flatMap { Int($0.filter(\.isNumber)) }
    }
}

extension Scenario {
    /// The most pods that there can be at once, each as if it got its address at once.
    var mostPods: Int {
        var changes: [(at: Int64, change: Int)] = []
        for pod in plan.pods {
            changes.append((pod.arrives.nanoseconds, 1))
            switch pod.ends {
            case .never, .again: break
            case .at(let end): changes.append((end.nanoseconds, -1))
            case .after(let life): changes.append((pod.arrives.advanced(by: life).nanoseconds, -1))
            }
        }
        var (now, most) = (0, 0)
        for change in changes.sorted(by: { ($0.at, $0.change) < ($1.at, $1.change) }) {
            now += change.change
            most = max(most, now)
        }
        return most
    }
}
