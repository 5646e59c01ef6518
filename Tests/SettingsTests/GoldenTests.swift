import Foundation
import MarkedYAML
import Settings
import TestSupport
import Testing

/// Configurations that are wrong in one way each, and what the check says about them.
///
/// `agent-…` are agents' files, `hub-…` hubs'. Recorded with `LOTLINE_RECORD_GOLDEN=1`, then read.
@Suite("Findings in configurations")
struct GoldenTests {
  private static let folder = Repository.root.appending(path: "Tests/SettingsTests/Golden")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  private func findings(_ name: String) -> [Finding] {
    let path = Self.folder.appending(path: name + ".yaml").path
    do throws(SettingsError) {
      if name.hasPrefix("hub-") {
        _ = try HubSettings.load(path)
      } else {
        _ = try AgentSettings.load(path)
      }
      return []
    } catch {
      return error.findings
    }
  }

  @Test("A wrong configuration gets exactly the findings beside it", arguments: names)
  func findings(name: String) throws {
    let expected = Self.folder.appending(path: name + ".findings")
    let text = findings(name)
      .map { finding in
        let place = "\(name).yaml:\(finding.line):\(finding.column)"
        let message = finding.message.replacingOccurrences(of: Self.folder.path + "/", with: "")
        return "\(place): \(finding.severity) \(finding.code.name): \(message)\n"
      }
      .joined()
    if ProcessInfo.processInfo.environment["LOTLINE_RECORD_GOLDEN"] != nil {
      try text.write(to: expected, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: expected, encoding: .utf8)))
    #expect(text.isEmpty == name.hasSuffix("-good"))
  }

  @Test("The folder has golden files")
  func presence() { #expect(Self.names.count >= 40) }
}
