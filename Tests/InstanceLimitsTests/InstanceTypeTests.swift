import InstanceLimits
import Testing

@Suite("Instance types") struct InstanceTypeTests {
    /// Figures from Amazon's published max-pods list, which is not where the table comes from.
    @Test(
        "The classic max-pods agrees with the published list",
        arguments: [
            ("t3.small", 11), ("t3.medium", 17), ("m5.large", 29), ("m5.xlarge", 58), ("c5.4xlarge", 234),
            ("m5.24xlarge", 737), ("t2.micro", 4), ("p4d.24xlarge", 737),
        ])
    func maxPods(name: String, pods: Int) throws {
        #expect(try InstanceType(named: name).maxPods == pods)
    }

    @Test("A type has all its columns") func columns() throws {
        let type = try InstanceType(named: "m5.large")
        #expect(type.name == "m5.large")
        #expect((type.enis, type.ipv4PerENI, type.ipv6PerENI) == (3, 10, 10))
        #expect((type.vCPUs, type.memoryMiB) == (2, 8192))
        #expect(type.hypervisor == .nitro)
        #expect(try InstanceType(named: "m4.large").hypervisor == .xen)
        #expect(try InstanceType(named: "m5.metal").isBareMetal)
        #expect(try InstanceType(named: "m3.medium").ipv6PerENI == 0)
    }

    @Test("Of a type with several network cards, card 0 counts") func severalCards() throws {
        #expect(try InstanceType(named: "p5.48xlarge").enis == 2)
    }

    @Test("The first and the last line are found") func ends() throws {
        let all = InstanceType.all
        #expect(try InstanceType(named: #require(all.first).name) == all.first)
        #expect(try InstanceType(named: #require(all.last).name) == all.last)
    }

    @Test("Every line is read, in order, with possible limits") func table() {
        let all = InstanceType.all
        #expect(all.count > 1200)
        #expect(all.map(\.name) == all.map(\.name).sorted())
        #expect(Set(all.map(\.name)).count == all.count)
        #expect(all.allSatisfy { $0.enis >= 1 && $0.ipv4PerENI >= 2 && $0.vCPUs >= 1 && $0.memoryMiB >= 500 })
    }

    @Test("An unknown type names its likes and what to configure") func unknown() {
        let error = #expect(throws: UnknownInstanceType.self) { try InstanceType(named: "m5.lrage") }
        #expect(error?.suggestions.contains("m5.large") == true)
        #expect(error?.description.contains("'m5.lrage'") == true)
        #expect(error?.description.contains("configure its limits") == true)
    }

    @Test("Neither a prefix of a name nor a comment is a type", arguments: ["m5", "m5.", "m5.larg", "", "# type", "#"])
    func noType(name: String) {
        #expect(throws: UnknownInstanceType.self) { try InstanceType(named: name) }
    }

    @Test("A name like nothing gets no suggestion") func nothingLike() {
        let error = #expect(throws: UnknownInstanceType.self) {
            try InstanceType(named: "Standard_D4s_v5_of_another_cloud")
        }
        #expect(error?.suggestions == [])
    }
}
