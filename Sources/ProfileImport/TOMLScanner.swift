internal import Telemetry

/// Steps through TOML by its bytes: blanks, keys and scalars.
struct TOMLScanner {
  private let bytes: [UInt8]
  private var position = 0
  private(set) var line = 1

  init(_ text: String) { bytes = Array(text.utf8) }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  var isAtLineEnd: Bool { current == nil || current == UInt8(ascii: "\n") || isAtReturn }

  private var isAtReturn: Bool {
    current == UInt8(ascii: "\r") && position + 1 < bytes.count
      && bytes[position + 1] == UInt8(ascii: "\n")
  }

  func error(_ reason: String) -> TOMLError { TOMLError(line: line, reason: reason) }

  mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where position < bytes.count {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }

  /// Whether these bytes come next.
  func isAt(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes.dropFirst(position).starts(with: $0) }
  }

  /// Steps over the text, if it comes next.
  mutating func take(_ text: StaticString) -> Bool {
    guard isAt(text) else { return false }
    advance(text.utf8CodeUnitCount)
    return true
  }

  /// Steps over spaces and, across lines, over line ends and comments.
  ///
  /// - Returns: Whether something comes after them.
  mutating func skipBlank(acrossLines: Bool) -> Bool {
    while let byte = current {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"): advance()
      case UInt8(ascii: "\n") where acrossLines: advance()
      case UInt8(ascii: "\r") where acrossLines && isAtReturn: advance()
      case UInt8(ascii: "#") where acrossLines: _ = skipComment()
      default: return true
      }
    }
    return false
  }

  /// Steps over spaces and a comment, to the end of the line if there is nothing else.
  mutating func skipComment() -> Bool {
    _ = skipBlank(acrossLines: false)
    if current == UInt8(ascii: "#") { while current != nil, !isAtLineEnd { advance() } }
    return true
  }

  // MARK: Keys

  /// The words of a key: bare or quoted, with dots between them; also the blanks behind it.
  mutating func key() throws(TOMLError) -> [String] {
    var words: [String] = []
    repeat {
      _ = skipBlank(acrossLines: false)
      if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
        guard !isAt("\"\"\""), !isAt("'''") else { throw error("a key has single quote marks") }
        words.append(try string())
      } else {
        let word = take { Self.isBare($0) }
        guard !word.isEmpty else {
          throw error("a key is letters, digits, _ and -; quote any other")
        }
        words.append(word)
      }
      _ = skipBlank(acrossLines: false)
    } while take(".")
    return words
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  private mutating func take(while isPart: (UInt8) -> Bool) -> String {
    let start = position
    while let byte = current, isPart(byte) { advance() }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  // MARK: Scalars

  /// A text, number, truth value or date, as a text.
  mutating func scalar() throws(TOMLError) -> String {
    if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") { return try string() }
    let ends = Set(" \t\r\n,]}#=".utf8)
    var word = take { !ends.contains($0) }
    if TOMLWord.isDate(word), isAt(" "), position + 1 < bytes.count,
      (0x30...0x39).contains(bytes[position + 1])
    {
      advance()
      word += " " + take { !ends.contains($0) }
    }
    guard let text = TOMLWord.text(of: word) else {
      throw error(
        word.isEmpty
          ? "there is no value; write one"
          : "\(word.debugDescription) is no value; put texts into double quotes"
      )
    }
    return text
  }

  /// A text in any of the four kinds of quotes (TOML 1.0.0, String).
  private mutating func string() throws(TOMLError) -> String {
    let start = line
    let isLong = isAt("\"\"\"") || isAt("'''")
    let quote = current ?? 0
    advance(isLong ? 3 : 1)
    if isLong, isAtLineEnd { advance(isAtReturn ? 2 : 1) }
    var text: [UInt8] = []
    while let byte = current {
      if byte == quote {
        guard isLong else {
          advance()
          return String(decoding: text, as: UTF8.self)
        }
        if let rest = closing(quote) {
          text += repeatElement(quote, count: rest)
          return String(decoding: text, as: UTF8.self)
        }
      }
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        text += try escape(isLong: isLong)
        continue
      }
      let isBreak = byte == UInt8(ascii: "\n") || isAtReturn
      guard isLong || !isBreak else { break }
      guard byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") || isBreak else {
        let escape = "\\u" + byte.hexadecimal(digits: 4)
        throw error("a text holds a control character; write it as \(escape)")
      }
      text.append(byte)
      advance()
    }
    throw TOMLError(line: start, reason: "a quote opens here and never closes; close it")
  }

  /// Steps over three quotes that end a long text.
  ///
  /// - Returns: How many quotes before them belong to the text, at most two; nil if it goes on.
  private mutating func closing(_ quote: UInt8) -> Int? {
    let count = bytes.dropFirst(position).prefix(5).prefix { $0 == quote }.count
    guard count >= 3 else { return nil }
    advance(count)
    return count - 3
  }

  private mutating func escape(isLong: Bool) throws(TOMLError) -> [UInt8] {
    advance()
    guard let byte = current else { return [] }
    let simple: [UInt8: UInt8] = [
      UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "f"): 12,
      UInt8(ascii: "r"): 13, UInt8(ascii: "e"): 27, UInt8(ascii: "\""): 34, UInt8(ascii: "\\"): 92,
    ]
    if let plain = simple[byte] {
      advance()
      return [plain]
    }
    let lengths: [UInt8: Int] = [
      UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8,
    ]
    if let length = lengths[byte] {
      let digits = bytes.dropFirst(position + 1).prefix(length)
      let text = String(decoding: digits, as: UTF8.self)
      guard digits.count == length, text.allSatisfy(\.isHexDigit),
        let scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)
      else { throw error("\\\(Character(Unicode.Scalar(byte))) has \(length) hexadecimal digits") }
      advance(length + 1)
      return Array(String(scalar).utf8)
    }
    // A backslash at the end of a line joins it with the next.
    let place = self
    _ = skipBlank(acrossLines: false)
    guard isLong, isAtLineEnd else {
      self = place
      throw error("in double quotes write \\\\ for \\, or use single quotes")
    }
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || isAtReturn {
      advance()
    }
    return []
  }
}

