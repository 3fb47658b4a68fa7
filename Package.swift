// swift-tools-version: 6.2

import PackageDescription

/// The layers, from the bottom up: values, core, world, assemblies, executables.
/// A target depends only on layers below its own; inside *core*, `Pool` and `ModelVPC` stand on `RateLimiting`, and
/// `ModelViews` on both; inside *world*, `PodNetwork` and `Fabric` stand on `Netlink`, `Fabric` on `Nftables`,
/// `PoolSettings` and `CloudSettings` on `Settings`, and `Providers` on `Curl`, `CloudSettings` and `Settings`; among the
/// assemblies, `ScenarioFile` on `VirtualSimulator`, `SimulatorReports` and `Sweep` on both, `Comparison` on
/// `VirtualSimulator` and `Planner`, and `Simulator` on `Comparison`.
let values: [Target] = [
    .library("Addressing"),
    .library("Identity"),
    .library("Timekeeping"),
    .library("JSON"),
    .library("Presentation", resources: [.embedInCode("HTML/page.css")]),
]

let core: [Target] = [
    .library("InstanceLimits", resources: [.embedInCode("instance-types.tsv")]),
    .library("RateLimiting", ["Timekeeping"]),
    .library("Pool", ["Addressing", "Identity", "RateLimiting", "Timekeeping", .collections]),
    .library("ModelVPC", ["Addressing", "InstanceLimits", "RateLimiting", "Timekeeping", .collections]),
    .library("ModelViews", ["Addressing", "ModelVPC", "Pool"]),
]

