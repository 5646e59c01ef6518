import TestSupport
import Testing

@testable import ProfileImport

@Suite("Documentation/import.md")
struct DocumentTests {
  /// The words of code in the rows below the last heading that has the column `key`.
  private static func words(in rows: [[String]]) -> Set<String> {
    Set(rows.flatMap { $0[0].split(separator: ", ").map(String.init) })
  }

  @Test("It names every key of a column map, and no other")
  func columns() throws {
    let known = CSVKey.allCases.map(\.rawValue)
    let rows = try Document("import.md").rows(below: "## Tables")
    let headers = Set(CSVColumns.kepwareHeader.map(\.header))
    #expect(Self.words(in: rows).subtracting(headers) == Set(known))
  }

  @Test("It names every column that Kepware writes")
  func kepware() throws {
    let rows = try Document("import.md").rows(below: "## Tables")
    for (header, _) in CSVColumns.kepwareHeader {
      #expect(Self.words(in: rows).contains(header), "\(header)")
    }
  }

  @Test("It names the kinds of notes")
  func notes() throws {
    let rows = try Document("import.md").rows(below: "# Importing profiles")
    #expect(Self.words(in: rows) == Set(ImportNote.Kind.allCases.map(\.rawValue)))
  }

  @Test("It names every key of Telegraf that has no place in a profile")
  func telegraf() throws {
    let words = Self.words(in: try Document("import.md").rows(below: "## Telegraf"))
    for (key, _) in TelegrafWords.plugin + TelegrafWords.workarounds {
      #expect(words.contains(key), "\(key)")
    }
    for (key, _) in TelegrafDevice.registerTables { #expect(words.contains(key), "\(key)") }
  }

  @Test("Its example of a column map is one")
  func example() throws {
    let block = try #require(Document("import.md").blocks(of: "sh").last)
    let map = try #require(block.split(separator: "'").dropFirst().first)
    let columns = try CSVColumns(map: String(map))
    #expect(columns.sources[.table] == .constant("holding"))
    #expect(columns.sources[.unit] == .column("Einheit"))
  }
}
