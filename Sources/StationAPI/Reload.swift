package import Telemetry

/// Body of `POST /v1/reload`: an object without members.
package struct ReloadConfiguration: Sendable, Hashable, Codable {
  package init() {}
}

/// The answer to a reload that was applied, or that found nothing to apply.
package struct ReloadReceipt: Sendable, Hashable, Codable {
  /// The record that says so, which is durable; nil when no file has changed.
  package let seq: Int?
  package let at: Instant

  /// What has changed, in words.
  package let summary: String
  package let buses: Differences
  package let devices: Differences
  package let stations: Differences

  package init(
    seq: Int?,
    at: Instant,
    summary: String,
    buses: Differences,
    devices: Differences,
    stations: Differences
  ) {
    self.seq = seq
    self.at = at
    self.summary = summary
    self.buses = buses
    self.devices = devices
    self.stations = stations
  }
}

/// How a list of named things differs from the one before, by their names.
package struct Differences: Sendable, Hashable, Codable {
  package let added: [String]
  package let changed: [String]
  package let removed: [String]

  package init(added: [String], changed: [String], removed: [String]) {
    self.added = added
    self.changed = changed
    self.removed = removed
  }

  /// Compares two lists of things that have different names within each list.
  package init<Item>(
    from old: [Item],
    to new: [Item],
    name: (Item) -> String,
    isSame: (Item, Item) -> Bool
  ) {
    let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
    let names = new.map(name)
    added = names.filter { before[$0] == nil }
    changed = new.filter { item in before[name(item)].map { !isSame($0, item) } ?? false }.map(name)
    let after = Set(names)
    removed = old.map(name).filter { !after.contains($0) }
  }

  package var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }
}

/// One thing that is wrong in a file, where, and what would be right, as a problem carries it.
package struct ProblemFinding: Sendable, Hashable, Codable, CustomStringConvertible {
  package let file: String

  /// Counted from 1, the column in Unicode scalars.
  package let line: Int
  package let column: Int

  /// `error` or `warning`.
  package let severity: String

  /// Stable name of the rule: `unknown-key`.
  package let code: String
  package let message: String

  package init(
    file: String,
    line: Int,
    column: Int,
    severity: String,
    code: String,
    message: String
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.severity = severity
    self.code = code
    self.message = message
  }

  /// One line, which editors make a link of, as the checks print it.
  package var description: String {
    "\(file):\(line):\(column): \(severity == "error" ? "" : severity + ": ")\(message) [\(code)]"
  }
}
