internal import MarkedYAML
internal import Telemetry

/// Reads one signal of a Modbus device.
struct ModbusSignalReader {
  let fields: FieldReader
  let base: AddressBase
  let order: RegisterOrder
  let limits: ReadLimits

  func signal() -> ModbusSignal? {
    let common = SignalReader(fields: fields)
    let signal = common.signal()
    let place = PlaceReader(fields: fields, base: base, order: order).place()
    let decoding = place.type.map { self.decoding(of: $0, place.order, common) }
    fields.finish()
    guard let signal, let location = place.location, let decoding else { return nil }
    checkCount(location)
    if !fields.log.hasErrors { RangeCheck.check(signal, decoding, at: fields) }
    return ModbusSignal(signal: signal, location: location, decoding: decoding)
  }

  /// A signal is read in one request, so that its registers belong together.
  private func checkCount(_ location: ModbusLocation) {
    let limit = limits.maximumCount(in: location.table)
    guard location.count > limit else { return }
    fields.log.add(
      .outOfBounds,
      at: fields.mark(of: "type"),
      "the signal has \(location.count) registers and max_registers is \(limit); "
        + "a signal is read in one request"
    )
  }

  private func decoding(
    of type: RegisterType,
    _ order: RegisterOrder,
    _ common: SignalReader
  ) -> ModbusSignal.Decoding {
    let isNumber = type.isInteger || type.isFloat
    return ModbusSignal.Decoding(
      type: type,
      order: order,
      scaling: isNumber && !fields.has("values") ? common.scaling() : nil,
      notAvailable: isNumber ? notAvailable(type) : [],
      names: type.isInteger ? names(type) : [:]
    )
  }

  /// Raw codes that mean "no value", as the bits that the type has.
  private func notAvailable(_ type: RegisterType) -> Set<UInt64> {
    let mask = type.bitCount == 64 ? UInt64.max : (1 << UInt64(type.bitCount)) - 1
    let codes = fields.values(ModbusSignalShape.notAvailable) ?? []
    return Set(
      codes.compactMap { code in
        let bits: Int128 = 1 << Int128(type.bitCount)
        let lowest = type.isSigned ? type.integerBounds.lowerBound : 0
        guard (lowest..<bits).contains(code.value) else {
          addUnfit(code, key: "not_available", type)
          return nil
        }
        return UInt64(truncatingIfNeeded: code.value) & mask
      }
    )
  }

  private func names(_ type: RegisterType) -> [Int64: String] {
    var names: [Int64: String] = [:]
    for entry in fields.entries(of: "values") {
      let code = fields.readKey(of: entry, as: .code, in: "values")
      let name = fields.read(entry.value, as: .text, key: entry.key.text)
      guard let code, let name else { continue }
      guard type.integerBounds.contains(code.value), let key = Int64(exactly: code.value) else {
        addUnfit(code, key: "values", type)
        continue
      }
      if let other = names[key] {
        fields.log.add(
          .duplicateKey,
          at: code.mark,
          "code \(key) is named \"\(other)\" and \"\(name.value)\"; remove one"
        )
      }
      names[key] = name.value
    }
    return names
  }

  private func addUnfit(_ code: Marked<Int128>, key: String, _ type: RegisterType) {
    fields.log.add(
      .outOfBounds,
      at: code.mark,
      "\"\(key)\": \(code.value) does not fit into \(type); write a code that the device can send"
    )
  }
}
