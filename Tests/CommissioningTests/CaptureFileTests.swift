import Foundation
import MarkedYAML
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Commissioning

/// Files that are no captures, and files that lie.
@Suite("Capture files")
struct CaptureFileTests {
  private static let good = """
    capture: oven
    profile_sha256: "9d70868d2d09bc81a5c105a5e95935719883a2c8860a282b18e649b8ed0b9b7b"
    taken: "2026-11-25T00:54:49.654520Z"
    software: "0.1.0"
    from: "simulated"
    unit: 1

    registers:
      - {table: holding, address: 0, words: "0442 043C"}
      - {table: coil, address: 0, bits: "10"}

    answers:
      - {request: "?\\r\\n", answer: "4.25"}

    values:
      - {signal: top, value: 109.0}
      - {signal: bottom, bad: timeout}

    """

  private static func findings(_ text: String) -> [Finding] {
    CaptureFile.load(bytes: Array(text.utf8), file: "c.yaml").findings
  }

  @Test("A capture may be written by hand")
  func byHand() { #expect(Self.findings(Self.good) == []) }

  @Test(
    "What is wrong is named with line and column, and what would be right",
    arguments: [
      ("capture: oven", "capture: on", "1:10", "quote it"),
      ("capture: oven\n", "", "1:1", "\"capture\" is missing"),
      ("9d70868d", "9d70868", "2:17", "write a SHA-256 hash in quotes"),
      ("2026-11-25T00", "25.11.2026 00", "3:8", "write a time in UTC"),
      ("unit: 1", "unit: 0", "6:7", "from 1 to"), ("unit: 1", "unit: 250", "6:7", "1 to 247"),
      ("table: holding", "table: holdings", "9:13", "did you mean \"holding\""),
      ("address: 0, words", "address: 65535, words", "9:45", "the last one is 65535"),
      ("address: 0, words", "address: -1, words", "9:31", "from 0 to 65535"),
      ("0442 043C", "442 043C", "9:41", "four hexadecimal digits"),
      ("0442 043C", "", "9:41", "four hexadecimal digits"),
      ("\"0442 043C\"", "0442", "9:41", "four hexadecimal digits"),
      ("bits: \"10\"", "bits: \"12\"", "10:37", "each as 0 or 1"),
      ("bits: \"10\"", "words: \"0001\"", "10:5", "\"bits\" is missing"),
      (
        "- {table: coil", "- {table: holding, address: 1, words: \"0000\"}\n  - {table: coil",
        "10:5", "keep each address once"
      ),
      ("answer: \"4.25\"", "answer: 4.25", "13:32", "bytes as a text in double quotes"),
      ("answer: \"4.25\"", "answer: \"4.25 €\"", "13:32", "bytes as a text in double quotes"),
      ("signal: bottom", "signal: top", "17:14", "keep one of them"),
      ("bad: timeout", "bad: time", "17:27", "a cause's code"),
      (", bad: timeout", "", "17:5", "\"value\" is missing"),
      ("value: 109.0", "value: hot", "16:26", "a text in quotes"),
      ("value: 109.0", "value: .nan", "16:26", "a text in quotes"),
      ("value: 109.0", "value: 0x10", "16:26", "a text in quotes"),
      ("value: 109.0", "value: 1e999", "16:26", "a text in quotes"),
      ("value: 109.0", "worth: 109.0", "16:19", "\"worth\" is not a key"),
      ("value: 109.0", "value: [1]", "16:26", "a list"),
      ("values:", "values: []\nother:", "15:9", "empty list"),
      ("values:", "values: &a", "15:9", "anchors"),
      ("unit: 1", "unit: 1\nunit: 2", "7:1", "second time"),
    ]
  )
  func wrong(old: String, new: String, place: String, words: String) {
    let text = Self.good.replacingOccurrences(of: old, with: new)
    let findings = Self.findings(text)
    #expect(
      findings.contains { "\($0.line):\($0.column)" == place && $0.message.contains(words) },
      "\(findings)"
    )
  }

  @Test("No bytes make the reader fall over")
  func hostile() {
    var generator = SeededGenerator(seed: 11)
    let good = Array(Self.good.utf8)
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
        }
      }
      let (file, findings) = CaptureFile.load(bytes: bytes, file: "c.yaml")
      #expect(file != nil || !findings.isEmpty)
    }
  }

  @Test("The captures of a profile are its own, and none of a longer name")
  func library() throws {
    let folder = try TemporaryFolder()
    let captures = folder.url.appending(path: "Captures")
    try FileManager.default.createDirectory(at: captures, withIntermediateDirectories: true)
    for name in [
      "oven.yaml", "oven.cold.yaml", "oven.cold.x.yaml", "oven.hot.yaml", "oven.txt", "oven-2.yaml",
    ] {
      try Data().write(to: captures.appending(path: name))
    }
    for name in ["oven.yaml", "oven.cold.yaml"] {
      try Data().write(to: folder.url.appending(path: name))
    }
    let library = CaptureLibrary(profiles: folder.url.path)
    func names(_ paths: [String]) -> [String] {
      paths.compactMap { $0.split(separator: "/").last.map(String.init) }
    }
    #expect(names(library.files(of: "oven")) == ["oven.hot.yaml", "oven.yaml"])
    #expect(names(library.files(of: "oven.cold")) == ["oven.cold.x.yaml", "oven.cold.yaml"])
    #expect(names(library.strays) == ["oven-2.yaml", "oven.txt"])
  }

  @Test("Every shipped profile has a capture and reads as it did")
  func shipped() throws {
    let folder = Repository.root.appending(path: "DeviceProfiles").path
    let library = ProfileLibrary(folder: folder)
    for name in try library.names() {
      let files = CaptureLibrary(profiles: folder).files(of: name)
      #expect(!files.isEmpty, "\(name)")
      let profile = try library.profile(named: name)
      for path in files {
        let (file, findings) = CaptureFile.load(path)
        #expect(findings == [])
        let capture = try #require(file)
        #expect(CaptureVerification.findings(of: capture, with: profile) == [])
        #expect(capture.capture.values.map(\.signal) == profile.signalNames)
      }
    }
    #expect(CaptureLibrary(profiles: folder).strays == [])
  }
}
