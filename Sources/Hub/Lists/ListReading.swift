internal import Tables
internal import Telemetry

/// Reads lists and entries as they are sent: JSON or a table.
enum ListReading {
  /// A whole list in JSON: `{"entries": [...]}`.
  ///
  /// - Throws: ``ListRefused`` with everything that is wrong.
  static func list(_ list: PlantListName, json bytes: [UInt8]) throws(ListRefused)
    -> PlantListContent
  {
    let document = try json(bytes)
    guard case .object(let members) = document.content,
      let member = members.first(where: { $0.name == "entries" }),
      case .list(let values) = member.value.content
    else {
      throw refused(document.mark, nil, "an object {\"entries\": [...]} is expected")
    }
    if let other = members.first(where: { $0.name != "entries" }) {
      throw refused(other.mark, other.name, "it is not known; a list has \"entries\" alone")
    }
    var gathering = Gathering(list)
    for (index, value) in values.enumerated() {
      var fields = EntryFields(value, path: "entries[\(index)].")
      gathering.take(fields.entry(of: list), fields, at: value.mark)
    }
    return try gathering.content()
  }

  /// A whole list as a table (RFC 4180): one line with the members' names, then one for each entry,
  /// or one for each qualification of an operator.
  ///
  /// - Throws: ``ListRefused`` with everything that is wrong.
  static func list(_ list: PlantListName, csv bytes: [UInt8]) throws(ListRefused)
    -> PlantListContent
  {
    let rows = try table(bytes).map { row in
      MarkedJSON(.object(row.members), at: MarkedJSON.Mark(line: row.line, column: nil))
    }
    var gathering = Gathering(list)
    for row in rows {
      var fields = EntryFields(row, path: "")
      if list == .operators {
        gathering.take(operatorRow: fields.operatorRow(), fields, at: row.mark)
      } else {
        gathering.take(fields.entry(of: list), fields, at: row.mark)
      }
    }
    return try gathering.content()
  }

  /// One entry in JSON, whose key is known; its own may be left out.
  ///
  /// - Throws: ``ListRefused`` with everything that is wrong.
  static func entry(
    of list: PlantListName,
    _ key: String,
    json bytes: [UInt8]
  ) throws(ListRefused) -> PlantListEntry {
    try entry(of: list, key, json(bytes))
  }

  /// An entry with some members changed (JSON Merge Patch, RFC 7396): null takes one away.
  ///
  /// - Throws: ``ListRefused`` with everything that is wrong.
  static func entry(
    of list: PlantListName,
    _ key: String,
    _ old: PlantListEntry?,
    changedBy bytes: [UInt8]
  ) throws(ListRefused) -> PlantListEntry {
    let patch = try json(bytes)
    guard case .object(let changes) = patch.content else {
      throw refused(patch.mark, nil, "an object with the members to change is expected")
    }
    var members: [MarkedJSON.Member] = []
    if let line = old.flatMap({ try? PlantListContent.line(of: $0) }),
      case .object(let stored) = try json(line).content
    {
      members = stored.filter { member in !changes.contains { $0.name == member.name } }
    }
    members += changes.filter { $0.value.content != .null }
    return try entry(of: list, key, MarkedJSON(.object(members), at: patch.mark))
  }

  private static func entry(
    of list: PlantListName,
    _ key: String,
    _ value: MarkedJSON
  ) throws(ListRefused) -> PlantListEntry {
    guard case .object(var members) = value.content else {
      throw refused(value.mark, nil, "an object with the entry's members is expected")
    }
    let name = list.keyMember
    if let member = members.first(where: { $0.name == name }) {
      guard member.value.content == .text(key) else {
        throw refused(
          member.mark,
          name,
          "it is \(member.value.noun), and the address says \(key.debugDescription)"
        )
      }
    } else {
      let text = MarkedJSON(.text(key), at: value.mark)
      members.append(MarkedJSON.Member(name: name, mark: value.mark, value: text))
    }
    var fields = EntryFields(MarkedJSON(.object(members), at: value.mark), path: "")
    guard let entry = fields.entry(of: list) else { throw ListRefused(fields.findings) }
    return entry
  }

  private static func json(_ bytes: [UInt8]) throws(ListRefused) -> MarkedJSON {
    do throws(MarkedJSONError) {
      return try MarkedJSON(bytes)
    } catch {
      throw refused(error.mark, nil, "it is not JSON: \(error.reason)")
    }
  }

