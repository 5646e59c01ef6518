internal import MarkedYAML
internal import Telemetry

/// The files that profiles can be made from.
package enum ImportFormat: String, Sendable, Hashable, CaseIterable {
  /// A configuration with `inputs.modbus`.
  case telegraf
  /// A device profile for the Modbus device service.
  case edgex
  /// A table, such as Kepware writes.
  case csv

  /// What the suffix of a file tells.
  package init?(suffixOf file: String) {
    let name = file.split(separator: "/").last ?? ""
    switch name.split(separator: ".").dropFirst().last?.lowercased() {
    case "toml", "conf": self = .telegraf
    case "yaml", "yml": self = .edgex
    case "csv", "tsv": self = .csv
    default: return nil
    }
  }
}

/// A profile made from another program's file, and what that file has beyond it.
package struct ImportResult: Sendable, Hashable {
  package let name: String

  /// The profile's file.
  package let text: String
  package let signalCount: Int

  /// In the order of the source.
  package let notes: [ImportNote]

  /// `41 signals; 3 things were not carried over`, and what else is to be done.
  package var summary: String {
    let count = { (kind: ImportNote.Kind) in notes.count { $0.kind == kind } }
    let lost = count(.notCarriedOver)
    var parts = [
      "\(signalCount) signal\(signalCount == 1 ? "" : "s")",
      lost == 0
        ? "everything was carried over"
        : "\(lost) \(lost == 1 ? "thing was" : "things were") not carried over",
    ]
    let configured = count(.agentConfiguration)
    if configured > 0 { parts.append("\(configured) for agent.yaml") }
    let checks = count(.check)
    if checks > 0 { parts.append("\(checks) to check") }
    return parts.joined(separator: "; ")
  }
}

/// Makes profiles from the files of other programs.
package struct ProfileImporter: Sendable {
  /// Told by the file's suffix where it is nil.
  package var format: ImportFormat?

  /// The profile's name; from the source where it is nil.
  package var name: String?

  /// Which device of a Telegraf configuration, from 1.
  package var device = 1

  /// Which column of a table holds what; Kepware's where it is nil.
  package var columns: String?

  package init() {}

  /// Reads a file and makes a profile from it.
  ///
  /// - Throws: ``ImportError``, which names the place and the mend.
  package func result(ofFile path: String) throws(ImportError) -> ImportResult {
    let log = FindingLog(file: path)
    guard let source = SourceText(path: path, into: log) else { throw Self.error(log, path) }
    return try result(of: source, file: path)
  }

  /// Makes a profile from the bytes of a file that was read elsewhere.
  ///
  /// - Throws: ``ImportError``, which names the place and the mend.
  package func result(of bytes: [UInt8], file: String) throws(ImportError) -> ImportResult {
    let log = FindingLog(file: file)
    guard let source = SourceText(bytes: bytes, into: log) else { throw Self.error(log, file) }
    return try result(of: source, file: file)
  }

  private static func error(_ log: FindingLog, _ file: String) -> ImportError {
    let finding = log.findings.first
    let isPlace = finding?.code == .yamlSyntax
    return .source(
      file: file,
      line: isPlace ? finding?.line : nil,
      reason: finding?.message ?? "it cannot be read"
    )
  }

  private func result(of source: SourceText, file: String) throws(ImportError) -> ImportResult {
    guard let format = format ?? ImportFormat(suffixOf: file) else {
      throw .unknownFormat(file: file)
    }
    let text = try Self.checked(source.text, file: file)
    let notes = NoteLog()
    var profile = try read(text, format, file: file, notes)
    profile.groups.removeAll { $0.signals.isEmpty }
    guard profile.signalCount > 0 else {
      throw .noSignals(file: file, notes: notes.sorted.filter { $0.kind == .notCarriedOver })
    }
    let (name, title) = naming(profile.name, file: file)
    profile.name = name
    if profile.title.isEmpty { profile.title = title }
    if let reason = IdentifierRule.name.violation(in: name) { throw .name(name, reason: reason) }
    let fileName = file.split(separator: "/").last.map(String.init) ?? file
    return ImportResult(
      name: profile.name,
      text: ProfileWriter(profile: profile, source: fileName).text(),
      signalCount: profile.signalCount,
      notes: notes.sorted
    )
  }

  /// The text without its byte order mark; text holds no NUL.
  private static func checked(_ text: String, file: String) throws(ImportError) -> String {
    var scalars = text.unicodeScalars[...]
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    if let place = scalars.firstIndex(of: "\0") {
      throw .source(
        file: file,
        line: 1 + scalars[..<place].count { $0 == "\n" },
        reason: "there is a NUL byte, as in files that are not text, or are UTF-16; save the file "
          + "as UTF-8"
      )
    }
    return String(scalars)
  }

  private func read(
    _ text: String,
    _ format: ImportFormat,
    file: String,
    _ notes: NoteLog
  ) throws(ImportError) -> ImportedProfile {
    switch format {
    case .telegraf:
      let reader = TelegrafReader(file: file, notes: notes, chosen: device) { original in
        naming(original, file: file)
      }
      return try reader.profile(in: text)
    case .edgex: return try EdgeXReader(file: file, notes: notes).profile(in: text)
    case .csv:
      let map = try columns.map { text throws(ImportError) in try CSVColumns(map: text) }
      return try CSVReader(file: file, columns: map ?? .kepware, notes: notes).profile(in: text)
    }
  }

  private func naming(_ original: String, file: String) -> (name: String, title: String) {
    let stem = file.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
    let title = original.isEmpty ? name ?? stem : original
    return (name ?? ProfileNames.plain(title), title.isEmpty ? "Imported device" : title)
  }
}
