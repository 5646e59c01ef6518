/// The words that tables have for types.
enum CSVTypes {
  /// What a word stands for.
  enum Meaning: Sendable, Hashable {
    case bool
    case number(String)
    case string
    /// By the address: a register's bit, a coil, or else a number.
    case byAddress
  }

  /// nil for a word that is not known.
  static func meaning(of word: String) -> Meaning? {
    let plain = word.lowercased().filter { $0.isLetter || $0.isNumber }
    switch plain {
    case "", "default": return .byAddress
    case "bool", "boolean", "bit", "discrete": return .bool
    case "string", "text", "ascii": return .string
    default: return numbers[plain].map { .number($0) }
    }
  }

  private static let numbers: [String: String] = [
    "short": "int16", "int16": "int16", "int": "int16", "i16": "int16", "s16": "int16",
    "word": "uint16", "uint16": "uint16", "uint": "uint16", "u16": "uint16", "ushort": "uint16",
    "long": "int32", "int32": "int32", "dint": "int32", "i32": "int32", "s32": "int32",
    "dword": "uint32", "uint32": "uint32", "udint": "uint32", "u32": "uint32", "ulong": "uint32",
    "llong": "int64", "int64": "int64", "lint": "int64", "i64": "int64",
    "qword": "uint64", "uint64": "uint64", "ulint": "uint64", "u64": "uint64",
    "float": "float32", "float32": "float32", "real": "float32", "single": "float32",
    "f32": "float32", "float16": "float16", "half": "float16", "f16": "float16",
    "double": "float64", "float64": "float64", "lreal": "float64", "f64": "float64",
    "bcd": "bcd16", "bcd16": "bcd16", "lbcd": "bcd32", "bcd32": "bcd32", "bcd64": "bcd64",
  ]
}
