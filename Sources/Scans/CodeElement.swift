/// One element of a code: an Application Identifier or a field of another standard, with its value.
package struct CodeElement: Sendable, Hashable {
  /// What the standard calls it: `10`, `$$3`, `=>`; the group's name in a plain code.
  package let key: String

  /// What it is, in words.
  package let title: String
  package let value: String

  /// The day that the value states, where it is one.
  package let date: CodeDate?

  package init(_ key: String, _ title: String, _ value: String, date: CodeDate? = nil) {
    self.key = key
    self.title = title
    self.value = value
    self.date = date
  }
}

extension CodeElement: CustomStringConvertible {
  /// `(10) batch or lot LOT-42`.
  package var description: String { "(\(key)) \(title) \(date?.description ?? value)" }
}

/// What a code says that the agent can use, whatever standard it follows.
package struct CodeFacts: Sendable, Hashable {
  /// What the code is to the plant; nil where only the standard is known.
  package var kind: CodeKind?

  /// The UDI's device identifier: a GTIN with 14 digits, a HIBC or an ISBT 128 product code.
  package var identifier: String?
  package var lot: String?
  package var serial: String?
  package var expires: CodeDate?
  package var manufactured: CodeDate?
  package var part: String?
  package var revision: String?
  package var workOrder: String?
  package var program: String?
  package var operatorName: String?
  package var material: String?
  package var station: String?
  package var command: CodeCommand?

  package init() {}
}

/// What a code is to the plant.
package enum CodeKind: String, Sendable, Codable, CaseIterable {
  /// An operator's badge.
  case badge = "operator"
  /// A lot that is made.
  case lot
  /// A lot that goes in: paste, boards, components, gas.
  case material
  /// A serialised board or device.
  case unit
  case station
  /// What the next lot is made of, for, and by.
  case part
  case workOrder = "work_order"
  case program
  case command

  /// Completes "this is …".
  package var words: String {
    switch self {
    case .badge: "an operator's badge"
    case .lot: "a lot"
    case .material: "a material lot"
    case .unit: "a unit"
    case .station: "a station"
    case .part: "a part number"
    case .workOrder: "a work order"
    case .program: "a program"
    case .command: "a command"
    }
  }
}

/// What a code on the wall has the agent do.
package enum CodeCommand: String, Sendable, Codable, CaseIterable {
  /// Ends the station's lot.
  case endLot = "end_lot"
  /// Signs the operator off.
  case signOff = "sign_off"
  /// Forgets what was scanned for the next lot.
  case cancel
}
