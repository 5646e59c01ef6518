import Foundation
import TestSupport
import Testing

/// Material with certificates, devices with UDI and instruments, from the command line to the hub.
@Suite("Material, assembly and instruments")
struct MaterialTests {
  private static let udi = "(01)04012345678901(10)PM-500(21)S-0001"

  @Test("A device leads by its UDI to its board's paste with certificate and floor life")
  func device() async throws {
    let plant = try await Plant()
    try plant.startHub()
    try plant.startAgent()
    try await plant.awaitAgent()
    let certificate = try plant.folder.write("the certificate", to: "5521-B.pdf")
    let paste = ["material", "load", "reflow-1", "PASTE-9", "--material", "SAC305 paste"]
    try await plant.expect(paste + ["--expires", "2026-01-31"], 3, "expired 2026-02-01T00:00:00")
    try await plant.expect(
      paste + [
        "--kind", "paste", "--quantity", "500", "--unit", "g", "--floor-life", "480",
        "--certificate", "5521", "--certificate-type", "3.1", "--certificate-revision", "B",
        "--certificate-file", certificate,
      ],
      0,
      "SAC305 paste, lot PASTE-9, is loaded at reflow-1 (floor life until "
    )
    try await plant.expect(
      [
        "lot", "start", "reflow-1", "PCB-1", "--part", "4711", "--work-order", "W", "--operator",
        "m",
      ]
    )
    try await plant.expect(["status"], 0, "loaded: SAC305 paste, lot PASTE-9, floor life until ")
    try await plant.expect(
      ["material", "unload", "reflow-1", "PASTE-9", "--reason", "empty", "--remaining", "0"]
    )
    try await plant.expect(["lot", "end", "reflow-1"])
    let unit = ["assemble", "--output", "DU-7", "--output-serial", "DU-1", "--input", "PCB-1"]
    try await plant.expect(
      unit + ["--input-serial", "B-1"],
      0,
      "serial B-1 of lot PCB-1 went into"
    )
    try await plant.expect(
      ["assemble", "--input-serial", "DU-1", "--output-udi", Self.udi],
      0,
      "serial DU-1 of lot DU-7 went into serial S-0001 of lot PM-500"
    )
    try await plant.expect(unit + ["--input-serial", "B-1"], 3, "went into lot DU-7, serial DU-1")
    try await plant.expect(
      ["lot", "consume", "PCB-1", "PM-500"],
      3,
      "PCB-1 went into DU-7 went into PM-500 already"
    )
    try await plant.awaitUpToDate()
    for name in [Self.udi, "S-0001"] {
      let trace = try await plant.lotlineHub("trace", name)
      #expect(trace.status == 0)
      for words in ["Serial S-0001 of lot PM-500", "PASTE-9", "3.1 no. 5521 rev B", "empty"] {
        #expect(trace.output.contains(words), "\(words): \(trace.output)")
      }
    }
    let up = try await plant.lotlineHub("trace", "PASTE-9")
    #expect(up.output.contains("PM-500"))
    #expect(try await plant.lotlineHub("trace", "S-0002").status == 66)
  }

  @Test("An instrument that was found out of tolerance lists the lots, at the agent and at the hub")
  func instrument() async throws {
    let plant = try await Plant()
    try plant.startHub()
    try plant.editConfiguration {
      $0.replacingOccurrences(
        of: "profile: oxygen-analyser,",
        with: "profile: oxygen-analyser, instrument: O2-17,"
      )
    }
    try plant.startAgent()
    try await plant.awaitAgent()
    try await plant.expect(["calibration", "list"], 0, "O2-17", "no calibration of O2-17")
    func record(_ performed: String, _ found: String) -> [String] {
      [
        "calibration", "record", "O2-17", "--performed", performed, "--due", "2099-12-31",
        "--as-found", found, "--as-left", "in", "--by", "ines",
      ]
    }
    try await plant.expect(record("2026-01-10", "in"), 0, "O2-17 was calibrated 2026-01-10")
    try await plant.expect(["calibration", "list"], 0, "calibrated, due 2100-01-01")
    try await plant.expect(
      [
        "lot", "start", "reflow-1", "PCB-1", "--part", "4711", "--work-order", "W", "--operator",
        "m",
      ]
    )
    try await Plant.until("a reading of the lot is recorded") {
      let count = try await plant.query(
        "journal.sqlite",
        "SELECT count(*) FROM reading WHERE lot = 'PCB-1' AND signal = 'oxygen'"
      )
      return (Int(count) ?? 0) > 0
    }
    try await plant.expect(["lot", "end", "reflow-1"])
    let now = Date().formatted(.iso8601)
    try await plant.expect(record(now, "out"))
    try await plant.expect(record("2099-01-01", "in"), 3, "still to come")
    try await plant.expect(
      ["calibration", "show", "O2-17"],
      0,
      "It was found out of tolerance",
      "PCB-1, part 4711"
    )
    try await plant.expect(["calibration", "show", "O2-99"], 3, "O2-99")
    try await plant.awaitUpToDate()
    let trace = try await plant.lotlineHub("instrument", "O2-17")
    #expect(trace.status == 0 && trace.output.contains("PCB-1"), "\(trace.output)")
    let lot = try await plant.lotlineHub("trace", "PCB-1")
    let words = lot.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("its next calibration found it out of tolerance"), "\(lot.output)")
  }
}
