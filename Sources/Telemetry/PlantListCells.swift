extension PlantListName {
  /// What people call it.
  package var title: String {
    switch self {
    case .lots: "Lots"
    case .workOrders: "Work orders"
    case .operators: "Operators"
    case .programs: "Programs"
    case .certificates: "Certificates"
    }
  }

  /// The columns of a table of its entries: the key, then ``PlantListEntry/cells``.
  package var columns: [String] {
    switch self {
    case .lots: ["Lot", "State", "Reason", "Part", "Revision", "Work order", "Quantity", "Program"]
    case .workOrders: ["Work order", "Part", "Revision", "Quantity", "Program", "Due"]
    case .operators: ["Operator", "Badge", "Qualified for"]
    case .programs: ["Program", "State", "Reason", "Revision", "Stations"]
    case .certificates: ["Certificate", "Status", "Reason", "Type", "Revision", "Issuer", "Lots"]
    }
  }
}

extension PlantListEntry {
  /// What a table shows of it.
  package struct Cell: Sendable, Hashable {
    package let text: String

    /// Whether it keeps something from being used; the text says so, too.
    package let isBad: Bool

    fileprivate init(_ text: String?, isBad: Bool = false) {
      self.text = text ?? ""
      self.isBad = isBad
    }
  }

  /// What it says beside its key, in the order of ``PlantListName/columns``.
  package var cells: [Cell] {
    switch self {
    case .lot(let lot):
      [
        Cell(lot.state.rawValue, isBad: [.hold, .scrapped].contains(lot.state)),
        Cell(lot.reason?.text), Cell(lot.part?.text), Cell(lot.revision?.text),
        Cell(lot.workOrder?.text), Cell(lot.quantity?.description), Cell(lot.program?.text),
      ]
    case .workOrder(let order):
      [
        Cell(order.part?.text), Cell(order.revision?.text), Cell(order.quantity?.description),
        Cell(order.program?.text), Cell(order.due?.description),
      ]
    case .person(let person):
      [
        Cell(person.badge?.text),
        Cell(
          person.qualifications.map { all in
            all.isEmpty ? "nothing" : all.map(\.description).joined(separator: "; ")
          } ?? "not said"
        ),
      ]
    case .program(let program):
      [
        Cell(program.state.rawValue, isBad: program.state == .withdrawn),
        Cell(program.reason?.text), Cell(program.revision?.text),
        Cell(program.stations?.map(\.text).joined(separator: ", ") ?? "all"),
      ]
    case .certificate(let certificate):
      [
        Cell(certificate.status.rawValue, isBad: certificate.status != .accepted),
        Cell(certificate.reason?.text), Cell(certificate.type.text),
        Cell(certificate.revision?.text), Cell(certificate.issuer?.text),
        Cell(certificate.lots.map(\.text).joined(separator: ", ")),
      ]
    }
  }
}

extension ListedOperator.Qualification: CustomStringConvertible {
  package var description: String {
    let what =
      switch (station, program) {
      case (let station?, let program?): "\(program) at \(station)"
      case (let station?, nil): station.text
      case (nil, let program?): program.text
      case (nil, nil): "everything"
      }
    return what + (until.map { " until \($0)" } ?? "")
  }
}
