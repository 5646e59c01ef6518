import Foundation
import TestSupport
import Testing

/// Properties of the source text itself that the compiler does not check.
@Suite("Tidy")
struct TidyTests {
  /// Every module may import these and nothing else: the whole dependency policy, on one screen.
  ///
  /// Names in upper case are C libraries; each appears in one row, as does each package, but for
  /// those that are the Swift project's own.
  private static let allowedImports: [String: Set<String>] = [
    "Telemetry": ["CTimex", "Crypto", "FoundationEssentials", "Glibc"],
    "MerkleLog": ["Telemetry", "Crypto", "SwiftASN1", "FoundationEssentials"],
    "MarkedYAML": ["Telemetry", "Yams", "FoundationEssentials"],
    "Gzip": ["CZlib"],
    "Tables": [],
    "TransportSecurity": [
      "Telemetry", "NIOCore", "NIOSSL", "NIOTLS", "SwiftASN1", "FoundationEssentials", "Glibc",
      "Synchronization",
    ],
    "Profiles": ["Telemetry", "MarkedYAML", "FoundationEssentials"],
    "ProfileImport": ["Telemetry", "MarkedYAML", "Profiles", "Tables"],
    "Settings": [
      "Telemetry", "MerkleLog", "MarkedYAML", "TransportSecurity", "LotBinding", "Scans",
      "FoundationEssentials",
    ],
    "Fieldbus": [
      "Telemetry", "TransportSecurity", "CModbus", "CSerialPort", "Glibc", "NIOCore", "NIOPosix",
      "Synchronization",
    ],
    "Acquisition": ["Telemetry", "Profiles", "Fieldbus", "Synchronization"],
    "Commissioning": [
      "Telemetry", "MarkedYAML", "Profiles", "Fieldbus", "Acquisition", "FoundationEssentials",
    ],
    "Scans": ["Telemetry"],
    "LotBinding": ["Telemetry"],
    "JournalStore": [
      "Telemetry", "MerkleLog", "GRDB", "GRDBSQLite", "Dispatch", "FoundationEssentials", "Glibc",
      "Synchronization",
    ],
    "JournalExport": ["Telemetry", "JournalStore"],
    "Uplinks": [
      "Telemetry", "MerkleLog", "StationAPI", "JournalStore", "Gzip", "AsyncHTTPClient", "NIOCore",
      "NIOHTTP1", "Logging", "FoundationEssentials", "Glibc",
    ],
    "StationAPI": ["Telemetry"],
    "Interlock": ["Telemetry", "StationAPI", "Dispatch", "Glibc"],
    "StationWeb": [
      "Telemetry", "StationAPI", "Hummingbird", "HTTPTypes", "NIOCore", "ServiceLifecycle",
      "Logging", "FoundationEssentials", "Glibc",
    ],
    "Agent": [
      "Telemetry", "MerkleLog", "MarkedYAML", "Profiles", "Settings", "Fieldbus", "Acquisition",
      "LotBinding", "Scans", "JournalStore", "Uplinks", "StationAPI", "StationWeb", "Interlock",
      "ServiceLifecycle", "UnixSignals", "Logging",
      "FoundationEssentials", "Synchronization",
    ],
    "DeviceSimulator": [
      "Telemetry", "MarkedYAML", "TransportSecurity", "Profiles", "Fieldbus", "NIOCore", "NIOPosix",
      "Glibc", "Synchronization",
    ],
    "Genealogy": ["Telemetry"],
    "Evidence": ["Telemetry", "MerkleLog", "Crypto", "FoundationEssentials", "Glibc"],
    "HubStore": [
      "Telemetry", "MerkleLog", "LotBinding", "Genealogy", "GRDB", "FoundationEssentials",
    ],
    "Hub": [
      "Telemetry", "Settings", "Genealogy", "HubStore", "Gzip", "Tables", "Hummingbird",
      "HummingbirdCore", "HTTPTypes", "NIOCore", "ServiceLifecycle", "Logging",
      "FoundationEssentials", "Glibc",
    ],
    "CommandSupport": [
      "Telemetry", "MarkedYAML", "Evidence", "ArgumentParser", "AsyncHTTPClient", "NIOCore",
      "NIOHTTP1",
      "SystemPackage", "FoundationEssentials", "Glibc",
    ],
    "lotline": [
      "Telemetry", "MarkedYAML", "Profiles", "ProfileImport", "Settings", "Scans", "StationAPI",
      "Agent", "MerkleLog", "JournalStore", "JournalExport", "Evidence",
      "DeviceSimulator", "CommandSupport", "Fieldbus", "Commissioning", "TransportSecurity",
      "ArgumentParser", "NIOHTTP1", "UnixSignals", "Logging", "FoundationEssentials",
    ],
    "lotline-hub": [
      "Telemetry", "Settings", "Genealogy", "HubStore", "Hub", "CommandSupport", "MerkleLog",
      "Evidence", "ArgumentParser", "NIOHTTP1", "ServiceLifecycle", "UnixSignals", "Logging",
      "FoundationEssentials",
    ],
  ]

