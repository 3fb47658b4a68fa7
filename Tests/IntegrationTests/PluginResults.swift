import ControlProtocol
import Fabric
import JSON
import LiveTesting
import Simulator
import Testing

extension PluginTests {
    /// What the operations answer when all is well, in every version of the specification.
    @Suite struct Results {
        @Test(arguments: versions) func addReportsWhatTheKernelHas(version: String) async throws {
            let pod = try await Sandbox.make("golden-\(version)", on: node)
            let dns: JSONValue = ["nameservers": ["10.0.0.2"], "search": ["shop.svc"]]
            let result = try await pod.add(version: version, members: ["dns": dns])

            let hostEnd = try #require(try node.socket().links().first { $0.alias?.contains(pod.name) == true })
            let podEnd = try await pod("cat /sys/class/net/eth0/address").filter { !$0.isWhitespace }
            let record = try #require(try await node.recordedPods().first { $0.containerID == pod.name })
            var host: JSONObject = ["name": .string(hostEnd.name), "mac": .string("\(try #require(hostEnd.mac))")]
            var inside: JSONObject = ["name": "eth0", "mac": .string(podEnd), "sandbox": .string(pod.path)]
            if version == "1.1.0" {
                host["mtu"] = 9001
                inside["mtu"] = 9001
            }
            var ip: JSONObject = [
                "address": .string("\(record.addresses)/32"), "gateway": "169.254.1.1", "interface": 1,
            ]
            if version.hasPrefix("0.") { ip["version"] = "4" }
            #expect(
                result == [
                    "cniVersion": .string(version), "interfaces": [.object(host), .object(inside)],
                    "ips": [.object(ip)], "routes": [["dst": "0.0.0.0/0", "gw": "169.254.1.1"]], "dns": dns,
                ])
            try await pod.delete()
        }

        @Test(arguments: versions) func addTwiceIsAddOnceAndDeleteTwiceIsDeleteOnce(version: String) async throws {
            let pod = try await Sandbox.make("twice-\(version)", on: node)
            let first = try await pod.add(version: version)
            #expect(try await pod.add(version: version) == first)
            #expect(try node.kernelPods().count { $0.attachment?.id.containerID == pod.name } == 1)
            for _ in 1...2 {
                let answer = try await pod.run(.delete, version: version, members: ["prevResult": first])
                #expect(answer.isSuccess && answer.output.standardOutput.isEmpty, "\(answer)")
                #expect(try await !pod("ip link").contains("eth0"))
            }
            #expect(try await !node.recordedPods().contains { $0.containerID == pod.name })
        }

        @Test(arguments: versions) func checkAcceptsAHealthyPodFrom040On(version: String) async throws {
            let pod = try await Sandbox.make("check-\(version)", on: node)
            let result = try await pod.add(version: version)
            let answer = try await pod.run(.check, version: version, members: ["prevResult": result])
            if version.hasPrefix("0.3") {
                #expect(answer.code == 1, "\(answer)")
                #expect(answer.message == "cniVersion \(version) does not have this command")
                #expect(answer.details == "it came with version 0.4.0")
            } else {
                #expect(answer.isSuccess && answer.output.standardOutput.isEmpty, "\(answer)")
            }
            try await pod.delete()
        }

        @Test(arguments: versions) func statusAndGarbageCollectionCameWith110(version: String) async throws {
            let calls = [
                PluginCall(.status, interface: nil, cniVersion: version),
                PluginCall(
                    .collectGarbage, interface: nil, cniVersion: version, members: ["cni.dev/valid-attachments": []]),
            ]
            for call in calls {
                let answer = try await node.plugin.answer(call)
                if version == "1.1.0" {
                    #expect(answer.isSuccess && answer.output.standardOutput.isEmpty, "\(answer)")
                } else {
                    #expect(answer.code == 1, "\(answer)")
                    #expect(answer.json?["cniVersion"] == .string(version))
                    #expect(answer.details == "it came with version 1.1.0")
                }
            }
        }

        @Test(arguments: versions) func versionAnswersInTheVersionAsked(version: String) async throws {
            let answer = try await node.plugin.answer(PluginCall(.version, cniVersion: version))
            #expect(answer.json?["cniVersion"] == .string(version))
            #expect(answer.json?["supportedVersions"] == .array(versions.map { .string($0) }))
        }

