import Foundation
import TestSupport
import Testing

/// The schemas that editors read, and the lines by which files name them.
@Suite("Published schemas")
struct PublishedSchemaTests {
  @Test("They are what the programs print", arguments: FileKind.allCases)
  func text(kind: FileKind) throws {
    let path = "Documentation/Schemas/\(kind).json"
    if ProcessInfo.processInfo.environment["LOTLINE_RECORD_GOLDEN"] != nil {
      let url = Repository.root.appending(path: path)
      try kind.schema.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(try Repository.text(of: path) == kind.schema)
  }

  @Test(
    "Every file that comes with the program names its schema in its first line",
    arguments: [("DeviceProfiles", nil), ("Config", FileKind.agent), ("Config", .hub)]
      as [(String, FileKind?)]
  )
  func modelines(folder: String, kind: FileKind?) throws {
    let files = try FileManager.default
      .contentsOfDirectory(atPath: Repository.root.appending(path: folder).path)
      .filter { $0.hasSuffix(".yaml") && (kind.map { "\($0).yaml" } ?? $0) == $0 }
    #expect(!files.isEmpty)
    for file in files {
      let schema = "../Documentation/Schemas/\(kind ?? .profile).json"
      let text = try Repository.text(of: "\(folder)/\(file)")
      #expect(text.hasPrefix("# yaml-language-server: $schema=\(schema)\n"), "\(file)")
    }
  }

  @Test("Every shipped YAML file is of a kind that has a schema")
  func kinds() throws {
    let path = Repository.root.appending(path: "Config").path
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(names.filter { $0.hasSuffix(".yaml") }.sorted() == ["agent.yaml", "hub.yaml"])
  }
}
