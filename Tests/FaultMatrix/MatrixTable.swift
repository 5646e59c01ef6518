/// The result of all carriers, as a table for people.
package struct MatrixTable: Sendable {
  package let columns: [(name: String, tally: Tally)]
  /// What each carrier should have seen.
  package let expected: [String: [FaultKind]]

  package init(_ columns: [(name: String, tally: Tally)], expected: [String: [FaultKind]]) {
    (self.columns, self.expected) = (columns, expected)
  }

  /// Faults that were never seen to act, by carrier.
  package var silentFaults: [String] {
    columns.flatMap { name, tally in
      (expected[name] ?? []).filter { (tally.rows[$0.name]?.fired ?? 0) == 0 }
        .map { "\(name): \($0.name) never struck" }
    }
  }

  package var violations: Int { columns.reduce(0) { $0 + $1.tally.violations } }
  package var scans: Int { columns.reduce(0) { $0 + $1.tally.scans } }
  package var disturbed: Int { columns.reduce(0) { $0 + $1.tally.disturbed } }

  /// Whether the machine was in order often enough for the run to mean something.
  package var isUndisturbed: Bool { disturbed * 50 <= scans }

  package var isPassed: Bool { violations == 0 && silentFaults.isEmpty && isUndisturbed }

  package var text: String {
    var lines: [String] = []
    for (name, tally) in columns {
      lines.append("\(name): \(tally.scans) scans, plan \(String(tally.digest, radix: 16))")
      lines.append(Self.line(["fault", "scans", "fired", "good", "violations", "bad by cause"]))
      for fault in [""] + FaultKind.allCases.map(\.name) {
        guard let row = tally.rows[fault] else { continue }
        let bad = row.bad.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
        let late = row.disturbed > 0 ? ["(machine late in \(row.disturbed) scans)"] : []
        lines.append(
          Self.line(
            [
              fault.isEmpty ? "none" : fault, "\(row.scans)", fault.isEmpty ? "-" : "\(row.fired)",
              "\(row.good)", "\(row.violations)", (bad + late).joined(separator: ", "),
            ]
          )
        )
      }
      lines += tally.examples.map { "  ! " + $0 }
      lines.append("")
    }
    lines += silentFaults
    lines.append(
      "\(scans) scans, \(violations) violations, \(disturbed) scans in which the machine was late"
    )
    return lines.joined(separator: "\n")
  }

  private static let widths = [28, 9, 8, 10, 11, 0]

  private static func line(_ cells: [String]) -> String {
    let padded = zip(cells, widths).enumerated().map { index, pair in
      let (cell, width) = pair
      let space = String(repeating: " ", count: max(0, width - cell.count))
      return index == 0 || width == 0 ? cell + space : space + cell
    }
    return padded.joined(separator: " ")
  }
}
