/// A text in which repeated keys were made to differ, so that it can be composed.
///
/// Yams refuses a mapping that holds a key twice, and names only the first place. So the first
/// character of that first key is exchanged for one of Unicode's private use area, which changes no
/// mark, and the text is composed again: then the second key can be named with its own mark, beside
/// everything else that is wrong in the file.
struct KeyRenaming {
  private(set) var text: String
  private var originals: [SourceMark: Unicode.Scalar] = [:]

  init(_ text: String) { self.text = text }

  /// Makes the key at `mark` differ from its namesake.
  ///
  /// - Returns: Whether the key was found there as it is.
  mutating func rename(_ key: String, at mark: SourceMark) -> Bool {
    var scalars = Array(text.unicodeScalars)
    guard
      let first = key.unicodeScalars.first,
      let replacement = Unicode.Scalar(0xE000 + UInt32(originals.count)),
      originals[mark] == nil,
      var index = scalars.index(of: mark)
    else { return false }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, scalars[index] == first else { return false }
    scalars[index] = replacement
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    text = String(view)
    originals[mark] = first
    return true
  }

  /// The key as the file has it.
  func original(of key: YAMLScalar) -> YAMLScalar {
    guard let first = originals[key.mark] else { return key }
    var view = String.UnicodeScalarView([first])
    view.append(contentsOf: key.text.unicodeScalars.dropFirst())
    return YAMLScalar(text: String(view), isPlain: key.isPlain, mark: key.mark)
  }
}

extension [Unicode.Scalar] {
  /// The index of the scalar at a mark of libyaml.
  fileprivate func index(of mark: SourceMark) -> Int? {
    var line = 1
    var index = startIndex
    while line < mark.line {
      guard index < endIndex else { return nil }
      let isPair = self[index] == "\r" && index + 1 < endIndex && self[index + 1] == "\n"
      if self[index].isLineBreak { line += 1 }
      index += isPair ? 2 : 1
    }
    index += mark.column - 1
    return index < endIndex ? index : nil
  }
}

extension Unicode.Scalar {
  /// What libyaml counts as the end of a line.
  fileprivate var isLineBreak: Bool {
    ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(self)
  }
}

/// Counts what could be aliases, before anything is composed.
///
/// An alias that is a key is compared as a whole, so a few nested ones can take for ever (the
/// "billion laughs"). Counting too many is harmless, too few is not: whatever comes after a space, a
/// bracket, a comma or a colon counts, also within quotes and comments.
enum AliasCount {
  /// The place of the alias with that number, counted from 1.
  static func mark(ofAlias number: Int, in text: String) -> SourceMark? {
    var count = 0
    var mark = SourceMark.start
    var previous: Unicode.Scalar = "\n"
    var beforeIsStar = false
    for scalar in text.unicodeScalars {
      if beforeIsStar, scalar.isAnchorCharacter {
        count += 1
        if count == number { return SourceMark(line: mark.line, column: mark.column - 1) }
      }
      beforeIsStar = scalar == "*" && previous.canPrecedeNode
      mark =
        scalar == "\n"
        ? SourceMark(line: mark.line + 1, column: 1)
        : SourceMark(line: mark.line, column: mark.column + 1)
      previous = scalar
    }
    return nil
  }
}

extension Unicode.Scalar {
  fileprivate var isAnchorCharacter: Bool {
    properties.isAlphabetic || properties.numericType != nil || self == "-" || self == "_"
  }

  fileprivate var canPrecedeNode: Bool {
    properties.isWhitespace || "[{,:".unicodeScalars.contains(self) || self == "\u{FEFF}"
  }
}
