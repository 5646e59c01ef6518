/// What EdgeX makes of a register's number: mask, shift, scale, offset.
struct EdgeXArithmetic {
  let type: ImportedType
  let scale: ExactDecimal?
  let offset: ExactDecimal?

  /// - Returns: nil where mask and shift are more than one run of bits.
  init?(type: ImportedType, properties: SourceFields) {
    let maskText = properties.text("mask") ?? "0"
    let mask = Self.code(maskText) ?? 0
    if Self.code(maskText) == nil {
      properties.drop("mask", "it is not a whole number, decimal or as 0x0F")
    }
    let shift = properties.integer("shift") ?? 0
    let stated = properties.decimal("scale").flatMap { $0 == .zero || $0 == .one ? nil : $0 }
    let statedOffset = properties.decimal("offset").flatMap { $0 == .zero ? nil : $0 }
    offset = type.isNumber ? statedOffset : nil
    guard type.isNumber else {
      for key in ["mask", "shift", "scale", "offset"] {
        properties.drop(key, "only numbers are calculated with") { ["0", "1", "1.0"].contains($0) }
      }
      self.type = type
      scale = nil
      return
    }
    Self.noteFractions(properties, scale: stated, offset: offset)
    guard mask != 0 || shift != 0 else {
      self.type = type
      scale = stated
      return
    }
    guard let run = BitRun(type: type, mask: mask, shift: shift),
      let factor = ExactDecimal.product(stated ?? .one, 1 << run.factorBits)
    else { return nil }
    self.type = run.isWhole ? type : .bits(run.low, run.high)
    scale = factor == .one ? nil : factor
  }

  private static func code(_ text: String) -> UInt64? {
    text.lowercased().hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }

  private static func noteFractions(
    _ properties: SourceFields,
    scale: ExactDecimal?,
    offset: ExactDecimal?
  ) {
    let valueType = properties.entries.first { $0.key == "valueType" }?.value.text ?? ""
    guard valueType.lowercased().contains("int"), (scale?.places ?? 0) + (offset?.places ?? 0) > 0
    else { return }
    properties.notes.add(
      .check,
      "scale and offset of \(properties.noun)",
      "its valueType has no fraction with EdgeX; here the value keeps its fraction",
      line: properties.line(of: scale == nil ? "offset" : "scale")
    )
  }
}

/// The bits of a register that are left after mask and shift.
private struct BitRun {
  let low: Int
  let high: Int

  /// What the bits are multiplied with, as a power of two.
  let factorBits: Int
  let isWhole: Bool

  /// - Returns: nil for other than one run of bits, or a type of more than one register.
  init?(type: ImportedType, mask: UInt64, shift: Int) {
    guard type == .number("uint16") || type == .number("int16"), (-15...15).contains(shift) else {
      return nil
    }
    let all: UInt64 = 0xFFFF
    let kept = mask == 0 ? all : mask & all
    guard kept != 0 else { return nil }
    // EdgeX shifts right by a positive number, which pushes the lowest bits out.
    low = max(kept.trailingZeroBitCount, shift)
    high = 63 - kept.leadingZeroBitCount
    let isOneRun = kept.nonzeroBitCount == high - kept.trailingZeroBitCount + 1
    guard isOneRun, low <= high, high - shift < 16 else { return nil }
    factorBits = low - shift
    isWhole = low == 0 && high == 15
    // The sign is the highest bit; without it a number is not negative.
    if type == .number("int16"), high == 15, !isWhole { return nil }
  }
}

extension ExactDecimal {
  /// The product; nil where it has too many digits.
  static func product(_ number: ExactDecimal, _ factor: Int64) -> ExactDecimal? {
    let (digits, overflow) = number.digits.multipliedReportingOverflow(by: factor)
    return overflow ? nil : ExactDecimal(digits: digits, places: number.places)
  }
}
