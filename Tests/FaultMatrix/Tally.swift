internal import Telemetry

/// What came of the scans of one carrier, by fault.
package struct Tally: Sendable, Hashable {
  package struct Row: Sendable, Hashable {
    /// Scans in which the fault was at work, the one after it included.
    package var scans = 0
    /// How often it truly altered what went over the line.
    package var fired = 0
    package var good = 0
    package var bad: [String: Int] = [:]
    /// Scans with a cause that only the machine itself explains: it was late.
    package var disturbed = 0
    package var violations = 0
  }

  /// By fault; the empty name is for scans without one.
  package private(set) var rows: [String: Row] = [:]
  /// The first violations, in words.
  package private(set) var examples: [String] = []
  /// What was dealt: the same for the same seed.
  package private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package var scans: Int { rows.values.reduce(0) { $0 + $1.scans } }
  package var violations: Int { rows.values.reduce(0) { $0 + $1.violations } }
  package var disturbed: Int { rows.values.reduce(0) { $0 + $1.disturbed } }

  mutating func deal(_ words: [UInt64]) {
    for word in words { digest = (digest ^ word) &* 0x100_0000_01B3 }
  }

  mutating func fired(_ fault: String, _ count: Int) { rows[fault, default: Row()].fired += count }

  mutating func count(_ fault: String, _ readings: [Reading], isDisturbed: Bool = false) {
    var row = rows[fault] ?? Row()
    row.scans += 1
    if isDisturbed { row.disturbed += 1 }
    for reading in readings {
      switch reading.quality {
      case .good: row.good += 1
      case .bad(let cause): row.bad[cause.code, default: 0] += 1
      }
    }
    rows[fault] = row
  }

  mutating func violate(_ fault: String, _ violations: [Violation], scan: Int) {
    guard !violations.isEmpty else { return }
    rows[fault, default: Row()].violations += violations.count
    for violation in violations where examples.count < 20 {
      examples.append("scan \(scan), \(fault.isEmpty ? "no fault" : fault): \(violation)")
    }
  }

  /// Joins what another worker found.
  package mutating func add(_ other: Tally) {
    for (fault, row) in other.rows {
      var sum = rows[fault] ?? Row()
      sum.scans += row.scans
      sum.fired += row.fired
      sum.good += row.good
      sum.bad.merge(row.bad) { $0 + $1 }
      sum.disturbed += row.disturbed
      sum.violations += row.violations
      rows[fault] = sum
    }
    examples = Array((examples + other.examples).prefix(20))
    deal([other.digest])
  }
}
