package import Telemetry

/// Why a value cannot be written to a signal: what is wrong, and what would be right.
package struct WriteObjection: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// A value as it is written.
package struct WritableValue: Sendable, Hashable {
  /// What the signal reads as, once it is written.
  package let value: Value

  /// The signal's registers; a coil is 0 or 1.
  package let words: [UInt16]
}

extension ModbusSignal {
  /// The most registers of one request (MODBUS Application Protocol V1.1b3, 6.12).
  private static let maximumRegisters = 123

  /// Why this signal can never be written, as the end of "it …"; nil when it can.
  package var objectionToWriting: String? {
    switch (location.table, decoding.type) {
    case (.input, _):
      "lies in the input registers, which Modbus cannot write; where the device has the same value "
        + "in a holding register, name that signal"
    case (.discrete, _):
      "lies in the discrete inputs, which Modbus cannot write; where the device has the same value "
        + "in a coil, name that signal"
    case (.holding, .bit), (.holding, .bits):
      "is a part of a register, and writing it would write the other bits too, as they were some "
        + "time ago; where the device has it as a coil, name that signal"
    case (.holding, .string(let count)) where count > Self.maximumRegisters:
      "has \(count) registers, and one request writes \(Self.maximumRegisters) at most"
    default: nil
    }
  }

  /// Why these are no bounds for what is written, as the end of "it …"; nil when they are.
  package func objection(toRange range: ClosedRange<Double>) -> String? {
    guard isNumber else { return "is no number, and only numbers have a range" }
    let possible = decoding.bounds
    guard possible.lowerBound <= range.lowerBound, range.upperBound <= possible.upperBound else {
      return "holds \(possible.lowerBound) to \(possible.upperBound) (\(decoding.type) with its "
        + "scale), and not all of \(range.lowerBound) to \(range.upperBound)"
    }
    guard let plausible = signal.range else { return nil }
    guard plausible.lowerBound <= range.lowerBound, range.upperBound <= plausible.upperBound else {
      return "has the plausible range \(plausible.lowerBound) to \(plausible.upperBound) in its "
        + "profile, and not all of \(range.lowerBound) to \(range.upperBound)"
    }
    return nil
  }

  /// What is written so that the signal reads as a value.
  ///
  /// A float gets the nearest one that it can hold. Any other number must be one that the registers
  /// can hold: nothing is rounded.
  ///
  /// - Parameters:
  ///   - value: What is wanted; a text is also taken for a number, or for `on` and `off`.
  ///   - range: What is permitted; nil leaves that to the profile's plausible range.
  /// - Returns: The value and its registers.
  /// - Throws: ``WriteObjection``.
  package func writable(
    _ value: Value,
    within range: ClosedRange<Double>?
  ) throws(WriteObjection) -> WritableValue {
    let wanted = try understood(value)
    if location.table == .coil {
      guard case .flag(let flag) = wanted else { throw WriteObjection("write on or off") }
      return WritableValue(value: wanted, words: [flag ? 1 : 0])
    }
    guard let registers = decoding.registers(for: wanted) else {
      throw WriteObjection("\(wanted) does not fit into \(decoding.type)" + span)
    }
    let reading = decoding.reading(from: registers, range: signal.range)
    guard let value = reading.value, reading.quality.isGood else {
      throw misfit(wanted, reading.quality)
    }
    if isNumber, !decoding.type.isFloat, value.number != wanted.number {
      throw WriteObjection(
        "\(wanted) lies between two steps of the device; the nearest is \(value)"
      )
    }
    if let range, !range.holds(value) {
      throw WriteObjection(
        "\(value) is not permitted; write \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return WritableValue(value: value, words: registers)
  }

  private func misfit(_ wanted: Value, _ quality: Quality) -> WriteObjection {
    if quality == .bad(.outOfRange), let range = signal.range {
      return WriteObjection(
        "\(wanted) is outside the profile's plausible range; write \(range.lowerBound) to "
          + "\(range.upperBound)"
      )
    }
    return WriteObjection("\(wanted) is what the device says when it has no value")
  }

  // MARK: What is meant

  private var isFlag: Bool { location.table.holdsBits || decoding.type == .bool }

  private var isText: Bool { if case .string = decoding.type { true } else { false } }

  private var isNumber: Bool { !isFlag && !isText && decoding.names.isEmpty }

  private var span: String {
    guard isNumber else { return "" }
    return
      ", which holds \(decoding.bounds.lowerBound) to \(decoding.bounds.upperBound) with its scale"
  }

  private func understood(_ value: Value) throws(WriteObjection) -> Value {
    if isFlag { return try flag(value) }
    if isText { return try text(value) }
    return decoding.names.isEmpty ? try number(value) : try name(value)
  }

  private func flag(_ value: Value) throws(WriteObjection) -> Value {
    switch value {
    case .flag, .integer(0), .integer(1): return .flag(value == .flag(true) || value == .integer(1))
    case .text("on"), .text("true"), .text("1"): return .flag(true)
    case .text("off"), .text("false"), .text("0"): return .flag(false)
    default: throw WriteObjection("\(value) is neither on nor off; write one of the two")
    }
  }

  private func text(_ value: Value) throws(WriteObjection) -> Value {
    if case .text = value { return value }
    throw WriteObjection("\(value) is no text; put it in quotes")
  }

  private func name(_ value: Value) throws(WriteObjection) -> Value {
    if case .text(let name) = value, decoding.names.values.contains(name) { return value }
    let names = decoding.names.sorted { $0.key < $1.key }.map(\.value)
    throw WriteObjection("there is no \"\(value)\"; write one of " + names.joined(separator: ", "))
  }

  private func number(_ value: Value) throws(WriteObjection) -> Value {
    if value.number != nil { return value }
    guard case .text(let text) = value, let number = Self.number(of: text) else {
      throw WriteObjection("\(value) is no number; write one, with a point before the decimals")
    }
    return number
  }

  /// A number as people write it: digits, at most one point, perhaps a sign.
  private static func number(of text: String) -> Value? {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard digits.first?.isASCII == true, digits.last != ".",
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
    else { return nil }
    if let integer = Int64(text) { return .integer(integer) }
    if let unsigned = UInt64(text) { return .unsigned(unsigned) }
    return Double(text).map(Value.real)
  }
}
