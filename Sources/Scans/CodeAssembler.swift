/// What a scanner sends behind each code.
package enum CodeEnd: String, Sendable, Codable, CaseIterable {
  /// Carriage return; a line feed behind it is none of the next code.
  case cr
  case lf
  case crlf
  case tab
  /// Nothing: a code ends with a silence.
  case silence

  fileprivate var bytes: [UInt8] {
    switch self {
    case .cr: [0x0D]
    case .lf: [0x0A]
    case .crlf: [0x0D, 0x0A]
    case .tab: [0x09]
    case .silence: []
    }
  }
}

/// Makes codes of what comes from a scanner, in whatever pieces.
///
/// A value type without a clock: whoever reads the port tells of silences.
package struct CodeAssembler: Sendable {
  package enum Item: Sendable, Hashable {
    case code([UInt8])
    /// The line fell silent in the midst of a code.
    case unended([UInt8])
    /// The first bytes of something without an end.
    case tooLong([UInt8])
  }

  private let end: CodeEnd
  private var partial: [UInt8] = []

  /// Whether the rest of something too long is being thrown away.
  private var isSkipping = false

  package init(end: CodeEnd) { self.end = end }

  /// The codes that end within `bytes`.
  package mutating func take(_ bytes: some Sequence<UInt8>) -> [Item] {
    var items: [Item] = []
    for byte in bytes {
      partial.append(byte)
      if !end.bytes.isEmpty, partial.suffix(end.bytes.count) == end.bytes[...] {
        partial.removeLast(end.bytes.count)
        finish(into: &items)
      } else if partial.count > CodeReader.maximumLength + end.bytes.count {
        if !isSkipping { items.append(.tooLong(Array(partial.prefix(64)))) }
        isSkipping = true
        partial.removeAll()
      }
    }
    return items
  }

  /// Nothing has come for a while.
  package mutating func settle() -> [Item] {
    var items: [Item] = []
    if end == .silence || isSkipping {
      finish(into: &items)
    } else if partial.contains(where: { $0 != 0x0A && $0 != 0x0D }) {
      items.append(.unended(partial))
    }
    partial.removeAll()
    return items
  }

  private mutating func finish(into items: inout [Item]) {
    let code = partial.trimmed
    partial.removeAll()
    if isSkipping {
      isSkipping = false
    } else if !code.isEmpty {
      items.append(.code(code))
    }
  }
}

extension [UInt8] {
  /// Without the line ends around it.
  fileprivate var trimmed: [UInt8] {
    let isEnd = { (byte: UInt8) in byte == 0x0D || byte == 0x0A }
    var rest = drop(while: isEnd)
    while let last = rest.last, isEnd(last) { rest.removeLast() }
    return Array(rest)
  }
}