  @Test("A module imports only what its row allows", arguments: allowedImports.keys.sorted())
  func imports(module: String) throws {
    let allowed = try #require(Self.allowedImports[module])
    for file in try Repository.swiftFiles(in: "Sources/\(module)") {
      for line in try Repository.text(of: file).split(separator: "\n") {
        let words = line.split(separator: " ").drop { $0.hasPrefix("@") || $0.hasPrefix("#") }
        // Texts of help hold the word, too; an import has nothing but its access before it.
        let access: Set<Substring> = ["internal", "package", "private", "fileprivate", "public"]
        guard let position = words.prefix(3).firstIndex(of: "import"),
          access.isSuperset(of: words[words.startIndex..<position]),
          let imported = words[position...].dropFirst().last
        else { continue }
        let name = imported.split(separator: ".").first.map(String.init) ?? ""
        #expect(allowed.contains(name), "\(file): \(line)")
      }
    }
  }

  @Test("Every module has a row")
  func rows() throws {
    let folders = try FileManager.default
      .contentsOfDirectory(atPath: Repository.root.appending(path: "Sources").path)
      .filter { !$0.hasPrefix("C") || $0.dropFirst().first?.isLowercase == true }
    #expect(Set(folders) == Set(Self.allowedImports.keys))
  }

  @Test("Clocks, sleeps and random identifiers come from outside")
  func injection() throws {
    let banned = ["Date()", "Task.sleep", "UUID()", "ContinuousClock", "SystemRandomNumber"]
    /// The composition roots, where they enter.
    let roots = ["Sources/Telemetry/SystemTime.swift", "Sources/Agent/", "Sources/lotline"]
    for file in try Repository.swiftFiles(in: "Sources") {
      if roots.contains(where: file.hasPrefix) { continue }
      let text = try Repository.text(of: file)
      for word in banned { #expect(!text.contains(word), "\(file) uses \(word)") }
    }
  }

  @Test("No force unwrap, no force try, no unchecked Sendable outside the C wrappers")
  func force() throws {
    /// The C wrappers, where a thread of our own owns a C handle.
    let wrappers = ["Sources/Fieldbus/"]
    for file in try Repository.swiftFiles(in: "Sources") {
      let text = try Repository.text(of: file)
      #expect(!text.contains("try!"), "\(file)")
      #expect(!text.contains("fatalError"), "\(file)")
      if wrappers.contains(where: file.hasPrefix) { continue }
      #expect(!text.contains("@unchecked"), "\(file)")
      #expect(!text.contains("nonisolated(unsafe)"), "\(file)")
    }
  }

  /// Where a permit to write passes, from the configuration to the request that is built from it.
  private static let permitFiles: Set<String> = [
    "Sources/Telemetry/WritePermit.swift", "Sources/Settings/AgentSettings.swift",
    "Sources/Settings/WriteSettingsReader.swift", "Sources/Agent/WriteTarget.swift",
    "Sources/Fieldbus/RegisterWrite.swift",
  ]

  @Test("Only the reader of the configuration makes a permit to write, and only the writer uses it")
  func permits() throws {
    for file in try Repository.swiftFiles(in: "Sources") {
      // Comments may speak of it.
      let code = try Repository.text(of: file).split(separator: "\n")
        .filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
      if file != "Sources/Settings/WriteSettingsReader.swift" {
        #expect(!code.contains("WritePermit("), "\(file) makes a permit")
        #expect(!code.contains("WritePermit.init"), "\(file) makes a permit")
      }
      if code.contains("WritePermit") { #expect(Self.permitFiles.contains(file), "\(file)") }
      if code.contains("RegisterWrite(") || code.contains("RegisterWrite.init") {
        #expect(file == "Sources/Agent/SignalWriter.swift", "\(file) builds a write")
      }
    }
    for file in Self.permitFiles.subtracting(["Sources/Settings/WriteSettingsReader.swift"]) {
      let text = try Repository.text(of: file)
      #expect(text.contains("WritePermit"), "\(file) has none: strike it")
      #expect(!text.contains(" = .init("), "\(file)")
    }
  }

  @Test("Files stay small enough to read in a sitting", arguments: ["Sources", "Tests"])
  func length(folder: String) throws {
    for file in try Repository.swiftFiles(in: folder) {
      let lines = try Repository.text(of: file).split(
        separator: "\n",
        omittingEmptySubsequences: false
      )
      #expect(lines.count <= 400, "\(file) has \(lines.count) lines")
    }
  }

  @Test("Nothing is declared public: this package is two programs, not a library")
  func access() throws {
    for file in try Repository.swiftFiles(in: "Sources") {
      for line in try Repository.text(of: file).split(separator: "\n") {
        let words = line.split(separator: " ")
        #expect(words.first != "public" && words.first != "open", "\(file): \(line)")
      }
    }
  }

  @Test("Nothing is left to do")
  func leftovers() throws {
    for folder in ["Sources", "Tests", "Scripts", "DeviceProfiles", "Config"] {
      let path = Repository.root.appending(path: folder).path
      for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
        let file = folder + "/" + name
        guard let text = try? Repository.text(of: file), !name.hasSuffix("TidyTests.swift") else {
          continue
        }
        for word in ["TODO", "FIXME", "XXX"] { #expect(!text.contains(word), "\(file): \(word)") }
      }
    }
  }
}
