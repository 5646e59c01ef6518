internal import Fieldbus
internal import Profiles
internal import Telemetry

/// Which profiles of serial instruments understand what was heard.
struct ScanTextMatch {
  private struct Entry {
    let profile: String
    let framing: SerialFraming
    let group: SerialScanGroup
    let decoder: LineDecoder
  }

  private let entries: [Entry]

  init(profiles: [DeviceProfile]) {
    entries = profiles.flatMap { profile -> [Entry] in
      guard case .serial(let access) = profile.access else { return [] }
      return access.groups.compactMap { group in
        (try? LineDecoder(group)).map {
          Entry(profile: profile.name, framing: access.framing, group: group, decoder: $0)
        }
      }
    }
  }

  /// Profiles that understand at least half of the messages in `bytes`, the best first.
  ///
  /// One message is little evidence: a profile fits when it understands every one of several, or
  /// when its own question was answered so.
  ///
  /// - Parameters:
  ///   - bytes: What came.
  ///   - request: What was asked before; nothing when the instrument sent by itself.
  /// - Returns: What may fit; a profile that reads its instrument in another way is among the last.
  func fits(_ bytes: [UInt8], request: [UInt8] = []) -> [ProfileFit] {
    var best: [String: ProfileFit] = [:]
    for entry in entries {
      guard let fit = fit(of: entry, bytes, request) else { continue }
      if let other = best[entry.profile], other.verdict == .fits || fit.verdict == .mayFit {
        continue
      }
      best[entry.profile] = fit
    }
    return best.values.sorted {
      ($0.verdict == .fits ? 0 : 1, $1.answered, $1.plausible, $0.profile)
        < ($1.verdict == .fits ? 0 : 1, $0.answered, $0.plausible, $1.profile)
    }
  }

  private func fit(of entry: Entry, _ bytes: [UInt8], _ request: [UInt8]) -> ProfileFit? {
    let messages = entry.framing.messages(in: bytes)
    let readings = messages.map(entry.decoder.readings)
      .filter { $0.contains(where: \.isUnderstood) }
    guard !readings.isEmpty, readings.count * 2 >= messages.count else { return nil }
    let values = readings.joined().filter { $0.quality.isGood || $0.value != nil }
    let plausible = values.count(where: \.quality.isGood)
    let isEnough = messages.count > 1 || !request.isEmpty
    let isWhole = readings.count == messages.count && plausible == values.count && plausible > 0
    return ProfileFit(
      profile: entry.profile,
      verdict: isWhole && entry.group.request == request && isEnough ? .fits : .mayFit,
      asked: messages.count,
      answered: readings.count,
      values: values.count,
      plausible: plausible
    )
  }
}

extension Reading {
  /// Whether the line fitted the pattern, whatever it said.
  fileprivate var isUnderstood: Bool {
    switch quality {
    case .bad(.notUnderstood): false
    default: true
    }
  }
}

extension SerialFraming {
  /// The contents of the whole messages in a stream that may begin and end within one.
  fileprivate func messages(in bytes: [UInt8]) -> [[UInt8]] {
    switch shape {
    case .line(let terminator): lines(in: bytes, terminator)
    case .enclosed(let start, let end): enclosed(in: bytes, start, end)
    case .fixed(let length):
      bytes.count % length == 0
        ? stride(from: 0, to: bytes.count, by: length)
          .compactMap { content(of: Array(bytes[$0..<($0 + length)])) } : []
    }
  }

  private func lines(in bytes: [UInt8], _ terminator: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.firstRange(of: terminator) {
      lines.append(Array(rest[..<end.upperBound]))
      rest = rest[end.upperBound...]
    }
    // The first may be the end of a line.
    if lines.count > 1 { lines.removeFirst() }
    return lines.filter { $0.count > terminator.count }.compactMap { content(of: $0) }
  }

  private func enclosed(in bytes: [UInt8], _ start: [UInt8], _ end: [UInt8]) -> [[UInt8]] {
    let trailing = checksum.map { $0.place == .afterEnd ? $0.byteCount : 0 } ?? 0
    var messages: [[UInt8]] = []
    var rest = bytes[...]
    while let first = rest.firstRange(of: start) {
      guard let last = rest[first.upperBound...].firstRange(of: end),
        last.upperBound + trailing <= rest.endIndex
      else { break }
      let frame = Array(rest[first.lowerBound..<(last.upperBound + trailing)])
      if let content = content(of: frame) { messages.append(content) }
      rest = rest[(last.upperBound + trailing)...]
    }
    return messages
  }
}
