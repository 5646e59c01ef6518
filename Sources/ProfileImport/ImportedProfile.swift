internal import Telemetry

/// What a source says about a device, in our words but in no file's form.
struct ImportedProfile: Sendable, Hashable {
  var name: String
  var title: String

  /// Where it comes from, for the comment at the head of the file.
  var origin: [String] = []

  /// How the addresses of the signals count.
  var isModicon = false
  var order = ImportedOrder.bigEndian

  /// Why the order is what it is, where the source does not state it.
  var orderComment: String?
  var maxRegisters: Int?
  var maxBits: Int?
  var maxGap: Int?
  var pause: String?
  var groups: [ImportedGroup] = []

  var signalCount: Int { groups.reduce(0) { $0 + $1.signals.count } }

  /// Takes the order with which the fewest signals need one of their own.
  mutating func chooseOrder() {
    let signals = groups.flatMap(\.signals)
    let exceptions = ImportedOrder.allCases.map { order in
      (order: order, count: signals.count { $0.orderDiffers(from: order) })
    }
    // The first of several is the most usual one.
    let fewest = exceptions.reduce(exceptions[0]) { $1.count < $0.count ? $1 : $0 }
    order = fewest.order
  }
}

/// Signals that are read together.
struct ImportedGroup: Sendable, Hashable {
  var name: String
  var period: String
  var periodComment: String?

  /// Where it differs from the device's.
  var maxGap: Int?
  var signals: [ImportedSignal]
}

/// One signal, as far as the source knows it.
struct ImportedSignal: Sendable, Hashable {
  var name: String
  var title: String?

  /// The source's description, for a comment.
  var comment: String?
  var table: ModbusTable

  /// On the wire, from 0.
  var address: Int

  /// The address as the source writes it, where that is the notation of the profile.
  var notation: String?
  var type: ImportedType

  /// Where it differs from the device's.
  var order: ImportedOrder?
  var scale: ExactDecimal?
  var offset: ExactDecimal?
  var decimals: Int?
  var unit: String?
  var range: ClosedRange<ExactDecimal>?
  var values: [ImportedCode] = []

  /// Whether the signal reads otherwise with a device's order: words have none in one register,
  /// bits have none at all, and a text has one in any number of registers.
  func orderDiffers(from other: ImportedOrder) -> Bool {
    guard let order, !table.holdsBits else { return false }
    return type.registerCount > 1 ? order != other : order.withinWords != other.withinWords
  }
}

/// One code of an enumeration and its name.
struct ImportedCode: Sendable, Hashable {
  let code: Int
  let name: String
}

/// The types of a profile that sources know.
enum ImportedType: Sendable, Hashable {
  case bool
  case bit(Int)
  case bits(Int, Int)
  case number(String)
  /// So many bytes.
  case string(Int)

  /// Registers that a signal of the type has.
  var registerCount: Int {
    switch self {
    case .bool, .bit, .bits: 1
    case .number(let word): word.hasSuffix("64") ? 4 : word.hasSuffix("32") ? 2 : 1
    case .string(let bytes): (bytes + 1) / 2
    }
  }

  /// Whether the type is a number, which can be scaled.
  var isNumber: Bool {
    switch self {
    case .bits, .number: true
    case .bool, .bit, .string: false
    }
  }

  /// Whether the type is a whole number, whose codes can have names.
  var isInteger: Bool {
    switch self {
    case .bits: true
    case .number(let word): word.contains("int")
    case .bool, .bit, .string: false
    }
  }
}

/// The order of the bytes of a number; A is the most significant.
enum ImportedOrder: String, Sendable, Hashable, CaseIterable {
  case bigEndian = "ABCD"
  case lowWordFirst = "CDAB"
  case bytesSwapped = "BADC"
  case littleEndian = "DCBA"

  /// The order by any of the words that Telegraf has for it; also for 16 and 64 bits.
  init?(word: String) {
    switch word.uppercased() {
    case "AB", "ABCD", "ABCDEFGH", "MSW-BE", "MSW": self = .bigEndian
    case "BA", "DCBA", "HGFEDCBA", "LSW-LE", "LSW": self = .littleEndian
    case "BADC", "BADCFEHG", "MSW-LE": self = .bytesSwapped
    case "CDAB", "GHEFCDAB", "LSW-BE": self = .lowWordFirst
    default: return nil
    }
  }

  /// The order for what knows no order of words, such as a text.
  var withinWords: Self {
    switch self {
    case .bigEndian, .lowWordFirst: .bigEndian
    case .bytesSwapped, .littleEndian: .bytesSwapped
    }
  }
}
