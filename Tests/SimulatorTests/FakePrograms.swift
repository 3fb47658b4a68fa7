import FoundationEssentials
import NamespaceTesting
import Simulator
import Synchronization

private let counter = Atomic(0)

/// A name that no other test uses.
func uniqueName() -> String {
    "sim-test-\(ProcessInfo.processInfo.processIdentifier)-\(counter.add(1, ordering: .relaxed).newValue)"
}

/// Programs that behave as a test wants: shell scripts in the place of daemon and plugin.
struct FakePrograms: ~Copyable {
    let programs: Programs
    private let directory: String

    init(warmpoold: String = "exit 1", plugin: String = "exit 1", simulator: String = "exit 1") throws {
        directory = "/tmp/\(uniqueName())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for (name, script) in [
            ("warmpoold", warmpoold), ("warmpool-cni", plugin), ("warmpool-sim", simulator),
        ] {
            // Written by another process: a process that this one happens to fork meanwhile would hold the file open,
            // and what is open for writing cannot be run.
            try shell("(install -m 755 /dev/stdin \(directory)/\(name)) <<'END'\n#!/bin/sh\n\(script)\nEND\n:")
        }
        programs = try Programs(directory: directory)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// What there is of a fabric: its namespaces and its state directory.
func traces(of name: String) throws -> [String] {
    let namespaces = try shell("ip netns list").split(separator: "\n").map(String.init)
    let states = (try? FileManager.default.contentsOfDirectory(atPath: "/run/warmpool-sim")) ?? []
    return namespaces.filter { $0.hasPrefix(name + "-") } + states.filter { $0 == name }
}
