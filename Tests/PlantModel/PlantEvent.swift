package import LotBinding
package import Telemetry

/// Something that somebody does, or tries to do, at the plant of a model.
///
/// Whatever more the agent binds is a further case here, in ``ReferencePlant/expectation(of:)`` and
/// in ``ModelRun/judge(_:)``.
package enum PlantEvent: Sendable, Hashable {
  case start(LotOrder)
  case end(StationLane, BindingEnd.Reason?)
  case unit(SerialNumber, UnitPassage.Event, StationLane)
  case signOn(Label, StationID, replacing: Bool)
  case signOff(Label, StationID)
  case load(MaterialOrder)
  case unload(UnloadOrder)
  case use(ConsumptionOrder)
  case calibrate(Calibration)
  case correct(CorrectionOrder)
  case list([LotID: ListedLot.State])
  case operators([Label: [StationID]])
  case certificates([Label: ListedCertificate])
  /// A scan of some seconds ago becomes a frame.
  case scan(ago: Int)
  case wait(seconds: Int)
  /// The conveyor's belt runs at another speed, in millimetres a second.
  case belt(speed: Int)
  /// That speed can be read from now on, or cannot.
  case speedSignal(isGood: Bool)
  /// Somebody sets the clock on the wall.
  case setClock(by: Int)
  /// The agent ends, and starts again on its journal some seconds later; the clock may show less
  /// than before then.
  case restart(after: Int, setBack: Int)

  package static let lots = (1...3).map { LotID(checked: "L\($0)") }

  /// Lots that are loaded: two of material, and one that is made here.
  package static let materials = ["M1", "M2", "L1"].map { LotID(checked: $0) }
  static let certificates = ["C1", "C2"].map { Label(checked: $0) }
  static let serials = (1...3).map { SerialNumber(checked: "S\($0)") }
  package static let names = ["mara", "jon", "ana"].map { Label(checked: $0) }

  /// A unique device identifier with lot and serial number.
  static func identifier(_ lot: LotID, _ serial: SerialNumber) -> Label {
    Label(checked: "(01)04012345678901(10)\(lot)(21)\(serial)")
  }

  static func parts(of identifier: Label) -> (lot: LotID, serial: Label) {
    let parts = identifier.text.split(separator: ")")
    return (LotID(checked: String(parts[2].dropLast(3))), Label(checked: String(parts[3])))
  }
}
