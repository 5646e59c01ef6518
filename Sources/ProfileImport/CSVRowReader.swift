internal import Telemetry

/// Reads one row of a table of signals.
struct CSVRowReader {
  let fields: SourceFields
  let isKepware: Bool

  /// A decimal comma can stand where the separator is no comma.
  let allowsComma: Bool

  private func text(_ key: CSVKey) -> String? { fields.text(key.rawValue) }

  /// - Returns: nil where the row cannot be carried over; the notes say why.
  func signal(names: inout SignalNames) -> ImportedSignal? {
    guard let name = text(.name) else { return leftOut("it has no name") }
    guard isReadable() else { return leftOut("it can only be written; Lotline only reads") }
    guard let place = place() else { return nil }
    guard let type = type(place) else { return nil }
    guard place.address + type.registerCount <= 65_536 else {
      return leftOut("it ends after the last register, 65535")
    }
    let scaling = CSVScaling(row: self)
    guard let line = scaling.line(type) else { return nil }
    let named = names.name(for: name)
    let title = text(.title)
    let comment = text(.comment)
    var signal = ImportedSignal(
      name: named.name,
      title: title ?? named.title ?? comment,
      comment: title == nil && named.title == nil ? nil : comment,
      table: place.table,
      address: place.address,
      notation: place.notation,
      type: type
    )
    signal.order = order(place, type)
    signal.scale = line.scale
    signal.offset = line.offset
    signal.decimals = scaling.decimals(type)
    signal.range = range(type)
    signal.unit = text(.unit).flatMap {
      ImportedUnits.code(for: $0, of: fields.noun, line: fields.line, into: fields.notes)
    }
    noteRespect()
    return signal
  }

  func leftOut(_ reason: String) -> ImportedSignal? {
    fields.notes.add(.notCarriedOver, fields.noun, "it was left out: \(reason)", line: fields.line)
    return nil
  }

  private func isReadable() -> Bool {
    guard let access = text(.access)?.uppercased() else { return true }
    switch access {
    case "RO", "R", "READ ONLY", "READ": return true
    case "WO", "W", "WRITE ONLY", "WRITE": return false
    default:
      drop(.access, "Lotline only reads")
      return true
    }
  }

  /// Notes what has no place in a profile.
  func drop(_ key: CSVKey, _ reason: String) { fields.drop(key.rawValue, reason) { $0.isEmpty } }

  /// A number, with a decimal comma where that can be.
  func decimal(_ key: CSVKey) -> ExactDecimal? {
    guard let text = text(key) else { return nil }
    if let number = ExactDecimal(text, comma: allowsComma) { return number }
    drop(key, "it is not a number with at most 15 digits after the point")
    return nil
  }

  private func integer(_ key: CSVKey) -> Int? { fields.integer(key.rawValue) }

  func isOn(_ key: CSVKey) -> Bool { text(key) != nil && fields.truth(key.rawValue) == true }

  /// Notes the cells that mean nothing for the row.
  func finish() {
    // Kepware fills in cells that it does not use.
    guard !isKepware else { return }
    for entry in fields.entries where entry.value.text?.isEmpty == true {
      _ = fields.node(entry.key)
    }
    fields.finish("it means nothing for a signal like this")
  }

  private func noteRespect() {
    guard isOn(.respectType) || text(.respectType) == nil else {
      return drop(.respectType, "a value always has the type that its signal states")
    }
  }

  // MARK: Where

  private func place() -> CSVAddress? {
    let word = text(.table)
    let table = word.flatMap(Self.table)
    if let word, table == nil {
      _ = leftOut("its table \(word.debugDescription) is none of coil, discrete, holding, input")
      return nil
    }
    let baseWord = text(.base)
    let base =
      baseWord.flatMap(CSVAddress.Base.init(rawValue:)) ?? (table == nil ? .modicon : .zero)
    guard let address = text(.address) else {
      _ = leftOut("it has no address")
      return nil
    }
    do throws(CSVAddressError) {
      return try CSVAddress(address, table: table, base: base)
    } catch {
      _ = leftOut("its address \(address.debugDescription): \(error.reason)")
      return nil
    }
  }

  private static func table(_ word: String) -> ModbusTable? {
    let plain = word.lowercased().filter { $0.isLetter || $0.isNumber }
    switch plain {
    case "coil", "coils", "fc1", "fc01", "1", "0x": return .coil
    case "discrete", "discreteinput", "discreteinputs", "discretesinput", "fc2", "fc02", "2", "1x":
      return .discrete
    case "holding", "holdingregister", "holdingregisters", "fc3", "fc03", "3", "4x", "hr":
      return .holding
    case "input", "inputregister", "inputregisters", "fc4", "fc04", "4", "3x", "ir": return .input
    default: return nil
    }
  }

  // MARK: What

  private func type(_ place: CSVAddress) -> ImportedType? {
    let word = text(.type) ?? ""
    let bit = integer(.bit) ?? place.bit
    guard let meaning = CSVTypes.meaning(of: word) else {
      _ = leftOut("its type \(word.debugDescription) is none that a profile has")
      return nil
    }
    if place.table.holdsBits {
      if meaning != .bool, meaning != .byAddress {
        drop(.type, "a coil or discrete input is one bit, and so it is written")
      }
      return .bool
    }
    if let bit {
      if meaning != .bool, meaning != .byAddress {
        drop(.type, "the address names one bit of the register, and so it is written")
      }
      guard (0...15).contains(bit) else {
        _ = leftOut("its bit \(bit) is not one of 0 to 15")
        return nil
      }
      return .bit(bit)
    }
    switch meaning {
    case .bool: return .bool
    case .number(let number): return .number(number)
    case .byAddress:
      return place.text.map { .string($0.length) } ?? .number("uint16")
    case .string: return string(place)
    }
  }

  private func string(_ place: CSVAddress) -> ImportedType? {
    guard let length = integer(.length) ?? place.text?.length, (1...250).contains(length) else {
      _ = leftOut("a text has a length of 1 to 250 bytes; write it as 400010.20H, or map length")
      return nil
    }
    return .string(length)
  }

  private func order(_ place: CSVAddress, _ type: ImportedType) -> ImportedOrder? {
    if case .string = type, let text = place.text {
      return text.isLowFirst ? .bytesSwapped : .bigEndian
    }
    if let word = text(.order) {
      if let order = ImportedOrder(word: word) {
        return place.table.holdsBits ? nil : order
      }
      drop(.order, "it is none of ABCD, CDAB, BADC, DCBA; ABCD is taken for it")
    }
    // The settings of a Kepware device hold for all of its tags of more than one register.
    return isKepware && type.registerCount > 1 ? .lowWordFirst : .bigEndian
  }

  private func range(_ type: ImportedType) -> ClosedRange<ExactDecimal>? {
    let low = decimal(.low)
    let high = decimal(.high)
    guard low != nil || high != nil else { return nil }
    if type.isNumber, let low, let high, low < high { return low...high }
    let reason =
      type.isNumber ? "a range has a low end below a high one" : "only numbers have a range"
    drop(.low, reason)
    drop(.high, reason)
    return nil
  }

  /// The period of the row's group; milliseconds where no unit is written, as with Kepware.
  func period() -> String? {
    guard let text = text(.period) else { return nil }
    let duration = Int64(text).map { Duration.milliseconds($0) } ?? Duration(telegraf: text)
    if let period = duration?.profileText { return period }
    drop(.period, "a period is 10ms to 24h, and a plain number is milliseconds; 1s is written")
    return nil
  }
}
