package import Telemetry

extension PlantLists {
  /// The name of somebody who is called by name or badge; as it was said where no list knows them.
  package func name(of operatorName: Label) -> Label {
    operators?[operatorName]?.name ?? operatorName
  }
}

extension RuleCheck {
  /// Finds what is doubtful about who does something; nothing while no list of operators is in force.
  ///
  /// - Parameters:
  ///   - who: Name or badge.
  ///   - stations: Where; training for one of them is enough.
  ///   - program: What runs there, if that is known.
  ///   - lists: What the plant's systems say.
  ///   - now: When.
  package mutating func findOperator(
    _ who: Label,
    at stations: [StationID],
    program: Label?,
    _ lists: PlantLists,
    now: Instant
  ) {
    guard let list = lists.operators else { return }
    let source = "the plant's list of operators, revision \(list.revision)"
    guard let listed = list[who] else {
      find(.operatorUnknown, "\(who) is not in \(source); check the badge, or have them added")
      return
    }
    let isQualified = stations.contains {
      listed.isQualified(for: $0, program: program, at: now)
    }
    if stations.isEmpty || isQualified { return }
    let work =
      stations.map(\.text).joined(separator: " or ") + (program.map { ", program \($0)" } ?? "")
    find(
      .operatorUnqualified,
      "\(listed.name) is not trained for \(work) by \(source), or no longer; let somebody else do it"
    )
  }

  /// Finds what is doubtful about a program that is to run; nothing while no list is in force.
  mutating func findProgram(_ program: Label?, at station: StationID, _ lists: PlantLists) {
    guard let program, let list = lists.programs else { return }
    let source = "the plant's list of programs, revision \(list.revision)"
    let mend = "load a program that is released, or have this one released"
    guard let listed = list[program] else {
      find(.programNotReleased, "program \(program) is not in \(source); \(mend)")
      return
    }
    if listed.isReleased(for: station) { return }
    let reason = listed.reason.map { " (\($0))" } ?? ""
    let state = listed.state == .withdrawn ? "withdrawn" : "not released for \(station)"
    find(.programNotReleased, "program \(program) is \(state) by \(source)\(reason); \(mend)")
  }
}
