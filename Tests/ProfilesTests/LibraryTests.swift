import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

/// The profiles that come with the program.
@Suite("Profile library")
struct LibraryTests {
  private static let folder = Repository.root.appending(path: "DeviceProfiles").path
  private static let library = ProfileLibrary(folder: folder)
  static let shipped: [String] = (try? library.names()) ?? []

  @Test("Every profile that comes with the program is without findings", arguments: shipped)
  func findings(name: String) {
    let findings = ProfileLoader.findings(Self.library.path(of: name))
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test("Every group of every profile can be planned and decoded", arguments: shipped)
  func plans(name: String) throws {
    let profile = try Self.library.profile(named: name)
    switch profile.access {
    case .modbus(let access):
      for group in access.groups {
        let plan = ReadPlan(group: group, access: access, over: .assumedTCP)
        let parts = plan.blocks.flatMap(\.parts).map(\.signal).sorted()
        #expect(parts == Array(group.signals.indices))
      }
    case .serial(let access):
      for group in access.groups {
        let decoder = try LineDecoder(group)
        let example = try #require(group.example)
        let bad = decoder.readings(from: Array(example.utf8)).filter { !$0.quality.isGood }
        #expect(bad.isEmpty)
      }
    }
  }

  @Test("The index of the library is that of its profiles: lotline profile list --markdown")
  func index() throws {
    let profiles = try Self.shipped.map { try Self.library.profile(named: $0) }
    #expect(
      try Repository.text(of: "DeviceProfiles/README.md") == ProfileIndex.markdown(of: profiles)
    )
  }

  @Test("The library holds the devices of the demo")
  func demo() {
    let demo = [
      "gearbox-test-rig", "oxygen-analyser", "reflow-oven-10-zone", "servo-drive",
      "temperature-humidity-transmitter",
    ]
    #expect(Set(demo).isSubset(of: Self.shipped))
  }

  @Test("A scan of the oven is one request for what it does and one for its recipe")
  func ovenPlan() throws {
    let profile = try Self.library.profile(named: "reflow-oven-10-zone")
    guard case .modbus(let access) = profile.access else {
      Issue.record("the oven does not speak Modbus")
      return
    }
    let counts = access.groups.map { group in
      ReadPlan(group: group, access: access, over: .assumedTCP).blocks.map(\.count)
    }
    #expect(counts == [[23], [29]])
    let zones = access.groups[0].signals.filter { $0.signal.position != nil }
    #expect(zones.count == 20)
    #expect(zones.last?.signal.position == 3.325)
  }

  @Test("The servo drive is never asked for the registers that can only be written")
  func servoPlan() throws {
    let profile = try Self.library.profile(named: "servo-drive")
    guard case .modbus(let access) = profile.access else { return }
    let blocks = ReadPlan(group: access.groups[0], access: access, over: .assumedTCP).blocks
    #expect(blocks.map(\.address) == [0, 4, 10])
    #expect(blocks.map(\.count) == [2, 2, 6])
    #expect(
      profile.source
        == .document(
          title: "SV200 DC Hardware Manual 920-0126A",
          revision: "4/14/2017",
          page: "144"
        )
    )
  }

  @Test("An unknown name is answered with the one that was meant")
  func unknown() {
    let error = #expect(throws: ProfileError.self) {
      try Self.library.profile(named: "reflow-oven-10-zones")
    }
    #expect(error?.description.contains("did you mean \"reflow-oven-10-zone\"?") == true)
  }

  @Test("A name cannot lead out of the folder")
  func traversal() {
    #expect(throws: ProfileError.self) {
      try Self.library.profile(named: "../DeviceProfiles/servo-drive")
    }
  }

  @Test("A folder that is not there is named")
  func missingFolder() {
    let error = #expect(throws: ProfileError.self) {
      try ProfileLibrary(folder: "/nonexistent").names()
    }
    #expect(error?.description.contains("there is no such folder") == true)
  }

  @Test("A profile carries the bytes and the hash of its file")
  func hash() throws {
    let profile = try Self.library.profile(named: "servo-drive")
    let bytes = try Data(contentsOf: URL(filePath: Self.library.path(of: "servo-drive")))
    #expect(profile.hash == .sha256(bytes))
    #expect(profile.text == String(decoding: bytes, as: UTF8.self))
  }
}