        @Test func deleteNeedsNoNamespaceAndNoPodThatItKnows() async throws {
            let pod = try await Sandbox.make("no-netns", on: node)
            _ = try await pod.add()
            #expect(try await pod.run(.delete, environment: ["CNI_NETNS": nil]).isSuccess)
            #expect(try await !pod("ip link").contains("eth0"))
            #expect(try await !node.recordedPods().contains { $0.containerID == pod.name })

            let unknown = PluginCall(.delete, container: "never-seen", netns: "/run/netns/never-there")
            #expect(try await node.plugin.answer(unknown).isSuccess)
        }

        @Test func deleteSucceedsAfterTheNamespaceVanished() async throws {
            let pod = try await Sandbox.make("vanishing", on: node)
            _ = try await pod.add()
            try await pod.vanish()
            try await pod.delete()
            #expect(try await !node.recordedPods().contains { $0.containerID == pod.name })
            #expect(try !node.kernelPods().contains { $0.attachment?.id.containerID == pod.name })
        }

        @Test func deleteOfAPodThatIsNotOursSparesItsInterface() async throws {
            let pod = try await Sandbox.make("foreign", on: node)
            try await pod("ip link add eth0 type veth peer name other")
            try await pod.delete()
            #expect(try await pod("ip link").contains("eth0"))
        }

        @Test func whatAPluginBeforeUsMadeIsPassedOn() async throws {
            let pod = try await Sandbox.make("chained", on: node)
            let before: JSONValue = [
                "cniVersion": "1.0.0", "interfaces": [["name": "br0", "mac": "02:00:00:00:00:09"]],
                "ips": [["address": "192.0.2.7/24", "interface": 0]], "example.org/note": "kept",
            ]
            let result = try await pod.add(version: "1.0.0", members: ["prevResult": before])
            #expect(result["interfaces"]?.arrayValue?.compactMap { $0["name"]?.stringValue }.first == "br0")
            #expect(result["ips"]?.arrayValue?.map { $0["interface"]?.intValue } == [0, 2])
            #expect(result["example.org/note"] == "kept")
            try await pod.delete()
        }

        @Test func namesThatKubernetesGivesAreShownWithThePod() async throws {
            let pod = try await Sandbox.make("named", on: node)
            let arguments = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0;K8S_POD_UID=u-1;OTHER=x"
            #expect(try await pod.run(.add, environment: ["CNI_ARGS": arguments]).isSuccess)
            let row = try #require(try await node.recordedPods().first { $0.containerID == pod.name })
            #expect([row.namespace, row.name, row.uid, row.netns] == ["shop", "web-0", "u-1", pod.path])
            let found: [Explanation] = try await node.call(.explain(ExplainCommand(subject: "shop/web-0")))
            #expect(found.first?.sentence.contains("\(row.addresses)") == true)
            try await pod.delete()
        }

        @Test func macAndMTUAreThoseAskedFor() async throws {
            let pod = try await Sandbox.make("wishes", on: node)
            let members: JSONObject = ["mtu": 1400, "runtimeConfig": ["mac": "02:AA:bb:cc:dd:01"]]
            let result = try await pod.add(members: members)
            let link = try await pod("ip link show eth0")
            #expect(link.contains("mtu 1400") && link.contains("02:aa:bb:cc:dd:01"))
            #expect(result["interfaces"]?.arrayValue?.map { $0["mtu"] } == [1400, 1400])
            #expect(result["interfaces"]?.arrayValue?.last?["mac"] == "02:aa:bb:cc:dd:01")
            let check = try await pod.run(
                .check, members: JSONObject(members.map { ($0.name, $0.value) } + [("prevResult", result)]))
            #expect(check.isSuccess, "\(check)")
            try await pod.delete()
        }

        @Test func aPodMayHaveTwoInterfaces() async throws {
            let pod = try await Sandbox.make("two", on: node)
            let first = try await pod.add()
            let second = try await pod.run(.add, environment: ["CNI_IFNAME": "eth1"])
            #expect(second.code == 102, "a pod has one default route: \(second)")
            #expect(try await pod("ip link").contains("eth0"))
            #expect(try await !pod("ip link").contains("eth1"))
            let check = try await pod.run(.check, members: ["prevResult": first])
            #expect(check.isSuccess, "\(check)")
            try await pod.delete()
        }
    }
}