  private static func refused(
    _ mark: MarkedJSON.Mark,
    _ member: String?,
    _ message: String
  ) -> ListRefused {
    ListRefused([
      ListFinding(line: mark.line, column: mark.column, member: member, message: message)
    ])
  }
}

// MARK: Tables

extension ListReading {
  /// The cells of each row that hold something, by the names of their columns.
  private static func table(
    _ bytes: [UInt8]
  ) throws(ListRefused) -> [(line: Int, members: [MarkedJSON.Member])] {
    let start = MarkedJSON.Mark(line: 1, column: nil)
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw refused(start, nil, "the table is not UTF-8; save it as CSV UTF-8")
    }
    if text.first == "\u{FEFF}" { text.removeFirst() }
    let table: CSVText
    do throws(CSVError) {
      table = try CSVText(text)
    } catch {
      throw refused(MarkedJSON.Mark(line: error.line, column: nil), nil, error.reason)
    }
    guard let header = table.rows.first else {
      throw refused(start, nil, "the table is empty; its first line has the members' names")
    }
    var findings: [ListFinding] = []
    let rows = table.rows.dropFirst().map { row in
      if row.cells.count > header.cells.count {
        findings.append(
          ListFinding(
            line: row.line,
            column: nil,
            member: nil,
            message: "the row has \(row.cells.count) cells, and the first line names "
              + "\(header.cells.count)"
          )
        )
      }
      return (row.line, members(row, header))
    }
    if !findings.isEmpty { throw ListRefused(findings) }
    return rows
  }

  private static func members(_ row: CSVText.Row, _ header: CSVText.Row) -> [MarkedJSON.Member] {
    let mark = MarkedJSON.Mark(line: row.line, column: nil)
    return zip(header.cells, row.cells).map { name, cell in
      let value = MarkedJSON(cell.isEmpty ? .null : .text(cell), at: mark)
      return MarkedJSON.Member(name: name.lowercased(), mark: mark, value: value)
    }
  }
}

/// Entries as they are read, and what is wrong with them.
private struct Gathering {
  private var entries: [String: PlantListEntry] = [:]
  private var lines: [String: Int] = [:]
  private var badges: [Label: String] = [:]
  private var findings: [ListFinding] = []
  private let list: PlantListName

  init(_ list: PlantListName) { self.list = list }

  mutating func take(_ entry: PlantListEntry?, _ fields: EntryFields, at mark: MarkedJSON.Mark) {
    findings += fields.findings
    guard let entry else { return }
    if let line = lines.updateValue(mark.line, forKey: entry.key) {
      note(
        mark,
        "\(entry.key) is there a second time, first in line \(line); remove one of the two"
      )
    }
    entries[entry.key] = entry
    if case .person(let person) = entry { checkBadge(person, mark) }
  }

  /// Rows with the same name are one operator.
  mutating func take(
    operatorRow row: ListedOperator?,
    _ fields: EntryFields,
    at mark: MarkedJSON.Mark
  ) {
    findings += fields.findings
    guard let row else { return }
    var person = row
    if case .person(let before)? = entries[row.name.text] {
      if let badge = row.badge, let known = before.badge, badge != known {
        note(mark, "\(row.name) has the badge \(known) in line \(lines[row.name.text] ?? 0)")
      }
      let all = (before.qualifications ?? []) + (row.qualifications ?? [])
      person = ListedOperator(
        name: row.name,
        badge: before.badge ?? row.badge,
        qualifications: before.qualifications == nil && row.qualifications == nil ? nil : all
      )
    } else {
      lines[row.name.text] = mark.line
    }
    entries[row.name.text] = .person(person)
    checkBadge(person, mark)
  }

  /// A badge names one person.
  private mutating func checkBadge(_ person: ListedOperator, _ mark: MarkedJSON.Mark) {
    guard let badge = person.badge else { return }
    if let owner = badges.updateValue(person.name.text, forKey: badge), owner != person.name.text {
      note(mark, "the badge \(badge) is \(owner)'s already; a badge names one person")
    }
  }

  private mutating func note(_ mark: MarkedJSON.Mark, _ message: String) {
    findings.append(
      ListFinding(line: mark.line, column: mark.column, member: nil, message: message)
    )
  }

  func content() throws(ListRefused) -> PlantListContent {
    guard findings.isEmpty else { throw ListRefused(findings) }
    var content = PlantListContent(list)
    content.change(Array(entries.values))
    return content
  }
}
