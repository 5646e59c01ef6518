import Foundation
import MarkedYAML
import Profiles
import TestSupport
import Testing

/// Files that are wrong, most of them in one way each, and what the check says about them; those
/// that are called `good-` are not.
///
/// To add one: write `Golden/symptom.yaml`, run with `LOTLINE_RECORD_GOLDEN=1`, and read what was
/// written to `symptom.findings`.
@Suite("Findings")
struct GoldenTests {
  private static let folder = Repository.root.appending(path: "Tests/ProfilesTests/Golden")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test("A wrong profile gets exactly the findings beside it", arguments: names)
  func findings(name: String) throws {
    let path = Self.folder.appending(path: name + ".yaml").path
    let expected = Self.folder.appending(path: name + ".findings")
    let text = ProfileLoader.findings(path)
      .map { finding in
        let file = finding.file.split(separator: "/").last ?? ""
        let place = "\(file):\(finding.line):\(finding.column)"
        let message = finding.message.replacingOccurrences(of: Self.folder.path + "/", with: "")
        return "\(place): \(finding.severity) \(finding.code.name): \(message)\n"
      }
      .joined()
    if ProcessInfo.processInfo.environment["LOTLINE_RECORD_GOLDEN"] != nil {
      try text.write(to: expected, atomically: true, encoding: .utf8)
    }
    let wanted = try String(contentsOf: expected, encoding: .utf8)
    #expect(text == wanted)
  }

  @Test("A good profile loads, and a wrong one is refused", arguments: names)
  func refusal(name: String) {
    let path = Self.folder.appending(path: name + ".yaml").path
    let hasErrors = ProfileLoader.findings(path).contains { $0.severity == .error }
    let profile = try? ProfileLoader.load(path)
    #expect((profile == nil) == hasErrors)
    #expect(hasErrors != (name.hasPrefix("good-") || name.hasPrefix("warning-")))
  }

  @Test("A warning is no more than that", arguments: names.filter { $0.hasPrefix("warning-") })
  func warnings(name: String) {
    let path = Self.folder.appending(path: name + ".yaml").path
    #expect(ProfileLoader.findings(path).map(\.severity) == [.warning])
  }

  @Test("The folder has golden files")
  func presence() { #expect(Self.names.count >= 100) }
}
