/// A JSON value (RFC 8259), and where in the text it is.
struct MarkedJSON: Sendable, Hashable {
  /// A place in a text, counted from 1; no column in a table, whose columns have names.
  struct Mark: Sendable, Hashable {
    let line: Int
    let column: Int?
  }

  indirect enum Content: Sendable, Hashable {
    case null
    case flag(Bool)
    /// As it is written.
    case number(String)
    case text(String)
    case list([MarkedJSON])
    case object([Member])
  }

  struct Member: Sendable, Hashable {
    let name: String
    let mark: Mark
    let value: MarkedJSON
  }

  let content: Content
  let mark: Mark

  init(_ content: Content, at mark: Mark) {
    self.content = content
    self.mark = mark
  }

  /// Reads a text.
  ///
  /// - Throws: ``MarkedJSONError`` at the first place where it is not JSON.
  init(_ bytes: [UInt8]) throws(MarkedJSONError) {
    var scanner = MarkedJSONScanner(bytes)
    self = try scanner.document()
  }

  /// What it is, in an error.
  var noun: String {
    switch content {
    case .null: "null"
    case .flag(let flag): "\(flag)"
    case .number(let digits): digits
    case .text(let text): text.debugDescription
    case .list: "a list"
    case .object: "an object"
    }
  }
}

/// A text that is not JSON.
struct MarkedJSONError: Error, Sendable, Hashable {
  let mark: MarkedJSON.Mark
  let reason: String
}

/// Steps through the bytes of a JSON text.
private struct MarkedJSONScanner {
  /// Lists and objects within each other.
  private static let depthLimit = 16

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  /// The column of a position in the line, from which later ones are counted on.
  private var column = 1
  private var columnPosition = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Here; columns are characters, as editors count them.
  private mutating func mark() -> MarkedJSON.Mark {
    column += bytes[columnPosition..<position].count { $0 & 0xC0 != 0x80 }
    columnPosition = position
    return MarkedJSON.Mark(line: line, column: column)
  }

  private mutating func error(_ reason: String) -> MarkedJSONError {
    MarkedJSONError(mark: mark(), reason: reason)
  }

  mutating func document() throws(MarkedJSONError) -> MarkedJSON {
    let value = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw error("nothing may follow the closing of the document") }
    return value
  }

  private mutating func skipSpace() {
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\n"):
        position += 1
        line += 1
        column = 1
        columnPosition = position
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(MarkedJSONError) -> MarkedJSON {
    skipSpace()
    let mark = mark()
    guard depth < Self.depthLimit else {
      throw error("lists and objects lie too deep in each other")
    }
    switch next {
    case UInt8(ascii: "{"): return MarkedJSON(.object(try members(depth: depth)), at: mark)
    case UInt8(ascii: "["): return MarkedJSON(.list(try elements(depth: depth)), at: mark)
    case UInt8(ascii: "\""): return MarkedJSON(.text(try text()), at: mark)
    case UInt8(ascii: "t"): return MarkedJSON(try word("true", .flag(true)), at: mark)
    case UInt8(ascii: "f"): return MarkedJSON(try word("false", .flag(false)), at: mark)
    case UInt8(ascii: "n"): return MarkedJSON(try word("null", .null), at: mark)
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return MarkedJSON(.number(number()), at: mark)
    case nil: throw error("the text ends here, and a value is missing")
    default: throw error("a value is expected here")
    }
  }

  private mutating func members(depth: Int) throws(MarkedJSONError) -> [MarkedJSON.Member] {
    position += 1
    var members: [MarkedJSON.Member] = []
    var names: Set<String> = []
    if take(UInt8(ascii: "}")) { return members }
    repeat {
      skipSpace()
      let mark = mark()
      guard next == UInt8(ascii: "\"") else { throw error("a member's name in quotes is expected") }
      let name = try text()
      if !names.insert(name).inserted {
        throw MarkedJSONError(
          mark: mark,
          reason: "the member \(name.debugDescription) is there twice"
        )
      }
      guard take(UInt8(ascii: ":")) else { throw error("a colon is expected behind the name") }
      members.append(MarkedJSON.Member(name: name, mark: mark, value: try value(depth: depth + 1)))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw error("a comma or } is expected here") }
    return members
  }

  private mutating func elements(depth: Int) throws(MarkedJSONError) -> [MarkedJSON] {
    position += 1
    var elements: [MarkedJSON] = []
    if take(UInt8(ascii: "]")) { return elements }
    repeat { elements.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw error("a comma or ] is expected here") }
    return elements
  }

  private mutating func word(
    _ word: String,
    _ content: MarkedJSON.Content
  ) throws(MarkedJSONError) -> MarkedJSON.Content {
    guard bytes[position...].starts(with: word.utf8) else {
      throw error("a value is expected here")
    }
    position += word.utf8.count
    return content
  }

  /// The characters that numbers are made of; whether they make one is judged where it is used.
  private mutating func number() -> String {
    let start = position
    while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func text() throws(MarkedJSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("the text before this is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw error("a text is not closed, or holds a control character")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw error("the text ends here, and a quote is not closed")
  }

  private mutating func escape() throws(MarkedJSONError) -> [UInt8] {
    position += 1
    guard let byte = next else { throw error("the text ends within an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
    default: throw error("\\ is followed by something that is no escape")
    }
  }

  /// The character of `\u` with four digits, or of two of them that are a surrogate pair (RFC 8259, 7).
  private mutating func scalar() throws(MarkedJSONError) -> Unicode.Scalar {
    let first = try unit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, bytes[position...].starts(with: #"\u"#.utf8) else {
      throw error("half a surrogate pair is no character")
    }
    position += 2
    let second = try unit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(
        0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
      )
    else { throw error("half a surrogate pair is no character") }
    return scalar
  }

  private mutating func unit() throws(MarkedJSONError) -> UInt16 {
    let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, digits.first != "+", let unit = UInt16(digits, radix: 16) else {
      throw error("four hexadecimal digits are expected behind \\u")
    }
    position += 4
    return unit
  }
}
