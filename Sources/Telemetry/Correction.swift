/// Somebody says that what is recorded of a lot, of material, of what went into what, or of an
/// operator was otherwise.
///
/// It alters no record: what was recorded stays, and what it says counts beside it.
package struct Correction: Sendable, Hashable {
  /// What was otherwise.
  ///
  /// A number is that of the record which is corrected: one by which a lot was
  /// started, material loaded, or something put into something else, or an earlier correction that
  /// inserted it.
  package enum Change: Sendable, Hashable {
    /// The lot was there, and no record says so.
    case insertLot(Binding, from: Instant, to: Instant)
    /// The material was there, and no record says so.
    case insertMaterial(MaterialLoad, from: Instant, to: Instant)
    /// An operator was there, or was not.
    case presence(OperatorPresence, from: Instant, to: Instant)
    /// It was another lot.
    case replaceLot(Int, Binding)
    /// It was another material lot.
    case replaceMaterial(Int, MaterialLoad)
    /// It came or went at another time; nil for what is right.
    case times(Int, from: Instant?, to: Instant?)
    /// It never was there.
    case void(Int)
    /// It did not go in.
    case notConsumed(Int, Consumption)
    /// This earlier correction does not hold.
    case withdraw(Int)

    /// The record that is corrected; nil for what no record says.
    package var corrects: Int? {
      switch self {
      case .insertLot, .insertMaterial, .presence: nil
      case .replaceLot(let seq, _), .replaceMaterial(let seq, _), .times(let seq, _, _),
        .void(let seq), .notConsumed(let seq, _), .withdraw(let seq):
        seq
      }
    }
  }

  package let change: Change

  /// Who says so.
  package let by: Label

  /// Why, as an auditor will read it.
  package let reason: Label

  package init(_ change: Change, by: Label, reason: Label) {
    self.change = change
    self.by = by
    self.reason = reason
  }
}

/// Whether an operator was at a station.
package struct OperatorPresence: Sendable, Hashable, Codable {
  package let station: StationID
  package let operatorName: Label
  package let wasThere: Bool

  package init(station: StationID, operatorName: Label, wasThere: Bool) {
    self.station = station
    self.operatorName = operatorName
    self.wasThere = wasThere
  }

  private enum CodingKeys: String, CodingKey {
    case station
    case operatorName = "operator"
    case wasThere = "was_there"
  }
}

extension Correction: Codable {
  private enum CodingKeys: String, CodingKey {
    case action, corrects, lot, material, consumption, presence, from, to, by, reason
  }

  private enum Action: String, Codable { case insert, replace, times, void, withdraw }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(by, forKey: .by)
    try container.encode(reason, forKey: .reason)
    try container.encodeIfPresent(change.corrects, forKey: .corrects)
    switch change {
    case .insertLot(let binding, let from, let to):
      try container.encode(Action.insert, forKey: .action)
      try container.encode(binding, forKey: .lot)
      try Self.encode(from, to, in: &container)
    case .insertMaterial(let load, let from, let to):
      try container.encode(Action.insert, forKey: .action)
      try container.encode(load, forKey: .material)
      try Self.encode(from, to, in: &container)
    case .presence(let presence, let from, let to):
      try container.encode(Action.insert, forKey: .action)
      try container.encode(presence, forKey: .presence)
      try Self.encode(from, to, in: &container)
    case .replaceLot(_, let binding):
      try container.encode(Action.replace, forKey: .action)
      try container.encode(binding, forKey: .lot)
    case .replaceMaterial(_, let load):
      try container.encode(Action.replace, forKey: .action)
      try container.encode(load, forKey: .material)
    case .times(_, let from, let to):
      try container.encode(Action.times, forKey: .action)
      try Self.encode(from, to, in: &container)
    case .void: try container.encode(Action.void, forKey: .action)
    case .notConsumed(_, let consumption):
      try container.encode(Action.void, forKey: .action)
      try container.encode(consumption, forKey: .consumption)
    case .withdraw: try container.encode(Action.withdraw, forKey: .action)
    }
  }

  private static func encode(
    _ from: Instant?,
    _ to: Instant?,
    in container: inout KeyedEncodingContainer<CodingKeys>
  ) throws {
    try container.encodeIfPresent(from, forKey: .from)
    try container.encodeIfPresent(to, forKey: .to)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    by = try container.decode(Label.self, forKey: .by)
    reason = try container.decode(Label.self, forKey: .reason)
    switch try container.decode(Action.self, forKey: .action) {
    case .insert: change = try Self.insertion(container)
    case .replace:
      let seq = try container.decode(Int.self, forKey: .corrects)
      if let load = try container.decodeIfPresent(MaterialLoad.self, forKey: .material) {
        change = .replaceMaterial(seq, load)
      } else {
        change = .replaceLot(seq, try container.decode(Binding.self, forKey: .lot))
      }
    case .times:
      change = .times(
        try container.decode(Int.self, forKey: .corrects),
        from: try container.decodeIfPresent(Instant.self, forKey: .from),
        to: try container.decodeIfPresent(Instant.self, forKey: .to)
      )
    case .void:
      let seq = try container.decode(Int.self, forKey: .corrects)
      let consumption = try container.decodeIfPresent(Consumption.self, forKey: .consumption)
      change = consumption.map { .notConsumed(seq, $0) } ?? .void(seq)
    case .withdraw: change = .withdraw(try container.decode(Int.self, forKey: .corrects))
    }
  }

  private static func insertion(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Change {
    let from = try container.decode(Instant.self, forKey: .from)
    let to = try container.decode(Instant.self, forKey: .to)
    if let load = try container.decodeIfPresent(MaterialLoad.self, forKey: .material) {
      return .insertMaterial(load, from: from, to: to)
    }
    if let presence = try container.decodeIfPresent(OperatorPresence.self, forKey: .presence) {
      return .presence(presence, from: from, to: to)
    }
    return .insertLot(try container.decode(Binding.self, forKey: .lot), from: from, to: to)
  }
}
