internal import CommandSupport
internal import Genealogy

extension TraceReport.Style {
  /// As wide as the terminal, and coloured where a person looks and did not refuse.
  static var terminal: TraceReport.Style {
    TraceReport.Style(width: Terminal.width, hasColour: Terminal.isColourful)
  }
}
