/// Why nothing could be imported.
package enum ImportError: Error, Sendable, Hashable {
  /// The file is not of the format, or not readable at all.
  case source(file: String, line: Int?, reason: String)
  /// The file holds nothing that could become a signal; the notes say why.
  case noSignals(file: String, notes: [ImportNote])
  /// The column map does not fit.
  case columns(String)
  /// The name cannot be a profile's.
  case name(String, reason: String)
  /// The file's suffix does not tell its format.
  case unknownFormat(file: String)
}

extension ImportError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .source(let file, let line, let reason):
      line.map { "\(file):\($0): \(reason)" } ?? "\(file): \(reason)"
    case .noSignals(let file, let notes):
      (notes.map { $0.description(file: file) } + [
        "\(file): there is no signal to import; check that this is the right file, and --from"
      ]).joined(separator: "\n")
    case .columns(let reason): "--columns: \(reason)"
    case .name(let name, let reason):
      "\(name.debugDescription) cannot be a profile's name: \(reason); give another with --name"
    case .unknownFormat(let file):
      "\(file): its suffix does not tell what it is; say --from telegraf, edgex or csv"
    }
  }
}
