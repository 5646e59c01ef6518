/// A situation in which the plant decides what happens; its raw value is the key in `rules:` of
/// `agent.yaml`, and the code of a note.
package enum BindingRule: String, Sendable, Hashable, CaseIterable {
  /// The list of lots says that the lot is on hold.
  case lotOnHold = "lot_on_hold"
  /// The lot was scrapped, here or by the list of lots.
  case lotScrapped = "lot_scrapped"
  /// The lot was finished, here or by the list of lots.
  case lotFinished = "lot_finished"
  /// A list of lots is in force, and does not name the lot.
  case lotUnknown = "lot_unknown"
  /// The lot is active at another station or in another lane.
  case lotElsewhere = "lot_elsewhere"
  /// A list of operators is in force, and does not name the operator.
  case operatorUnknown = "operator_unknown"
  /// The list of operators does not qualify the operator for the station or program.
  case operatorUnqualified = "operator_unqualified"
  /// A lot is started by a name, and nobody is signed on at the station.
  case nobodySignedOn = "nobody_signed_on"
  /// The list of programs does not release the program for the station.
  case programNotReleased = "program_not_released"
  /// The material is past its expiry or its floor life.
  case materialExpired = "material_expired"
  /// The material lot is on hold or scrapped, or its certificate is revoked or rejected.
  case materialBlocked = "material_blocked"
  /// The material has no certificate that is accepted.
  case materialUncertified = "material_uncertified"
  /// A list is in force, and does not name the material lot.
  case materialUnknown = "material_unknown"
  /// A lot would go into another that went into it already.
  case assemblyCycle = "assembly_cycle"
  /// A serialised piece went into something already.
  case serialInTwoParents = "serial_in_two_parents"
  /// An instrument at the station is past its calibration's due date, or was never calibrated.
  case calibrationOverdue = "calibration_overdue"
  /// An instrument is calibrated of which there is no signal.
  case instrumentUnknown = "instrument_unknown"

  /// What holds where the configuration says nothing.
  package var fallback: BindingRules.Verdict {
    switch self {
    case .lotOnHold, .lotScrapped, .materialExpired, .materialBlocked, .assemblyCycle,
      .serialInTwoParents:
      .refuse
    case .lotFinished, .lotElsewhere, .operatorUnknown, .operatorUnqualified, .programNotReleased,
      .materialUncertified, .calibrationOverdue, .instrumentUnknown:
      .warn
    case .lotUnknown, .nobodySignedOn, .materialUnknown: .allow
    }
  }
}

/// What the plant has decided for each situation.
package struct BindingRules: Sendable, Hashable {
  package enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// Done, silently.
    case allow
    /// Done; the answer and the record say so.
    case warn
    /// Not done; the answer says why and what to do.
    case refuse
  }

  private let stated: [BindingRule: Verdict]

  /// - Parameter stated: What the configuration says; the others have their fallback.
  package init(_ stated: [BindingRule: Verdict] = [:]) { self.stated = stated }

  /// Rules that refuse nothing and hide nothing.
  package static let warningOfAll = BindingRules(
    Dictionary(uniqueKeysWithValues: BindingRule.allCases.map { ($0, .warn) })
  )

  package subscript(rule: BindingRule) -> Verdict { stated[rule] ?? rule.fallback }
}
