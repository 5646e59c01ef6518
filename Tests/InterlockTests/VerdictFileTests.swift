import Foundation
import Interlock
import StationAPI
import Telemetry
import TestSupport
import Testing

@Suite("The file of an interlock")
struct VerdictFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func changedAt(_ path: String) throws -> Date {
    try #require(
      try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    )
  }

  @Test("It says the verdict alone in its first line, then why, for people")
  func text() throws {
    let answer = InterlockAnswer(
      station: try StationID("reflow-1"),
      lots: [try LotID("PCB-1")],
      at: Instant(microseconds: 1_795_521_600_000_000),
      reasons: [BindingNote(code: "lot_on_hold", sentence: "lot PCB-1 is on hold")],
      warnings: [BindingNote(code: "calibration_overdue", sentence: "TC-1 is due")]
    )
    #expect(
      VerdictText.of(answer) == """
        stop
        station: reflow-1
        lot: PCB-1
        since: 2026-11-24T12:00:00.000000Z
        reason: lot_on_hold: lot PCB-1 is on hold
        warning: calibration_overdue: TC-1 is due

        """
    )
  }

  @Test("A new text takes the place of the old one, and leaves no other file")
  func replaced() throws {
    let file = VerdictFile(path: folder.path("reflow-1"))
    try file.write("run\n")
    try file.write("stop\n")
    #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "stop\n")
    let folder = URL(filePath: file.path).deletingLastPathComponent().path
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["reflow-1"])
  }

  @Test("Touching renews its time and nothing else, and fails when somebody took it away")
  func touched() throws {
    let file = VerdictFile(path: folder.path("reflow-1"))
    try file.write("run\n")
    let old = Date(timeIntervalSince1970: 1_000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: file.path)
    try file.touch()
    #expect(try changedAt(file.path).timeIntervalSinceNow > -60)
    try file.remove()
    try file.remove()
    #expect(throws: VerdictFileError.self) { try file.touch() }
  }

  @Test("A folder that is not there is said with the mend")
  func noFolder() {
    let error = #expect(throws: VerdictFileError.self) {
      try VerdictFile(path: folder.path("none/reflow-1")).write("stop\n")
    }
    #expect(error?.description.contains("its folder must exist") == true)
  }
}
