internal import LotBinding
internal import Scans
internal import StationAPI
internal import Telemetry

/// What a scan has the agent record.
enum ScanOrder: Sendable, Hashable {
  case start(ScannedLot)
  case end
  case load(ScannedMaterial)
  case enter(SerialNumber)
  case signOn(Label)
  case signOff(Label)
}

/// A lot that is to be started.
struct ScannedLot: Sendable, Hashable {
  let lot: LotID
  let part: Label
  let revision: Label?
  let workOrder: Label
  let operatorName: Label
  let program: Label?

  /// The code that named it, control characters made visible.
  let code: String
}

/// Material that is to be loaded.
struct ScannedMaterial: Sendable, Hashable {
  let lot: LotID
  let material: Label
  let part: Label?
  let expires: CodeDate?
  let operatorName: Label?
}

/// What is going on at a station, as far as scans need to know it.
struct StationFacts: Sendable, Hashable {
  var lot: LotID?

  /// Who is signed on.
  var operators: [Label] = []
  var materials: Set<LotID> = []

  /// What the plant's lists say.
  var lists = PlantLists()
}

/// What follows from a scan.
enum ScanStep: Sendable, Hashable {
  case carryOut(ScanOrder)
  /// Nothing is recorded.
  case tell(ScanReceipt.Action, String, station: StationID? = nil)
  case refuse(ScanProblem)
}

/// Why a code that is understood does nothing.
enum ScanProblem: Error, Sendable, Hashable {
  /// Only its look says what it is.
  case unproven(String)
  /// Nothing says what it is to the plant.
  case meaningless(String)
  /// It cannot be done as things are.
  case impossible(String)
}
