internal import Tables

/// Reads a table of signals, such as Kepware writes.
struct CSVReader {
  let file: String
  let columns: CSVColumns
  let notes: NoteLog

  /// Where neither a row nor the table says how often.
  private static let period = "1s"

  func profile(in text: String) throws(ImportError) -> ImportedProfile {
    let table: CSVText
    do {
      table = try CSVText(text)
    } catch {
      throw .source(file: file, line: error.line, reason: error.reason)
    }
    guard let header = table.rows.first else {
      throw .source(file: file, line: nil, reason: "it is empty; its first line names the columns")
    }
    let places = try columns.places(in: header)
    noteUnmapped(header, table.rows.dropFirst(), places)
    var profile = ImportedProfile(name: "", title: "")
    profile.origin = [columns.isKepware ? "the tags of Kepware in" : "the table"]
    profile.groups = groups(table, header: header, places)
    finish(&profile)
    return profile
  }

  private func noteUnmapped(
    _ header: CSVText.Row,
    _ rows: some Collection<CSVText.Row>,
    _ places: [CSVKey: Int]
  ) {
    let mapped = Set(places.values)
    for (place, name) in header.cells.enumerated() where !mapped.contains(place) {
      guard rows.contains(where: { $0.cells.indices.contains(place) && !$0.cells[place].isEmpty })
      else { continue }
      notes.add(
        .notCarriedOver,
        "column \(name.debugDescription)",
        columns.isKepware
          ? "it is not known; map the columns that are wanted with --columns"
          : "--columns does not name it",
        line: header.line
      )
    }
  }

  private func groups(
    _ table: CSVText,
    header: CSVText.Row,
    _ places: [CSVKey: Int]
  ) -> [ImportedGroup] {
    var names = SignalNames()
    var groups: [ImportedGroup] = []
    for row in table.rows.dropFirst() {
      let reader = CSVRowReader(
        fields: fields(row, header: header, places),
        isKepware: columns.isKepware,
        allowsComma: table.separator != ","
      )
      noteExcess(row, header)
      guard let signal = reader.signal(names: &names) else { continue }
      let period = reader.period() ?? assumedPeriod(row, places)
      reader.finish()
      if let place = groups.firstIndex(where: { $0.period == period }) {
        groups[place].signals.append(signal)
      } else {
        groups.append(ImportedGroup(name: "every_\(period)", period: period, signals: [signal]))
      }
    }
    if groups.count == 1 { groups[0].name = "all" }
    return groups
  }

  private func assumedPeriod(_ row: CSVText.Row, _ places: [CSVKey: Int]) -> String {
    let isColumn = places[.period] != nil
    notes.add(
      .check,
      "period",
      "the \(isColumn ? "row" : "table") has none; \(Self.period) is written",
      line: isColumn ? row.line : nil
    )
    return Self.period
  }

  private func noteExcess(_ row: CSVText.Row, _ header: CSVText.Row) {
    let excess = row.cells.dropFirst(header.cells.count).filter { !$0.isEmpty }
    guard !excess.isEmpty else { return }
    notes.add(
      .notCarriedOver,
      excess.joined(separator: ", "),
      "the row has more cells than the header has columns; quote cells that hold the separator",
      line: row.line
    )
  }

  /// The cells of a row by the words for them, and what is the same for all rows.
  private func fields(
    _ row: CSVText.Row,
    header: CSVText.Row,
    _ places: [CSVKey: Int]
  ) -> SourceFields {
    let entries = CSVKey.allCases.compactMap { key -> SourceEntry? in
      let text: String
      switch columns.sources[key] {
      case .constant(let value)?: text = value
      case .column?:
        guard let place = places[key], row.cells.indices.contains(place) else { return nil }
        text = row.cells[place]
      case nil: return nil
      }
      let node = SourceNode(line: row.line, content: .scalar(text))
      return SourceEntry(key: key.rawValue, line: row.line, value: node)
    }
    let name = entries.first { $0.key == CSVKey.name.rawValue }?.value.text ?? ""
    let fields = SourceFields(
      entries,
      line: row.line,
      noun: name.isEmpty ? "a row" : "row \(name)",
      notes: notes
    )
    for (key, place) in places { fields.labels[key.rawValue] = header.cells[place] }
    return fields
  }

  /// One notation and one order for the whole profile.
  private func finish(_ profile: inout ImportedProfile) {
    let signals = profile.groups.flatMap(\.signals)
    profile.isModicon = !signals.isEmpty && signals.allSatisfy { $0.notation != nil }
    profile.chooseOrder()
    let wide = signals.filter { $0.type.isNumber && $0.type.registerCount > 1 }
    guard columns.isKepware, !wide.isEmpty else { return }
    profile.order = .lowWordFirst
    profile.orderComment = "Kepware's default, first word low; its export does not say"
    notes.add(
      .check,
      "order",
      "Kepware keeps it in the device's settings, not in the table; CDAB is written, its default "
        + "(first word low). See that values of 32 bits are right, and change it where they are not",
      line: nil
    )
  }
}
