import Foundation
import ProfileImport
import Profiles
import Telemetry
import TestSupport
import Testing

/// Files of other programs, written for these tests, and the profiles they become.
///
/// To add one: write it into `Golden`, add a row, run with `LOTLINE_RECORD_GOLDEN=1`, and read what
/// was written to `.profile` and `.notes`.
@Suite("Imported profiles")
struct GoldenTests {
  static let folder = Repository.root.appending(path: "Tests/ProfileImportTests/Golden")

  /// One file and how it is imported.
  struct Sample: Sendable, CustomStringConvertible {
    let file: String
    var columns: String?
    var name: String?
    var device = 1

    /// The name of what is expected of it.
    var expected: String {
      let stem = file.split(separator: ".")[0]
      return device == 1 ? "\(stem)" : "\(stem)-\(device)"
    }

    var description: String { "\(file), device \(device)" }
    var path: String { folder.appending(path: file).path }

    var importer: ProfileImporter {
      var importer = ProfileImporter()
      importer.columns = columns
      importer.name = name
      importer.device = device
      return importer
    }
  }

  static let samples = [
    Sample(file: "register.conf"),
    Sample(file: "request.conf"),
    Sample(file: "request.conf", device: 2),
    Sample(file: "metric.toml"),
    Sample(file: "edgex.yml"),
    Sample(file: "kepware.csv"),
    Sample(
      file: "list.csv",
      columns: "name=Signal,title=Bezeichnung,address=Register,type=Typ,scale=Faktor,"
        + "unit=Einheit,low=Min,high=Max,period=Zyklus,table:holding,base:0,order:CDAB",
      name: "heizung"
    ),
    Sample(file: "plain.tsv"),
  ]

  @Test("A file becomes exactly the profile and the notes beside it", arguments: samples)
  func golden(sample: Sample) throws {
    let result = try sample.importer.result(ofFile: sample.path)
    let notes =
      result.notes.map { $0.description(file: sample.file) + "\n" }.joined()
      + result.summary + "\n"
    try compare(result.text, with: sample.expected + ".profile")
    try compare(notes, with: sample.expected + ".notes")
  }

  private func compare(_ text: String, with name: String) throws {
    let file = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["LOTLINE_RECORD_GOLDEN"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let wanted = try String(contentsOf: file, encoding: .utf8)
    #expect(text == wanted)
  }

  @Test("What is imported is a profile", arguments: samples)
  func isProfile(sample: Sample) throws {
    let result = try sample.importer.result(ofFile: sample.path)
    let bytes = Array(result.text.utf8)
    _ = try ProfileLoader.load(bytes: bytes, file: "\(result.name).yaml")
  }

  @Test("An imported profile has each signal where the source has it")
  func places() throws {
    let sample = try #require(Self.samples.first { $0.file == "plain.tsv" })
    let result = try sample.importer.result(ofFile: sample.path)
    let profile = try ProfileLoader.load(
      bytes: Array(result.text.utf8),
      file: "\(result.name).yaml"
    )
    guard case .modbus(let access) = profile.access else {
      Issue.record("\(profile.access)")
      return
    }
    let signals = access.groups.flatMap(\.signals)
    #expect(
      signals.map(\.signal.name) == ["tank.level", "tank.on", "tank.valve", "tank.text"]
    )
    #expect(signals.map(\.location.table) == [.input, .discrete, .holding, .holding])
    #expect(signals.map(\.location.address) == [11, 0, 12, 19])
    #expect(signals[0].decoding.reading(from: [250], range: nil).value == .real(25))
    #expect(signals[2].decoding.reading(from: [1 << 11], range: nil).value == .flag(true))
    #expect(signals[3].signal.title == "no: text, #1")
  }
}
