import Foundation
import MarkedYAML
import Profiles
import TestSupport
import Testing

/// The checker and the published schemas, judged by python-jsonschema.
///
/// A schema cannot see everything; of each finding the checker says whether it does. A file that a
/// schema refuses has such a finding, and one with such a finding the schema refuses. Left out are
/// files that are not YAML, or have anchors or tags: of those no schema says anything.
@Suite("Schema and checker")
struct AgreementTests {
  private static let profiles = Repository.root.appending(path: "DeviceProfiles").path

  private static func pattern(_ folder: String, _ files: String) -> String {
    Repository.root.appending(path: folder).path + "/" + files
  }

  @Test("They agree on every file of the repository")
  func files() async throws {
    let verdicts = try await SchemaJudge.verdicts([
      Judged(kind: .profile, pattern: Self.pattern("Tests/ProfilesTests/Golden", "*.yaml")),
      Judged(kind: .profile, pattern: Self.pattern("DeviceProfiles", "*.yaml")),
      Judged(kind: .agent, pattern: Self.pattern("Tests/SettingsTests/Golden", "*agent-*.yaml")),
      Judged(kind: .hub, pattern: Self.pattern("Tests/SettingsTests/Golden", "*hub-*.yaml")),
      Judged(kind: .agent, pattern: Self.pattern("Config", "*agent.yaml")),
      Judged(kind: .hub, pattern: Self.pattern("Config", "*hub.yaml")),
    ])
    #expect(verdicts.count > 60)
    #expect(SchemaJudge.disagreements(verdicts) == [])
  }

  /// Mutations of each file; more, to search for disagreements: `LOTLINE_MUTATIONS=300`.
  private static let count =
    ProcessInfo.processInfo.environment["LOTLINE_MUTATIONS"].flatMap { Int($0) } ?? 16

  @Test("They agree on files with one thing changed")
  func mutations() async throws {
    let folder = try TemporaryFolder()
    var sources: [(kind: FileKind, path: String, count: Int)] = []
    for name in try ProfileLibrary(folder: Self.profiles).names() {
      let path = Self.profiles + "/\(name).yaml"
      sources.append((.profile, path, Self.count))
      // What is extended lies in the same folder.
      _ = try folder.write(try String(contentsOfFile: path, encoding: .utf8), to: "\(name).yaml")
    }
    let config = Repository.root.appending(path: "Config").path
    sources.append((.agent, config + "/agent.yaml", Self.count * 12))
    sources.append((.hub, config + "/hub.yaml", Self.count * 3))
    var written = 0
    for (index, source) in sources.enumerated() {
      let text = try String(contentsOfFile: source.path, encoding: .utf8)
      let root = try #require(YAMLDocument.compose(text, into: FindingLog(file: source.path)))
      // Another number of mutations is other mutations, too.
      var mutation = Mutation(seed: UInt64(Self.count * 1_000 + index))
      for number in 0..<source.count {
        _ = try folder.write(
          YAMLText.of(mutation.changed(root)),
          to: "\(source.kind)-\(index)-\(number).yaml"
        )
        written += 1
      }
    }
    let verdicts = try await SchemaJudge.verdicts(
      FileKind.allCases.map { Judged(kind: $0, pattern: folder.path("\($0)-*.yaml")) }
    )
    #expect(verdicts.count == written)
    let refused = verdicts.values.filter { if case .refused = $0.1 { true } else { false } }
    #expect(refused.count > written / 3 && refused.count < written)
    #expect(SchemaJudge.disagreements(verdicts) == [])
  }
}
