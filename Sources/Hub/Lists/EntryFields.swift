internal import Genealogy
internal import Telemetry

/// Reads the members of one entry, and collects what is wrong with them.
struct EntryFields {
  private let members: [MarkedJSON.Member]
  let mark: MarkedJSON.Mark

  /// Where the entry is: `entries[17].`, or nothing.
  private let path: String
  private var known: [String] = []
  private(set) var findings: [ListFinding] = []

  /// - Parameters:
  ///   - value: The entry; anything but an object is a finding.
  ///   - path: Where it is.
  init(_ value: MarkedJSON, path: String) {
    mark = value.mark
    self.path = path
    if case .object(let members) = value.content {
      self.members = members
    } else {
      members = []
      note(value.mark, nil, "an object is expected, and \(value.noun) is there")
    }
  }

  mutating func note(_ mark: MarkedJSON.Mark, _ member: String?, _ message: String) {
    let name = path + (member ?? "")
    findings.append(
      ListFinding(
        line: mark.line,
        column: mark.column,
        member: name.isEmpty ? nil : name.hasSuffix(".") ? String(name.dropLast()) : name,
        message: message
      )
    )
  }

  /// The value of a member, which is then known; null is as good as none.
  private mutating func value(_ name: String) -> MarkedJSON? {
    known.append(name)
    guard let member = members.first(where: { $0.name == name }) else { return nil }
    return member.value.content == .null ? nil : member.value
  }

  private mutating func require<Value>(_ name: String, _ value: Value?, was sent: Bool) -> Value? {
    if value == nil, !sent {
      note(mark, name, "it is missing, and every entry of this list must have it")
    }
    return value
  }

  /// Whether the entry, or the first line of its table, has a member.
  func hasMember(_ name: String) -> Bool { members.contains { $0.name == name } }

  // MARK: Kinds of members

  mutating func name<ID: Identifier>(_ name: String, _: ID.Type = ID.self) -> ID? {
    guard let value = value(name) else { return nil }
    return identifier(value, name)
  }

  mutating func required<ID: Identifier>(_ name: String, _: ID.Type = ID.self) -> ID? {
    let value = value(name)
    return require(name, value.flatMap { identifier($0, name) }, was: value != nil)
  }

  private mutating func identifier<ID: Identifier>(_ value: MarkedJSON, _ name: String) -> ID? {
    guard case .text(let text) = value.content else {
      note(value.mark, name, "a text is expected, and \(value.noun) is there")
      return nil
    }
    do throws(IdentifierError) {
      return try ID(text)
    } catch {
      note(value.mark, name, "\(text.debugDescription) cannot be used: \(error.reason)")
      return nil
    }
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String,
    _: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    let value = value(name)
    guard let value else { return require(name, nil, was: false) }
    if case .text(let text) = value.content, let choice = Choice(rawValue: text) { return choice }
    let all = Choice.allCases.map(\.rawValue)
    var near: [String] = []
    if case .text(let text) = value.content { near = NearNames.of(text, among: all) }
    note(
      value.mark,
      name,
      "\(value.noun) is not one of \(all.joined(separator: ", "))"
        + (near.first.map { "; did you mean \($0)?" } ?? "")
    )
    return nil
  }

  /// A whole number from 1 on.
  mutating func count(_ name: String) -> Int? {
    guard let value = value(name) else { return nil }
    let digits: String? =
      switch value.content {
      case .number(let digits), .text(let digits): digits
      default: nil
      }
    guard let digits, let number = Int(digits), number > 0 else {
      note(value.mark, name, "a whole number above zero is expected, and \(value.noun) is there")
      return nil
    }
    return number
  }

  /// A time, or a day, which begins at midnight UTC.
  mutating func instant(_ name: String) -> Instant? {
    guard let value = value(name) else { return nil }
    if case .text(let text) = value.content {
      if let instant = Instant(text) ?? Instant(text + "T00:00:00Z") { return instant }
    }
    note(
      value.mark,
      name,
      "a time in UTC, as 2027-03-31T00:00:00Z, or a day, as 2027-03-31, is expected, and "
        + "\(value.noun) is there"
    )
    return nil
  }

  mutating func digest(_ name: String) -> Digest? {
    guard let value = value(name) else { return nil }
    if case .text(let text) = value.content, let digest = Digest(text) { return digest }
    note(value.mark, name, "64 hexadecimal digits in lower case are expected")
    return nil
  }

  /// Names; in a table, one cell with a | between them.
  mutating func names<ID: Identifier>(_ name: String, _: ID.Type = ID.self) -> [ID]? {
    guard let value = value(name) else { return nil }
    switch value.content {
    case .list(let values): return values.compactMap { identifier($0, name) }
    case .text(let cell):
      return cell.split(separator: "|").compactMap { part in
        let text = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        return identifier(MarkedJSON(.text(text), at: value.mark), name)
      }
    default:
      note(value.mark, name, "a list of names is expected, and \(value.noun) is there")
      return nil
    }
  }

  /// Objects within the entry, each read by `body`.
  mutating func objects<Value>(
    _ name: String,
    _ body: (inout EntryFields) -> Value?
  ) -> [Value]? {
    guard let value = value(name) else { return nil }
    guard case .list(let values) = value.content else {
      note(value.mark, name, "a list of objects is expected, and \(value.noun) is there")
      return nil
    }
    return values.enumerated().compactMap { index, value in
      var fields = EntryFields(value, path: "\(path)\(name)[\(index)].")
      let result = body(&fields)
      findings += fields.finish()
      return result
    }
  }

  /// Says of members that nobody asked for that they are not known.
  mutating func finish() -> [ListFinding] {
    for member in members where !known.contains(member.name) {
      let near = NearNames.of(member.name, among: known)
      note(
        member.mark,
        member.name,
        "it is not known; known are \(known.joined(separator: ", "))"
          + (near.first.map { "; did you mean \($0)?" } ?? "")
      )
    }
    return findings
  }
}
