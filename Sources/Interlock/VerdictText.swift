package import StationAPI
internal import Telemetry

/// What the file of an interlock says: the verdict alone in the first line, which is all that a
/// controller has to read; then what it is about, for people.
package enum VerdictText {
  /// - Parameter answer: What holds now.
  /// - Returns: Its lines, each with a line feed.
  package static func of(_ answer: InterlockAnswer) -> String {
    var lines = [answer.verdict.rawValue, "station: \(answer.station)"]
    lines += answer.lots.map { "lot: \($0)" }
    lines.append("since: \(answer.at)")
    lines += answer.reasons.map { "reason: \($0.code): \($0.sentence)" }
    lines += answer.warnings.map { "warning: \($0.code): \($0.sentence)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
