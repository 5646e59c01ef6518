/// How the raw number of a row becomes its value.
struct CSVScaling {
  let row: CSVRowReader

  /// Scale and offset of a signal.
  struct Line {
    var scale: ExactDecimal?
    var offset: ExactDecimal?
  }

  private func text(_ key: CSVKey) -> String? { row.fields.text(key.rawValue) }

  /// Four numbers are a line where the table has no word for it.
  private var mode: String {
    if let word = text(.scaling) { return word.lowercased() }
    return row.isKepware || text(.rawHigh) == nil ? "none" : "linear"
  }

  /// - Returns: nil where the row was left out, because a profile cannot calculate so.
  func line(_ type: ImportedType) -> Line? {
    let mode = self.mode
    var line: Line
    switch mode {
    case "none":
      line = Line(scale: row.decimal(.scale), offset: row.decimal(.offset))
    case "linear":
      guard let through = points() else { return nil }
      line = through
    default:
      _ = row.leftOut("its scaling \(mode) is not a straight line; read the raw number instead")
      return nil
    }
    if row.isOn(.negate) {
      line.scale = (line.scale ?? .one).negated
      line.offset = line.offset?.negated
    }
    if line.scale == .one { line.scale = nil }
    if line.offset == .zero { line.offset = nil }
    if line.scale == .zero {
      row.drop(.scale, "nothing is scaled with 0")
      line.scale = nil
    }
    if mode == "linear" { noteClamps() }
    guard !type.isNumber, line.scale != nil || line.offset != nil else { return line }
    row.drop(mode == "linear" ? .scaling : .scale, "only numbers are scaled")
    return Line()
  }

  private func points() -> Line? {
    guard let rawLow = row.decimal(.rawLow), let rawHigh = row.decimal(.rawHigh),
      let scaledLow = row.decimal(.scaledLow), let scaledHigh = row.decimal(.scaledHigh),
      let line = ExactLine(raw: (rawLow, rawHigh), scaled: (scaledLow, scaledHigh))
    else {
      _ = row.leftOut(
        "linear scaling has four numbers, the two raw ones and the two scaled ones not the same"
      )
      return nil
    }
    if line.isRounded {
      row.fields.notes.add(
        .check,
        "scaling of \(row.fields.noun)",
        "\(rawLow.text) to \(rawHigh.text) as \(scaledLow.text) to \(scaledHigh.text) is no "
          + "decimal; scale \(line.scale.text) and offset \(line.offset.text) are rounded to 15 "
          + "digits after the point",
        line: row.fields.line
      )
    }
    return Line(scale: line.scale, offset: line.offset)
  }

  private func noteClamps() {
    let bounds = [CSVKey.scaledLow, .scaledHigh].map { text($0) ?? "" }.joined(separator: ", ")
    for key in [CSVKey.clampLow, .clampHigh] where row.isOn(key) {
      row.drop(
        key,
        "a profile forces no value into bounds; with range: [\(bounds)] a value outside of them "
          + "is bad, and kept as evidence"
      )
    }
  }

  /// A whole number with Kepware stays one; a fraction is rounded off.
  func decimals(_ type: ImportedType) -> Int? {
    if let stated = row.fields.integer(CSVKey.decimals.rawValue) {
      if (0...15).contains(stated), type.isNumber { return stated }
      row.drop(.decimals, "only numbers have decimals, 0 to 15")
      return nil
    }
    guard mode == "linear", type.isNumber, let word = text(.scaledType),
      case .number(let number)? = CSVTypes.meaning(of: word), !number.hasPrefix("float")
    else { return nil }
    row.fields.notes.add(
      .check,
      "\(row.fields.labels[CSVKey.scaledType.rawValue] ?? "scaled_type") = \(word)",
      "it has no fraction; decimals: 0 rounds the value to a whole number",
      line: row.fields.line
    )
    return 0
  }
}
