// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is compiled the same way: language mode 6, warnings are errors, imports do
/// not leak into interfaces.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A stage of the pipeline.
///
/// It may import the targets and products listed here and no others; Tests/RepositoryTests holds
/// the sources to it. Resources become part of the program.
func stage(
  _ name: String,
  _ dependencies: [Target.Dependency] = [],
  resources: [Resource]? = nil
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(
  _ name: String,
  _ dependencies: [Target.Dependency] = [],
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    exclude: exclude,
    swiftSettings: strict
  )
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let asyncHTTPClient = Target.Dependency.product(
  name: "AsyncHTTPClient",
  package: "async-http-client"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
  name: "HummingbirdTesting",
  package: "hummingbird"
)
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle",
  package: "swift-service-lifecycle"
)
let unixSignals = Target.Dependency.product(
  name: "UnixSignals",
  package: "swift-service-lifecycle"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "lotline",
  products: [
    .executable(name: "lotline", targets: ["lotline"]),
    .executable(name: "lotline-hub", targets: ["lotline-hub"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // C libraries from Debian: a module map and a shim, nothing else.
    .systemLibrary(
      name: "CModbus",
      pkgConfig: "libmodbus",
      providers: [.apt(["libmodbus-dev"])]
    ),
    .systemLibrary(
      name: "CSerialPort",
      pkgConfig: "libserialport",
      providers: [.apt(["libserialport-dev"])]
    ),
    .systemLibrary(name: "CTimex"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // What everything speaks of.
    stage("Telemetry", ["CTimex", crypto]),
    stage("MerkleLog", ["Telemetry", crypto, swiftASN1]),
    stage("MarkedYAML", ["Telemetry", yams]),
    stage("Gzip", ["CZlib"]),
    stage("Tables"),
    stage("TransportSecurity", ["Telemetry", nioCore, nioSSL, nioTLS, swiftASN1]),
    stage("StationAPI", ["Telemetry"]),
    stage(
      "CommandSupport",
      ["Telemetry", "MarkedYAML", "Evidence", argumentParser, asyncHTTPClient, nioCore, system]
    ),

    // The edge agent, from left to right.
    stage("Profiles", ["Telemetry", "MarkedYAML", crypto]),
    stage("ProfileImport", ["Telemetry", "MarkedYAML", "Profiles", "Tables"]),
    stage("Scans", ["Telemetry"]),
    stage("LotBinding", ["Telemetry"]),
    stage(
      "Settings",
      [
        "Telemetry", "MerkleLog", "MarkedYAML", "TransportSecurity", "LotBinding", "Scans", crypto,
      ]
    ),
    stage(
      "Fieldbus",
      ["Telemetry", "TransportSecurity", "CModbus", "CSerialPort", nioCore, nioPosix]
    ),
    stage("Acquisition", ["Telemetry", "Profiles", "Fieldbus"]),
    stage(
      "Commissioning",
      ["Telemetry", "MarkedYAML", "Profiles", "Fieldbus", "Acquisition"]
    ),
    stage("JournalStore", ["Telemetry", "MerkleLog", grdb, grdbSQLite]),
    stage("JournalExport", ["Telemetry", "JournalStore"]),
    stage(
      "Uplinks",
      [
        "Telemetry", "MerkleLog", "StationAPI", "JournalStore", "Gzip", asyncHTTPClient, nioCore,
        logging,
      ]
    ),
    stage(
      "StationWeb",
      ["Telemetry", "StationAPI", hummingbird, nioCore, lifecycle, logging],
      resources: [.embedInCode("Page")]
    ),
    stage("Interlock", ["Telemetry", "StationAPI"]),
    stage(
      "Agent",
      [
        "Telemetry", "MerkleLog", "MarkedYAML", "Profiles", "Settings", "Fieldbus", "Acquisition",
        "LotBinding", "Scans", "JournalStore", "Uplinks", "StationAPI", "StationWeb", "Interlock",
        lifecycle,
        unixSignals,
        logging,
      ]
    ),
    stage(
      "DeviceSimulator",
      [
        "Telemetry", "MarkedYAML", "TransportSecurity", "Profiles", "Fieldbus", nioCore, nioPosix,
      ]
    ),

    // The hub.
    stage("Genealogy", ["Telemetry"]),
    stage("Evidence", ["Telemetry", "MerkleLog", crypto]),
    stage("HubStore", ["Telemetry", "MerkleLog", "LotBinding", "Genealogy", grdb]),
    stage(
      "Hub",
      [
        "Telemetry", "Genealogy", "HubStore", "Gzip", "Tables", hummingbird, nioCore, lifecycle,
        logging,
      ]
    ),

    // The commands: parse arguments, call one function, print.
    .executableTarget(
      name: "lotline",
      dependencies: [
        "Telemetry", "MarkedYAML", "Profiles", "ProfileImport", "Settings", "StationAPI", "Agent",
        "DeviceSimulator", "CommandSupport", "Fieldbus", "Commissioning", "TransportSecurity",
        "Scans", "MerkleLog", "JournalStore", "JournalExport", "Evidence", argumentParser, nioCore,
        unixSignals,
        logging,
      ],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "lotline-hub",
      dependencies: [
        "Telemetry", "Settings", "Genealogy", "HubStore", "Hub", "CommandSupport", "MerkleLog",
        "Evidence", argumentParser, nioCore, lifecycle, logging,
      ],
      swiftSettings: strict
    ),

    // One command measures every figure in the README: Benchmarks/run.
    .target(
      name: "BareLibmodbus",
      dependencies: ["CModbus"],
      path: "Benchmarks/BareLibmodbus"
    ),
    .target(
      name: "BareSQLite",
      path: "Benchmarks/BareSQLite",
      linkerSettings: [.linkedLibrary("sqlite3")]
    ),
    .executableTarget(
      name: "lotline-benchmarks",
      dependencies: [
        "BareLibmodbus", "BareSQLite", "Telemetry", "StationAPI", "Profiles", "Fieldbus",
        "LotBinding", "Genealogy", "MerkleLog", "JournalStore", "Uplinks", "HubStore", "Hub",
        "Gzip",
        "DeviceSimulator", "CommandSupport",
        argumentParser, grdb, nioCore, logging,
      ],
      path: "Benchmarks/Runner",
      swiftSettings: strict
    ),

    .target(
      name: "TestSupport",
      dependencies: ["Telemetry", "MarkedYAML"],
      path: "Tests/TestSupport",
      swiftSettings: strict
    ),
    tests("Telemetry", exclude: ["Golden", "Vectors"]),
    tests("MerkleLog", ["Telemetry"]),
    tests("Evidence", ["Telemetry", "MerkleLog", "HubStore", "JournalStore"]),
    tests("MarkedYAML"),
    tests("Gzip"),
    tests("Profiles", ["MarkedYAML", "Telemetry"], exclude: ["Golden"]),
    tests(
      "ProfileImport",
      ["MarkedYAML", "Profiles", "Tables", "Telemetry"],
      exclude: ["Golden"]
    ),
    tests(
      "Settings",
      ["MarkedYAML", "Scans", "Telemetry", "TransportSecurity", "LotBinding"],
      exclude: ["Golden"]
    ),
    tests("CommandSupport", ["MarkedYAML"]),
    tests("Fieldbus", ["TransportSecurity", nioCore, nioPosix]),
    tests("TransportSecurity", ["Telemetry"]),
    tests("Acquisition", ["Profiles", "Fieldbus"]),
    tests(
      "Commissioning",
      ["Telemetry", "MarkedYAML", "Profiles", "Fieldbus", "Acquisition", "DeviceSimulator"],
      exclude: ["Golden"]
    ),
    tests(
      "Agent",
      [
        "Acquisition", "DeviceSimulator", "Fieldbus", "JournalStore", "MarkedYAML", "Profiles",
        "Settings", "StationAPI", "Telemetry", "MerkleLog", "LotBinding", "HubStore", "Genealogy",
        logging,
        nioCore, nioPosix,
      ]
    ),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "TestSupport", "Acquisition", "Agent", "Fieldbus", "JournalStore", "LotBinding", "Settings",
        "StationAPI", "Telemetry", logging,
      ],
      path: "Tests/Simulation",
      swiftSettings: strict
    ),
    tests("Scans", ["Telemetry"]),
    .target(
      name: "PlantModel",
      dependencies: ["TestSupport", "Telemetry", "LotBinding"],
      path: "Tests/PlantModel",
      swiftSettings: strict
    ),
    tests("LotBinding", ["PlantModel"]),
    tests("JournalStore", ["MerkleLog", "JournalExport", grdb]),
    tests("Uplinks", ["JournalStore", "MerkleLog", "Gzip", "StationAPI", hummingbird]),
    tests("Interlock", ["StationAPI", "Telemetry"]),
    tests("StationWeb", ["StationAPI", asyncHTTPClient, nioCore, lifecycle, logging]),
    tests(
      "DeviceSimulator",
      ["MarkedYAML", "TransportSecurity", "Profiles", "Fieldbus", "Acquisition"]
    ),
    .target(
      name: "FaultMatrix",
      dependencies: [
        "TestSupport", "Telemetry", "Profiles", "Fieldbus", "Acquisition", "DeviceSimulator",
      ],
      path: "Tests/FaultMatrix",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "fault-matrix",
      dependencies: ["FaultMatrix"],
      path: "Tests/FaultMatrixRun",
      swiftSettings: strict
    ),
    tests("FaultMatrix", ["Telemetry", "Fieldbus"]),
    tests("Genealogy", [], exclude: ["Golden"]),
    tests("HubStore", ["MerkleLog", "Genealogy", "LotBinding", "PlantModel", grdb]),
    tests(
      "Hub",
      [
        "HubStore", "Genealogy", "Gzip", "lotline-hub", grdb, hummingbird, hummingbirdTesting,
        logging, nioCore,
      ]
    ),
    .testTarget(
      name: "SchemaTests",
      dependencies: ["TestSupport", "MarkedYAML", "Profiles", "Settings"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "RepositoryTests",
      dependencies: ["TestSupport"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["TestSupport", "lotline", "lotline-hub"],
      swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6]
)

// Fuzzers have no main of their own, so they are there only for Scripts/fuzz.
if Context.environment["LOTLINE_FUZZ"] != nil {
  package.targets += [
    .target(name: "FuzzDriver", path: "Tests/Fuzz/FuzzDriver", swiftSettings: strict),
    .executableTarget(
      name: "ProfileFuzz",
      dependencies: ["FuzzDriver", "Profiles", "Telemetry"],
      path: "Tests/Fuzz/ProfileFuzz",
      exclude: ["Corpus"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "FrameFuzz",
      dependencies: ["FuzzDriver", "Fieldbus", "Telemetry", nioCore],
      path: "Tests/Fuzz/FrameFuzz",
      exclude: ["Corpus"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "SerialFuzz",
      dependencies: ["FuzzDriver", "Fieldbus", "Profiles", "Telemetry"],
      path: "Tests/Fuzz/SerialFuzz",
      exclude: ["Corpus"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "ScanFuzz",
      dependencies: ["FuzzDriver", "Scans", "Telemetry"],
      path: "Tests/Fuzz/ScanFuzz",
      exclude: ["Corpus"],
      swiftSettings: strict
    ),
  ]
}