/// What a word without quotes stands for.
enum TOMLWord {
  /// The word as a plain text: whole numbers in decimal, without underscores and plus signs.
  ///
  /// - Returns: nil for what is no value.
  static func text(of word: String) -> String? {
    if word == "true" || word == "false" || isDate(word) || isTime(word) { return word }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where word.hasPrefix(prefix) {
      let digits = word.dropFirst(2)
      guard isGrouped(digits, { $0.isHexDigit }) else { return nil }
      return Int64(digits.filter { $0 != "_" }, radix: radix).map { String($0) }
    }
    let unsigned = word.hasPrefix("+") || word.hasPrefix("-") ? word.dropFirst() : word[...]
    let sign = word.hasPrefix("-") ? "-" : ""
    if unsigned == "inf" || unsigned == "nan" { return sign + unsigned }
    return isDecimal(unsigned) ? sign + unsigned.filter { $0 != "_" } : nil
  }

  /// `12`, `0.5`, `1e6`; no zeros in front.
  private static func isDecimal(_ word: Substring) -> Bool {
    let parts = word.split(maxSplits: 1, omittingEmptySubsequences: false) {
      $0 == "e" || $0 == "E"
    }
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard mantissa.count <= 2, mantissa.allSatisfy({ isGrouped($0) }) else { return false }
    if mantissa[0].count > 1, mantissa[0].first == "0" { return false }
    guard parts.count == 2 else { return true }
    let hasSign = parts[1].hasPrefix("+") || parts[1].hasPrefix("-")
    return isGrouped(hasSign ? parts[1].dropFirst() : parts[1])
  }

  /// Digits, with single underscores between them.
  private static func isGrouped(
    _ text: Substring,
    _ isPart: (Character) -> Bool = { $0.isASCII && $0.isNumber }
  ) -> Bool {
    text.split(separator: "_", omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && isPart($0) } }
  }

  /// `2026-01-31`, with or without a time behind it.
  static func isDate(_ word: String) -> Bool {
    let day = word.prefix(10)
    guard day.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil else { return false }
    let rest = word.dropFirst(10)
    guard let mark = rest.first else { return true }
    return "Tt ".contains(mark) && isTime(String(rest.dropFirst()))
  }

  /// `07:32:00`, with or without a fraction and an offset.
  private static func isTime(_ word: String) -> Bool {
    word.wholeMatch(
      of: /[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+\-][0-9]{2}:[0-9]{2})?/
    ) != nil
  }
}
