/// Turns the names of sources into names of signals: lower case words with dots, each name once.
struct SignalNames {
  /// No name is longer.
  static let maximumLength = 64

  private var taken: Set<String> = []

  /// The number to try next, so that thousands of one name take no longer than of many.
  private var numbers: [String: Int] = [:]

  /// The name, and the original as a title where it differs.
  mutating func name(for original: String) -> (name: String, title: String?) {
    let base = Self.plain(original)
    var name = base
    var number = numbers[base] ?? 2
    while !taken.insert(name).inserted {
      let suffix = "_\(number)"
      name = Self.shortened(base, to: Self.maximumLength - suffix.count) + suffix
      number += 1
    }
    numbers[base] = number
    return (name, name == original ? nil : original)
  }

  /// `RoomTemperature` is `room.temperature`, `Zone 1/PV` is `zone.n1.pv`, `motor1_run` stays.
  static func plain(_ original: String) -> String {
    // A word of a name begins with a letter.
    let named = words(of: original).map { $0.first?.isNumber == true ? "n" + $0 : $0 }
    let text = named.joined(separator: ".")
    return text.isEmpty ? "signal" : shortened(text)
  }

  /// The words of a name, in lower case letters, digits and underscores.
  fileprivate static func words(of original: String) -> [String] {
    var words: [String] = []
    var word = ""
    var previous: Character = "."
    let characters = Array(original)
    for (index, character) in characters.enumerated() {
      let next = index + 1 < characters.count ? characters[index + 1] : "."
      let letters = latin(character)
      if letters.isEmpty || begins(character, after: previous, before: next) {
        words.append(word)
        word = ""
      }
      word += letters
      previous = character
    }
    words.append(word)
    return words.map(trimmed).filter { !$0.isEmpty }
  }

  /// Whether a word begins here: an upper case letter after a lower case one or a digit, or the
  /// last upper case letter of several.
  private static func begins(
    _ character: Character,
    after previous: Character,
    before next: Character
  ) -> Bool {
    guard character.isUppercase, previous.isLetter || previous.isNumber else { return false }
    return !previous.isUppercase || next.isLowercase
  }

  /// The character in the letters of names; empty for what divides words.
  private static func latin(_ character: Character) -> String {
    if let letters = spellings[character.lowercased()] { return letters }
    let isPlain = character.isASCII && (character.isLetter || character.isNumber)
    return isPlain || character == "_" ? character.lowercased() : ""
  }

  private static let spellings: [String: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "a", "æ": "ae", "ø": "o", "á": "a",
    "à": "a", "â": "a", "ã": "a", "ç": "c", "č": "c", "é": "e", "è": "e", "ê": "e", "ë": "e",
    "ě": "e", "í": "i", "ì": "i", "î": "i", "ï": "i", "ñ": "n", "ó": "o", "ò": "o", "ô": "o",
    "õ": "o", "ř": "r", "š": "s", "ú": "u", "ù": "u", "û": "u", "ů": "u", "ý": "y", "ž": "z",
    "ł": "l", "ś": "s", "ź": "z", "ż": "z", "ą": "a", "ę": "e", "ć": "c", "ń": "n",
    "µ": "u", "μ": "u", "°": "deg", "%": "percent",
  ]

  private static func trimmed(_ word: String) -> String {
    var word = word[...]
    while word.first == "_" { word.removeFirst() }
    while word.last == "_" { word.removeLast() }
    return String(word)
  }

  fileprivate static func shortened(_ text: String, to length: Int = maximumLength) -> String {
    var text = text.prefix(length)
    while text.last.map({ "._-".contains($0) }) == true { text.removeLast() }
    return String(text)
  }
}

/// Names of profiles: lower case words with hyphens.
enum ProfileNames {
  /// Name and title of a profile, by the source's name, which can be empty.
  typealias Naming = (String) -> (name: String, title: String)

  static func plain(_ original: String) -> String {
    let text = SignalNames.words(of: original).joined(separator: "-")
    return text.isEmpty ? "imported" : SignalNames.shortened(text.replacing("_", with: "-"))
  }
}
