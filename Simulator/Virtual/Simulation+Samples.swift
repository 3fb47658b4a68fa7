import ModelVPC
import Timekeeping

extension Simulation {
    /// Takes the samples whose time has come: each shows what was after all events of its instant.
    mutating func takeSamples(before instant: Instant) {
        guard let interval = scenario.sampleInterval, interval > .zero else { return }
        while nextSample < instant {
            report.samples.append(sample(at: nextSample))
            nextSample = nextSample + interval
        }
    }

    /// The cluster as it is.
    func sample(at instant: Instant) -> Sample {
        var sample = Sample(at: instant)
        sample.subnets = zip(scenario.subnets, freeAtStart).map { subnet, freeAtStart in
            let id = ModelVPC.SubnetID(subnet.id)
            let free = vpc.freeAddressCount(in: id)
            return Sample.Subnet(
                free: free, freeBlocks: vpc.freeBlockCount(in: id), pods: 0, taken: freeAtStart - free)
        }
        gauges.fill(&sample)
        sample.calls = report.callCount
        sample.throttled = report.throttled
        return sample
    }
}
