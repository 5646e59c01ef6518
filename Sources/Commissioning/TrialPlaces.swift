internal import MarkedYAML

/// Where the signals of a profile stand in its file.
package struct TrialPlaces: Sendable {
  private struct Place: Sendable {
    /// Pieces of the name between the indices of a repeated block: `zone<zone>.top`.
    let pieces: [Substring]
    let file: String
    let mark: SourceMark
  }

  private let file: String
  private let places: [Place]

  /// Reads a profile's file once more, and that of its base, for the places alone; a file that
  /// cannot be read has none.
  package init(file: String) {
    let log = FindingLog(file: file)
    self.init(SourceText(path: file, into: log), file: file, log)
  }

  /// Takes the bytes of a profile that is not in a file.
  package init(bytes: [UInt8], file: String) {
    let log = FindingLog(file: file)
    self.init(SourceText(bytes: bytes, into: log), file: file, log)
  }

  private init(_ source: SourceText?, file: String, _ log: FindingLog) {
    self.file = file
    let root = source.flatMap { YAMLDocument.compose($0.text, into: log) }
    let own = root.map { Self.places(in: $0, file: file) } ?? []
    places = own + Self.basePlaces(root, file: file)
  }

  /// `file:line:column` of a signal's address, or else of its name; the file where it is not found.
  package func place(of signal: String) -> String {
    let place = places.first { Self.matches(signal[...], $0.pieces[...]) }
    return place.map { "\($0.file):\($0.mark.line):\($0.mark.column)" } ?? file
  }

  /// A base extends nothing itself.
  private static func basePlaces(_ root: YAMLNode?, file: String) -> [Place] {
    guard case .scalar(let base)? = root?["extends"]?.content, !base.text.contains("/") else {
      return []
    }
    let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
    let path = "\(folder)\(base.text).yaml"
    let log = FindingLog(file: path)
    let source = SourceText(path: path, into: log)
    let baseRoot = source.flatMap { YAMLDocument.compose($0.text, into: log) }
    return baseRoot.map { places(in: $0, file: path) } ?? []
  }

  private static func places(in root: YAMLNode, file: String) -> [Place] {
    var places: [Place] = []
    if let groups = root["groups"] { collect(groups, file, into: &places) }
    return places
  }

  private static func collect(_ node: YAMLNode, _ file: String, into places: inout [Place]) {
    switch node.content {
    case .scalar: return
    case .sequence(let nodes): for node in nodes { collect(node, file, into: &places) }
    case .mapping(let entries):
      // A group has a name too, but holds signals.
      let isSignal = node["signals"] == nil && node["fields"] == nil
      if isSignal, let name = node["name"], case .scalar(let scalar) = name.content {
        let mark = (node["address"] ?? name).mark
        places.append(Place(pieces: pieces(of: scalar.text), file: file, mark: mark))
      }
      for entry in entries { collect(entry.value, file, into: &places) }
    }
  }

  private static func pieces(of name: String) -> [Substring] {
    var pieces: [Substring] = []
    var rest = name[...]
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      pieces.append(rest[..<open])
      rest = rest[rest.index(after: close)...]
    }
    return pieces + [rest]
  }

  /// Whether the name is the pieces with a number between each two.
  private static func matches(_ name: Substring, _ pieces: ArraySlice<Substring>) -> Bool {
    guard let first = pieces.first, name.hasPrefix(first) else { return false }
    let rest = name.dropFirst(first.count)
    if pieces.count == 1 { return rest.isEmpty }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    return !digits.isEmpty && matches(rest.dropFirst(digits.count), pieces.dropFirst())
  }
}

extension YAMLNode {
  fileprivate subscript(key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key.text == key }?.value
  }
}
