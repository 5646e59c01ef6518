internal import HTTPTypes

/// What a request's path names.
enum Resource: Hashable {
  /// A file of the page, by its path.
  case file(String)
  case health
  case status
  case events
  /// The lot that a station works on.
  case lot(station: String)
  case lotEnd(station: String)
  /// Boards and devices that come and go.
  case units(station: String)
  /// Who is at a station.
  case operators(station: String)
  case operatorThere(station: String, name: String)
  /// Whether a lot may run at a station.
  case interlock(station: String)
  /// The material lots loaded at a station.
  case materials(station: String)
  case material(station: String, lot: String)
  /// What is scanned at a station.
  case scans(station: String)
  /// The end of a material lot's stay, with what there is to say about it.
  case unload(station: String, lot: String)
  case consumptions
  case corrections
  case calibrations
  case instrument(String)
  case reload
  /// What is written to a device.
  case writes(device: String)

  /// Reads a path, with or without a query; nil where it names nothing.
  ///
  /// Segments are percent-decoded one by one, so a lot may hold any character, a slash included.
  init?(path: String) {
    let bare = path.prefix { $0 != "?" }
    if PageFile.all[String(bare)] != nil {
      self = .file(String(bare))
      return
    }
    guard bare.first == "/" else { return nil }
    let encoded = bare.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    let segments = encoded.compactMap(Self.decode)
    guard segments.count == encoded.count, !segments.contains("") else { return nil }
    switch segments.count {
    case 1 where segments[0] == "health": self = .health
    case 2 where segments == ["v1", "status"]: self = .status
    case 2 where segments == ["v1", "events"]: self = .events
    case 2 where segments == ["v1", "consumptions"]: self = .consumptions
    case 2 where segments == ["v1", "corrections"]: self = .corrections
    case 2 where segments == ["v1", "calibrations"]: self = .calibrations
    case 3 where segments[0...1] == ["v1", "instruments"]: self = .instrument(segments[2])
    case 2 where segments == ["v1", "reload"]: self = .reload
    case 4 where segments[0...1] == ["v1", "devices"] && segments[3] == "writes":
      self = .writes(device: segments[2])
    case 4... where segments[0...1] == ["v1", "stations"]: self.init(ofStation: segments)
    default: return nil
    }
  }

  private init?(ofStation segments: [String]) {
    switch (segments.count, segments[3]) {
    case (4, "lot"): self = .lot(station: segments[2])
    case (5, "lot") where segments[4] == "end": self = .lotEnd(station: segments[2])
    case (4, "interlock"): self = .interlock(station: segments[2])
    case (4, "units"): self = .units(station: segments[2])
    case (4, "operators"): self = .operators(station: segments[2])
    case (5, "operators"): self = .operatorThere(station: segments[2], name: segments[4])
    case (4, "materials"): self = .materials(station: segments[2])
    case (4, "scans"): self = .scans(station: segments[2])
    case (5, "materials"): self = .material(station: segments[2], lot: segments[4])
    case (6, "materials") where segments[5] == "unload":
      self = .unload(station: segments[2], lot: segments[4])
    default: return nil
    }
  }

  /// The methods that may be used on it.
  var methods: [HTTPRequest.Method] {
    switch self {
    case .file, .health, .status, .interlock, .instrument: [.get, .head]
    case .events: [.get]
    case .lot: [.post, .delete]
    case .lotEnd, .units, .operators, .materials, .unload, .scans, .consumptions, .corrections,
      .calibrations, .reload,
      .writes:
      [.post]
    case .operatorThere, .material: [.delete]
    }
  }

  /// Undoes percent-encoding (RFC 3986, 2.1); nil where it is broken or not UTF-8.
  private static func decode(_ segment: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = segment.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy(isHexadecimal),
        let value = UInt8(String(Substring(digits)), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    Character(UnicodeScalar(byte)).isHexDigit
  }
}
