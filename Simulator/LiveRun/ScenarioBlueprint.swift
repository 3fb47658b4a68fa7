import InstanceLimits
import JSON
import Pool
import PoolSettings
import RateLimiting
import Timekeeping
import VirtualSimulator

/// The files of a live fabric's daemons and cloud that make a scenario real. They are JSON, which YAML readers read.
struct ScenarioBlueprint: LiveBlueprint {
    let scenario: Scenario
    let provider: LiveProvider

    var nodes: Int { scenario.plan.nodes.count }

    var pluginSettings: JSONObject { ["addTimeout": .string(scenario.addTimeout.text)] }

    func daemonConfiguration(number: Int, directory: String, cloudFile: String, router: String) -> String {
        let index = number - 1
        var settings = scenario.groups[scenario.plan.nodes[index].group].pool.settings
        settings["socket"] = .string(SimulatedNode.socket(in: directory))
        settings["store"] = .string(directory + "/pool.sqlite")
        settings["reconcileInterval"] = .string(scenario.reconcileInterval.text)
        settings["attachTimeout"] = .string(scenario.attachTimeout.text)
        settings["calls"] = scenario.calls.settings(timeout: scenario.callTimeout)
        settings["provider"] = .string(provider.rawValue)
        var cloud: JSONObject = ["endpoint": .string(CloudProcess.url)]
        if provider == .rest { cloud["instanceID"] = .string(ScenarioBlueprint.instanceID(index)) }
        settings[provider.rawValue] = .object(cloud)
        return JSONValue.object(settings).text(.indented) + "\n"
    }

    func cloudConfiguration(nodes: [String], router: String) -> String {
        let instances = nodes.enumerated().map { index, netns -> JSONValue in
            let group = scenario.groups[scenario.plan.nodes[index].group]
            return [
                "id": .string(ScenarioBlueprint.instanceID(index)), "type": .string(group.instanceType.name),
                "subnet": .string(group.subnet.description), "netns": .string(netns),
            ]
        }
        var settings = scenario.cloudSettings
        settings["fabricRouter"] = .string(router)
        settings["instances"] = .array(instances)
        if provider == .ec2 { settings["role"] = ["name": "warmpool-node", "lifetime": "1h"] }
        return JSONValue.object(settings).text(.indented) + "\n"
    }

    /// The name of a node's instance, the same as in virtual mode: a fault can be for one caller.
    private static func instanceID(_ index: Int) -> String { "i-\(index)" }
}

extension CallPolicy {
    /// The section `calls` of `warmpoold.yaml`.
    fileprivate func settings(timeout: Duration) -> JSONValue {
        [
            "mutating": mutating.settings, "describing": describing.settings,
            "longestWait": .string(longestWait.text), "failureThreshold": .integer(Int64(failureThreshold)),
            "pause": .string(pause.initial.text), "longestPause": .string(pause.longest.text),
            "timeout": .string(timeout.text),
        ]
    }
}

extension CallLimit {
    fileprivate var settings: JSONValue { ["burst": .integer(Int64(burst)), "perSecond": .number(perSecond)] }
}
