import Foundation
import MarkedYAML
import Telemetry
import TestSupport
import Testing

@testable import Profiles

@Suite("Expansion")
struct ExpansionTests {
  private static let shipped = Repository.root.appending(path: "DeviceProfiles").path
  static let names: [String] = (try? ProfileLibrary(folder: shipped).names()) ?? []

  /// A profile without what tells the file's form.
  private func meaning(of profile: DeviceProfile) -> DeviceProfile {
    DeviceProfile(
      name: profile.name,
      title: profile.title,
      kind: profile.kind,
      source: profile.source,
      access: profile.access,
      caveats: profile.caveats,
      hash: .sha256([]),
      text: ""
    )
  }

  /// Checks that the plain form of a file says the same as the file, and is plain.
  private func checkExpansion(_ path: String) throws {
    let profile = try ProfileLoader.load(path)
    let plain = try ProfileLoader.expanded(path)
    let folder = try TemporaryFolder()
    let expanded = try folder.write(plain, to: "\(profile.name).yaml")
    #expect(
      ProfileLoader.findings(expanded).map(\.code) == ProfileLoader.findings(path).map(\.code)
    )
    #expect(meaning(of: try ProfileLoader.load(expanded)) == meaning(of: profile))
    #expect(try ProfileLoader.expanded(expanded) == plain)
    for word in ["\nextends:", "\ndrop:", "- repeat:"] { #expect(!plain.contains(word)) }
  }

  @Test("The plain form of every shipped profile checks and loads the same", arguments: names)
  func shippedProfiles(name: String) throws { try checkExpansion(Self.shipped + "/\(name).yaml") }

  @Test("So does that of every good golden file", arguments: GoldenTests.names)
  func goldenProfiles(name: String) throws {
    guard name.hasPrefix("good-") || name.hasPrefix("warning-") else { return }
    try checkExpansion(
      Repository.root.appending(path: "Tests/ProfilesTests/Golden/\(name).yaml").path
    )
  }

  @Test("A random family and its member mean what they mean written out", arguments: 0..<40)
  func randomProfiles(seed: Int) throws {
    let random = RandomProfile(seed: UInt64(seed))
    let folder = try TemporaryFolder()
    let plain = try TemporaryFolder()
    let pairs = [
      (try folder.write(random.base, to: "family.yaml"), random.plainBase, "family.yaml"),
      (try folder.write(random.child, to: "member.yaml"), random.plainChild, "member.yaml"),
    ]
    for (compact, text, name) in pairs {
      #expect(ProfileLoader.findings(compact) == [], "\(random.base)\n\(random.child)")
      let written = try ProfileLoader.load(try plain.write(text, to: name))
      #expect(meaning(of: try ProfileLoader.load(compact)) == meaning(of: written))
      try checkExpansion(compact)
    }
  }

  @Test("A finding in the extended profile names its file and its place there")
  func marks() throws {
    let folder = try TemporaryFolder()
    let base = """
      profile: base
      title: Base
      kind: other
      source: generic
      modbus: {order: ABCD}
      groups:
        - name: a
          period: 1s
          signals:
            - {repeat: i, from: 1, to: 2, signals: [{name: "x<i>", table: holding, address: 1, type: int61}]}
      """
    let basePath = try folder.write(base, to: "base.yaml")
    let child = try folder.write(
      "profile: child\nextends: base\ngroups:\n  - name: a\n    signals: [{name: x1, type: int62}]\n",
      to: "child.yaml"
    )
    let findings = ProfileLoader.findings(child)
    let places = findings.map { "\($0.file):\($0.line):\($0.column) \($0.schemaRefuses)" }
    #expect(places == ["\(child):5:32 true", "\(basePath):10:96 false"])
  }

  @Test("Numbers of a block are exact decimals, in the notation that the file has")
  func notation() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      """
      profile: p
      title: P
      kind: other
      source: generic
      modbus: {order: ABCD}
      groups:
        - name: a
          period: 1s
          signals:
            - repeat: i
              from: 9
              to: 11
              step: {address: 0x10, position: 0.1}
              signals:
                - {name: x<i>, table: holding, address: 0x00F0, type: int16, position: 0.1}
                - {name: y<i>, address: "input:0099", type: int16}
      """,
      to: "p.yaml"
    )
    let text = try ProfileLoader.expanded(path)
    let words = text.split(separator: "\n").map { $0.drop { " -".contains($0) } }
    #expect(
      words.filter { $0.hasPrefix("address") } == [
        "address: 0x00F0", "address: \"input:0099\"", "address: 0x0100", "address: \"input:0115\"",
        "address: 0x0110", "address: \"input:0131\"",
      ]
    )
    #expect(
      words.filter { $0.hasPrefix("position") } == [
        "position: 0.1", "position: 0.2", "position: 0.3",
      ]
    )
  }
}
