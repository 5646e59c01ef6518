import LotBinding
import Telemetry

@testable import Agent

extension CommandCrashTests {
  private static func scan(_ order: ScanOrder) -> Command {
    { recorder in _ = try await recorder.perform(order, at: place, scan: "]C1 as it was read") }
  }

  /// Every command that a scan gives, and boards that are taken out or scrapped, after all that people
  /// type.
  static let scanned: [(name: String, run: Command)] = [
    ("scan a badge", scan(.signOn(Label(checked: "ana")))),
    (
      "scan a lot",
      scan(
        .start(
          ScannedLot(
            lot: LotID(checked: "E"),
            part: Label(checked: "4711"),
            revision: nil,
            workOrder: Label(checked: "WO-3"),
            operatorName: Label(checked: "ana"),
            program: nil,
            code: "E"
          )
        )
      )
    ),
    ("scan a board", scan(.enter(SerialNumber(checked: "SN-1")))),
    ("take a board out", pass(.removed)),
    ("scan it again", scan(.enter(SerialNumber(checked: "SN-1")))),
    ("scrap a board", pass(.scrapped)),
    (
      "scan material",
      scan(
        .load(
          ScannedMaterial(
            lot: LotID(checked: "PASTE-3"),
            material: Label(checked: "paste"),
            part: nil,
            expires: nil,
            operatorName: nil
          )
        )
      )
    ),
    ("scan the end", scan(.end)),
    ("scan a badge that goes", scan(.signOff(Label(checked: "ana")))),
  ]
}