let world: [Target] = [
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .library("Curl", ["CCurl", .httpTypes]),
    .systemLibrary(name: "CNetlink", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-route-3-dev"])]),
    .library("Netlink", ["Addressing", "CNetlink"]),
    .library("PodNetwork", ["Addressing", "Identity", "Netlink"]),
    .library("CNI", ["Addressing", "JSON", "Timekeeping"]),
    .library("ControlProtocol", ["Addressing", "Identity", "JSON", "Timekeeping"]),
    .library("Nftables", [.subprocess]),
    .library("Settings", ["Timekeeping", .yams]),
    .library("PoolSettings", ["Addressing", "JSON", "Pool", "Settings", "Timekeeping"]),
    .library("CloudSettings", ["Addressing", "ModelVPC", "Pool", "RateLimiting", "Settings", "Timekeeping"]),
    .library("Store", ["Addressing", "Identity", "Pool", "Timekeeping", .grdb]),
    .library(
        "Providers",
        [
            "Addressing", "CloudSettings", "Curl", "InstanceLimits", "JSON", "ModelViews", "ModelVPC", "Pool",
            "RateLimiting", "Settings", "Timekeeping", .httpTypes, .xmlCoder,
        ]),
    .library("Fabric", ["Addressing", "Netlink", "Nftables", .subprocess]),
]

let assemblies: [Target] = [
    .library(
        "Daemon",
        [
            "Addressing", "CloudSettings", "ControlProtocol", "Curl", "Fabric", "Identity", "InstanceLimits", "JSON",
            "ModelVPC", "Netlink", "Nftables", "PodNetwork", "Pool", "PoolSettings", "Providers", "RateLimiting",
            "Settings", "Store",
            "Timekeeping", .logging, .nio, .nioPosix, .serviceLifecycle, .subprocess, .unixSignals,
        ]
    ),
    .library(
        "Planner",
        [
            "Addressing", "CloudSettings", "Identity", "InstanceLimits", "JSON", "ModelViews", "ModelVPC", "Pool",
            "PoolSettings", "Presentation", "Settings", "Timekeeping", .collections, .system, .yams,
        ]),
    .target(
        name: "Simulator",
        dependencies: [
            "Addressing", "Comparison", "ControlProtocol", "Fabric", "InstanceLimits", "JSON", "ModelVPC", "Netlink",
            "PodNetwork", "Pool", "PoolSettings", "RateLimiting", "Timekeeping", "VirtualSimulator",
        ],
        path: "Simulator",
        exclude: [
            "CloudServer", "Command", "Comparison", "Reports", "ScenarioFile", "Scenarios", "Sweep", "Virtual",
            "checking.md", "choosing-a-warm-target.md", "live.md", "reports.md", "sweep.md",
        ]),
    .target(
        name: "VirtualSimulator",
        dependencies: [
            "Addressing", "Identity", "InstanceLimits", "ModelVPC", "ModelViews", "Pool", "RateLimiting",
            "Timekeeping", .collections,
        ],
        path: "Simulator/Virtual"),
    .target(
        name: "SimulatorReports",
        dependencies: [
            "Addressing", "InstanceLimits", "JSON", "Presentation", "ScenarioFile", "Timekeeping", "VirtualSimulator",
        ],
        path: "Simulator/Reports"),
    .target(
        name: "ScenarioFile",
        dependencies: [
            "Addressing", "CloudSettings", "InstanceLimits", "ModelVPC", "ModelViews", "Pool", "PoolSettings",
            "RateLimiting", "Settings", "Timekeeping", "VirtualSimulator",
        ],
        path: "Simulator/ScenarioFile"),
    .target(
        name: "Comparison",
        dependencies: [
            "InstanceLimits", "JSON", "ModelVPC", "Planner", "Pool", "Presentation", "Timekeeping", "VirtualSimulator",
        ],
        path: "Simulator/Comparison"),
    .target(
        name: "Sweep",
        dependencies: [
            "JSON", "Pool", "PoolSettings", "Presentation", "ScenarioFile", "Settings", "Timekeeping",
            "VirtualSimulator",
        ],
        path: "Simulator/Sweep"),
    .target(
        name: "CloudServer",
        dependencies: [
            "Addressing", "Fabric", "InstanceLimits", "JSON", "ModelVPC", "Netlink", "Pool", "Providers", "Settings",
            "Timekeeping", .crypto, .httpTypes, .hummingbird, .logging, .nio, .nioHTTP1, .nioHTTPTypes,
            .serviceLifecycle, .xmlCoder,
        ],
        path: "Simulator/CloudServer"),
]

let executables: [Target] = [
    .executableTarget(
        name: "warmpool-cni",
        dependencies: [
            "Addressing", "CNI", "ControlProtocol", "Identity", "JSON", "Netlink", "PodNetwork", "Timekeeping",
        ],
        // The plugin is copied onto hosts of any distribution: no Swift runtime, no C library to find there.
        linkerSettings: [.unsafeFlags(["-static-executable"])]),
    .executableTarget(name: "warmpoold", dependencies: ["ControlProtocol", "Daemon", "Settings", .argumentParser]),
    .executableTarget(
        name: "warmpoolctl", dependencies: ["ControlProtocol", "JSON", "Timekeeping", .argumentParser]),
    .executableTarget(
        name: "warmpool-plan",
        dependencies: [
            "Addressing", "ControlProtocol", "InstanceLimits", "JSON", "Planner", "Pool", "Presentation", "Settings",
            .argumentParser,
        ]),
    .executableTarget(
        name: "warmpool-sim",
        dependencies: [
            "Addressing", "CloudServer", "Comparison", "Fabric", "InstanceLimits", "JSON", "ModelVPC", "Pool",
            "Presentation", "ScenarioFile", "Settings", "Simulator", "SimulatorReports", "Sweep", "Timekeeping",
            "VirtualSimulator", .argumentParser, .collections, .logging, .unixSignals,
        ],
        path: "Simulator/Command"),
    .executableTarget(
        name: "adaptive-target", dependencies: ["Pool", "Timekeeping", "VirtualSimulator"],
        path: "Benchmarks/AdaptiveTarget"),
    .executableTarget(
        name: "virtual-simulator", dependencies: ["ModelVPC", "Pool", "Timekeeping", "VirtualSimulator"],
        path: "Benchmarks/VirtualSimulator"),
    .executableTarget(
        name: "mass-scale-up",
        dependencies: ["ModelVPC", "Pool", "RateLimiting", "Timekeeping", "VirtualSimulator"],
        path: "Benchmarks/MassScaleUp"),
]

let tests: [Target] = [
    .tests("Addressing"),
    .tests("Timekeeping"),
    .tests("JSON"),
    .tests("Presentation"),
    .target(name: "ReportTesting", dependencies: ["JSON", .subprocess], path: "Tests/ReportTesting"),
    .tests("CNI", ["Addressing", "JSON"]),
    .tests("InstanceLimits"),
    .target(name: "HTTPTesting", path: "Tests/HTTPTesting"),
    .tests("Curl", ["HTTPTesting", .httpTypes]),
    .tests("ControlProtocol", ["Addressing", "Identity", "JSON", "Timekeeping"]),
    .tests("Store", ["Addressing", "Identity", "Pool", "Timekeeping", .grdb]),
    .tests(
        "Daemon",
        [
            "Addressing", "ControlProtocol", "Identity", "JSON", "ModelVPC", "PodNetwork", "Pool",
            "PoolSettings", "Providers", "RateLimiting", "Settings", "Store", "Timekeeping", .logging, .nio, .nioPosix,
            .yams,
        ]),
    .tests("RateLimiting", ["Timekeeping"]),
    .tests("Pool", ["Addressing", "Identity", "Timekeeping", .collections]),
    .tests("ModelVPC", ["Addressing", "InstanceLimits", "RateLimiting", "Timekeeping"]),
    .tests(
        "Planner",
        [
            "Addressing", "Identity", "InstanceLimits", "JSON", "ModelVPC", "Pool", "Presentation", "ReportTesting",
            "Settings", "Timekeeping", .subprocess, .system, .yams,
        ]),
    .tests(
        "Providers",
        [
            "Addressing", "CloudServer", "Curl", "HTTPTesting", "InstanceLimits", "JSON", "ModelVPC", "Pool",
            "RateLimiting", "Timekeeping", .httpTypes, .logging, .subprocess, .system, .yams,
        ], exclude: ["EC2/Moto/world.py"]),
    .target(name: "NamespaceTesting", dependencies: ["Netlink"], path: "Tests/NamespaceTesting"),
    .tests("Netlink", ["Addressing", "NamespaceTesting"]),
    .tests("Fabric", ["Addressing", "NamespaceTesting", "Netlink"]),
    .tests(
        "CloudServer",
        [
            "Addressing", "Fabric", "JSON", "ModelVPC", "NamespaceTesting", "Pool", "Providers", "Settings",
            "Timekeeping", .httpTypes, .hummingbird, .logging, .nio, .nioEmbedded, .nioPosix, .subprocess,
        ], exclude: ["clients.py", "REST/hooks.py", "REST/schemathesis.toml"]),
    .tests(
        "Simulator",
        [
            "Addressing", "CloudServer", "Fabric", "InstanceLimits", "JSON", "ModelVPC", "NamespaceTesting", "Pool",
            "PoolSettings", "RateLimiting", "Settings", "Timekeeping", "VirtualSimulator",
        ]),
    .tests(
        "ScenarioFile",
        ["Addressing", "ModelVPC", "Pool", "RateLimiting", "Settings", "Timekeeping", "VirtualSimulator"]),
    .tests(
        "VirtualSimulator",
        [
            "Addressing", "Identity", "InstanceLimits", "ModelViews", "ModelVPC", "Pool", "RateLimiting", "Timekeeping",
        ]),
    .tests(
        "SimulatorReports",
        [
            "Addressing", "InstanceLimits", "JSON", "ModelVPC", "Pool", "Presentation", "RateLimiting", "ReportTesting",
            "Timekeeping", "VirtualSimulator",
        ]),
    .tests(
        "Comparison",
        [
            "Addressing", "InstanceLimits", "JSON", "ModelVPC", "Pool", "Presentation", "Timekeeping",
            "VirtualSimulator",
        ]),
    .tests("Sweep", ["JSON", "Presentation", "ReportTesting", "ScenarioFile", "Settings", "VirtualSimulator"]),
    .tests("PodNetwork", ["Addressing", "Identity", "NamespaceTesting", "Netlink", "Nftables"]),
    .target(
        name: "LiveTesting",
        dependencies: [
            "Addressing", "ControlProtocol", "Fabric", "InstanceLimits", "JSON", "Netlink", "PodNetwork", "Simulator",
            "Timekeeping",
        ],
        path: "Tests/LiveTesting"),
    .testTarget(
        name: "IntegrationTests",
        dependencies: [
            "Addressing", "Comparison", "ControlProtocol", "Fabric", "Identity", "InstanceLimits", "JSON",
            "LiveTesting", "ModelVPC", "NamespaceTesting", "Netlink", "PodNetwork", "Pool", "Providers", "ScenarioFile",
            "Simulator", "Timekeeping", "VirtualSimulator",
        ], exclude: ["MotoNode.py"]),
    .testTarget(
        name: "FaultTests",
        dependencies: [
            "Addressing", "ControlProtocol", "Fabric", "HTTPTesting", "InstanceLimits", "JSON", "LiveTesting",
            "Netlink", "Pool", "Providers", "Simulator",
        ]),
]

let package = Package(
    name: "warmpool",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/CoreOffice/XMLCoder", exact: "0.18.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: values + core + world + assemblies + executables + tests,
    swiftLanguageModes: [.v6]
)

extension Target {
    static func library(_ name: String, _ dependencies: [Dependency] = [], resources: [Resource] = []) -> Target {
        .target(name: name, dependencies: dependencies, resources: resources)
    }

    /// `Tests/<module>Tests`, which mirrors `Sources/<module>`.
    static func tests(_ module: String, _ dependencies: [Dependency] = [], exclude: [String] = []) -> Target {
        .testTarget(name: module + "Tests", dependencies: [.byName(name: module)] + dependencies, exclude: exclude)
    }
}

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let collections = product(name: "Collections", package: "swift-collections")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nio = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let system = product(name: "SystemPackage", package: "swift-system")
    static let xmlCoder = product(name: "XMLCoder", package: "XMLCoder")
    static let yams = product(name: "Yams", package: "Yams")
}
