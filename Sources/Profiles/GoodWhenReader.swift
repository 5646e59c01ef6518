internal import MarkedYAML
internal import Telemetry

/// What a file says of the status that vouches for a signal.
struct GoodWhenStatement {
  let signal: Marked<String>
  let mask: Marked<Int128>?
  let equals: [Marked<ExpectedValue>]
}

/// What a signal or a group says of status.
enum GoodWhenChoice {
  case nothing
  case always
  case statement(GoodWhenStatement)

  init(_ fields: FieldReader) {
    let (always, mapping) = fields.valueOrMapping(
      GoodWhenShape.section,
      as: GoodWhenShape.always
    )
    if always != nil { self = .always } else { self = mapping.flatMap(Self.statement) ?? .nothing }
  }

  private static func statement(_ fields: FieldReader) -> GoodWhenChoice? {
    let signal = fields.value(GoodWhenShape.signal)
    let mask = fields.value(GoodWhenShape.mask)
    let equals = fields.values(GoodWhenShape.equals)
    fields.finish()
    guard let signal, let equals else { return nil }
    return .statement(GoodWhenStatement(signal: signal, mask: mask, equals: equals))
  }
}

/// What the status of a group can say.
struct StatusCandidate {
  enum Kind {
    case code([Int64: String])
    case flag
    case text
    case number
  }

  let name: String
  let kind: Kind
}

/// Turns the statements of a group into rules on its signals' places.
struct GoodWhenResolver {
  let candidates: [StatusCandidate]

  /// Names of all signals of the group, those that are wrong included.
  let names: [String]
  let log: FindingLog

  /// The rule for the signal at `index`; its own choice goes before the group's.
  func rule(for index: Int, own: GoodWhenChoice, group: GoodWhenChoice) -> GoodWhen? {
    switch (own, group) {
    case (.statement(let statement), _): return rule(statement, for: index)
    case (.nothing, .statement(let statement)):
      // The status does not vouch for itself.
      guard candidates[index].name != statement.signal.value else { return nil }
      return rule(statement, for: nil)
    case (.always, _), (.nothing, .nothing), (.nothing, .always): return nil
    }
  }

  private func rule(_ statement: GoodWhenStatement, for index: Int?) -> GoodWhen? {
    let name = statement.signal
    guard let status = candidates.firstIndex(where: { $0.name == name.value }) else {
      if !names.contains(name.value) {
        log.add(
          .unknownName,
          at: name.mark,
          "there is no signal \"\(name.value)\" in this group; "
            + Suggestion.text(for: name.value, among: names, noun: "its signals are")
        )
      }
      return nil
    }
    guard status != index else {
      log.add(
        .contradiction,
        at: name.mark,
        "a signal does not vouch for itself; name the one that holds the status"
      )
      return nil
    }
    return condition(statement, candidates[status].kind)
      .map { GoodWhen(signal: status, condition: $0) }
  }

  private func condition(
    _ statement: GoodWhenStatement,
    _ kind: StatusCandidate.Kind
  ) -> GoodWhen.Condition? {
    switch kind {
    case .code(let names) where names.isEmpty: return codes(statement)
    case .flag: return codes(statement)
    case .code(let names): return texts(statement, names: names)
    case .text: return texts(statement, names: nil)
    case .number:
      log.add(
        .contradiction,
        at: statement.signal.mark,
        "\(statement.signal.value) is measured, not a status; name a whole number without scale, "
          + "a flag or a text"
      )
      return nil
    }
  }

  private func codes(_ statement: GoodWhenStatement) -> GoodWhen.Condition? {
    let mask = statement.mask.map { UInt64(truncatingIfNeeded: $0.value) } ?? .max
    var codes: Set<UInt64> = []
    for expected in statement.equals {
      guard case .number(let number) = expected.value, number.places == 0 else {
        log.add(
          .wrongType,
          at: expected.mark,
          "\(statement.signal.value) is a code; write \"equals\" as whole numbers, such as 0x0001"
        )
        continue
      }
      let code = UInt64(bitPattern: number.mantissa)
      if code & ~mask != 0, number.mantissa >= 0 {
        log.add(
          .contradiction,
          at: expected.mark,
          "\(number.mantissa) has bits that \"mask\" leaves out, so it never fits; correct one"
        )
      }
      codes.insert(code & mask)
    }
    return codes.isEmpty ? nil : .code(mask: mask, equals: codes)
  }

  private func texts(
    _ statement: GoodWhenStatement,
    names: [Int64: String]?
  ) -> GoodWhen.Condition? {
    if let mask = statement.mask {
      log.add(
        .contradiction,
        at: mask.mark,
        "\(statement.signal.value) is a text, which has no bits; remove \"mask\""
      )
    }
    var texts: Set<String> = []
    for expected in statement.equals {
      switch expected.value {
      case .text(let text) where names?.values.contains(text) ?? true: texts.insert(text)
      case .number(let number) where number.places == 0 && names?[number.mantissa] != nil:
        if let name = names?[number.mantissa] { texts.insert(name) }
      case .text, .number:
        let known = names.map { Array($0.values) } ?? []
        log.add(
          .unknownValue,
          at: expected.mark,
          "\(statement.signal.value) never says so; "
            + (names == nil
              ? "write a text" : Suggestion.text(for: "", among: known, noun: "it says"))
        )
      }
    }
    return texts.isEmpty ? nil : .text(texts)
  }
}
