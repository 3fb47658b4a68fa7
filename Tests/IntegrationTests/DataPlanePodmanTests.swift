import Addressing
import ControlProtocol
import Foundation
import LiveTesting
import Simulator
import Testing

extension DataPlaneTests.StandardNodes {
    /// A container runtime that people use.
    @Suite(.serialized) struct PodmanContainers {
        @Test func containersReachEachOtherAndTheOtherNodeAndLeaveNothing() async throws {
            let plane = try await DataPlane.current()
            let node = plane.node1
            let remote = try plane.pod(.secondary, on: plane.node2)
            let links = try node.socket().links().map(\.name)
            let records = try await node.recordedPods().map(\.containerID)
            try await Podman.use(on: node) { podman in
                let first = try await podman.run("first")
                let second = try await podman.run("second", "--publish 8082:8080")
                #expect(try await Set(node.recordedPods().map(\.containerID)) == Set(records + [first.id, second.id]))

                try await podman("exec first ping -c 1 -W 5 \(second.address)")
                try await podman("exec second ping -c 1 -W 5 \(first.address)")
                for name in ["first", "second"] { try await podman("exec \(name) ping -c 1 -W 5 \(remote.address)") }
                for container in [first, second] {
                    try await expect(
                        container.namespace, at: container.address, seesClient: remote.address, in: remote.namespace)
                    try await expect(remote, seesClient: container.address, in: container.namespace)
                }
                try await expect(
                    second.namespace, at: node.primaryAddress(), port: 8082, seesClient: plane.outside,
                    in: plane.live.fabric.outside)

                try await podman("stop --time 0 first second")
                #expect(try await node.recordedPods().map(\.containerID) == records)
                // A container that is started again is connected again.
                try await podman("start first")
                try await podman("exec first ping -c 1 -W 5 \(remote.address)")
                try await podman("rm --force --time 0 first second")

                #expect(try await podman("ps --all --quiet") == "")
                #expect(try await node.recordedPods().map(\.containerID) == records)
                #expect(try node.socket().links().map(\.name) == links)
                #expect(try await node.differences() == [])
                #expect(try await !shell("iptables-nft-save -t nat", in: node.netns).contains("CNI-DN-"))
                for container in [first, second] {
                    #expect(!FileManager.default.fileExists(atPath: "/run/netns/\(container.namespace)"))
                    let results = try? FileManager.default.contentsOfDirectory(atPath: "/var/lib/cni/results")
                    #expect(results?.contains { $0.contains(container.id) } != true)
                }
            }
            try await shell("iptables-nft -t nat -F; iptables-nft -t nat -X", in: node.netns)
        }
    }
}
