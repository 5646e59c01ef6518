internal import Telemetry

extension EntryFields {
  /// Reads an entry of a list; nil where something is wrong, which ``findings`` say then.
  mutating func entry(of list: PlantListName) -> PlantListEntry? {
    let entry: PlantListEntry? =
      switch list {
      case .lots: lot().map { .lot($0) }
      case .workOrders: workOrder().map { .workOrder($0) }
      case .operators: person().map { .person($0) }
      case .programs: program().map { .program($0) }
      case .certificates: certificate().map { .certificate($0) }
      }
    return finish().isEmpty ? entry : nil
  }

  private mutating func lot() -> ListedLot? {
    let lot = required("lot", LotID.self)
    let state = choice("state", ListedLot.State.self)
    let reason = name("reason", Label.self)
    let part = name("part", Label.self)
    let revision = name("revision", Label.self)
    let workOrder = name("work_order", Label.self)
    let quantity = count("quantity")
    let program = name("program", Label.self)
    guard let lot, let state else { return nil }
    return ListedLot(
      lot: lot,
      state: state,
      reason: reason,
      part: part,
      revision: revision,
      workOrder: workOrder,
      quantity: quantity,
      program: program
    )
  }

  private mutating func workOrder() -> ListedWorkOrder? {
    let workOrder = required("work_order", Label.self)
    let part = name("part", Label.self)
    let revision = name("revision", Label.self)
    let quantity = count("quantity")
    let program = name("program", Label.self)
    let due = instant("due")
    guard let workOrder else { return nil }
    return ListedWorkOrder(
      workOrder: workOrder,
      part: part,
      revision: revision,
      quantity: quantity,
      program: program,
      due: due
    )
  }

  private mutating func person() -> ListedOperator? {
    let name = required("name", Label.self)
    let badge = self.name("badge", Label.self)
    let qualifications = objects("qualifications") { $0.qualification() }
    guard let name else { return nil }
    return ListedOperator(name: name, badge: badge, qualifications: qualifications)
  }

  /// A qualification; nil where it names neither station nor program, and so would cover all.
  private mutating func qualification() -> ListedOperator.Qualification? {
    let mark = self.mark
    let qualification = ListedOperator.Qualification(
      station: name("station", StationID.self),
      program: name("program", Label.self),
      until: instant("until")
    )
    if qualification.station == nil, qualification.program == nil, findings.isEmpty {
      note(mark, nil, "a qualification names a station, a program, or both; add \"station\"")
      return nil
    }
    return qualification
  }

  /// A row of a table of operators: one qualification, or none.
  mutating func operatorRow() -> ListedOperator? {
    let hasColumns = ["station", "program", "until"].contains(where: hasMember)
    let name = required("name", Label.self)
    let badge = self.name("badge", Label.self)
    let qualification = ListedOperator.Qualification(
      station: self.name("station", StationID.self),
      program: self.name("program", Label.self),
      until: instant("until")
    )
    let isNone = qualification.station == nil && qualification.program == nil
    if isNone, qualification.until != nil, findings.isEmpty {
      note(mark, "until", "it is the end of a qualification, and no station or program is there")
    }
    guard finish().isEmpty, let name else { return nil }
    return ListedOperator(
      name: name,
      badge: badge,
      qualifications: hasColumns ? (isNone ? [] : [qualification]) : nil
    )
  }

  private mutating func program() -> ListedProgram? {
    let program = required("program", Label.self)
    let revision = name("revision", Label.self)
    let state = choice("state", ListedProgram.State.self)
    let reason = name("reason", Label.self)
    let stations = names("stations", StationID.self)
    guard let program, let state else { return nil }
    return ListedProgram(
      program: program,
      revision: revision,
      state: state,
      reason: reason,
      stations: stations
    )
  }

  private mutating func certificate() -> ListedCertificate? {
    let id = required("id", Label.self)
    let type = required("type", Label.self)
    let revision = name("revision", Label.self)
    let sha256 = digest("sha256")
    let issuer = name("issuer", Label.self)
    let status = choice("status", ListedCertificate.Status.self)
    let reason = name("reason", Label.self)
    let lots = names("lots", LotID.self)
    guard let id, let type, let status else { return nil }
    return ListedCertificate(
      id: id,
      type: type,
      revision: revision,
      sha256: sha256,
      issuer: issuer,
      status: status,
      reason: reason,
      lots: lots ?? []
    )
  }
}

extension PlantListName {
  /// The member that is an entry's key.
  var keyMember: String {
    switch self {
    case .lots: "lot"
    case .workOrders: "work_order"
    case .operators: "name"
    case .programs: "program"
    case .certificates: "id"
    }
  }
}
