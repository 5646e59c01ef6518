package import Telemetry

/// What a trace needs to know; a store answers from its tables, a test from arrays.
///
/// All answers are in a fixed order (by journal and sequence number), so that a trace reads the
/// same each time.
package protocol GenealogyStore {
  /// The visits of a lot, without what was measured and written and what the clock did.
  func visits(of lot: LotID) throws -> [StationVisit]

  /// What was measured during a visit.
  func signals(during visit: StationVisit) throws -> [SignalSummary]

  /// What was written during a visit to devices that serve its station.
  func writes(during visit: StationVisit) throws -> [RecordedWrite]

  /// Who was signed on at a visit's station: when it began, and each change meanwhile.
  func crews(during visit: StationVisit) throws -> [RecordedCrew]

  /// The units of a visit's binding that came or went.
  func units(of visit: StationVisit) throws -> [UnitStay]

  /// What was read of one unit during a visit; nil where the records are not there.
  func figures(of unit: UnitStay, during visit: StationVisit) throws -> UnitFigures?

  /// How often and how far the agent's clock was set within a span of its journal.
  func clockSteps(during span: RecordSpan) throws -> [RecordedClockStep]

  /// Where a lot stood as material.
  func stays(of lot: LotID) throws -> [MaterialStay]

  /// Material that stood at the visit's station at any moment of the visit.
  func stays(during visit: StationVisit) throws -> [MaterialStay]

  /// The visits to the stay's station at any moment of the stay.
  func visits(during stay: MaterialStay) throws -> [StationVisit]

  /// What was recorded to have gone into a lot.
  func consumptions(into lot: LotID) throws -> [RecordedConsumption]

  /// What a lot was recorded to have gone into.
  func consumptions(of lot: LotID) throws -> [RecordedConsumption]

  /// What was corrected of a lot, of material at the stations where it was, and of who was there,
  /// whether or not the answers follow the corrections.
  func corrections(of lot: LotID) throws -> [RecordedCorrection]

  /// The calibrations of an instrument, by whichever agent they were recorded.
  func calibrations(of instrument: Label) throws -> [RecordedCalibration]
}

extension GenealogyStore {
  /// The calibrations of an instrument in the order in which they were performed.
  package func calibrationHistory(
    of instrument: Label
  ) throws -> CalibrationHistory<RecordedCalibration> {
    var history = CalibrationHistory<RecordedCalibration>(instrument)
    for recorded in try calibrations(of: instrument) {
      history.add(recorded.calibration, from: recorded)
    }
    return history
  }
}
