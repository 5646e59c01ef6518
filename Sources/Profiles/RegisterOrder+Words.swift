extension RegisterOrder {
  /// The number that the registers carry, most significant word and byte first.
  func bits(of registers: some Collection<UInt16>) -> UInt64 {
    var bits: UInt64 = 0
    if isLowWordFirst {
      var shift: UInt64 = 0
      for register in registers {
        bits |= UInt64(straight(register)) << shift
        shift += 16
      }
    } else {
      for register in registers { bits = bits << 16 | UInt64(straight(register)) }
    }
    return bits
  }

  /// The registers that carry a number: the inverse of ``bits(of:)``.
  func registers(of bits: UInt64, count: Int) -> [UInt16] {
    (0..<count).map { index in
      let word = isLowWordFirst ? index : count - 1 - index
      return straight(UInt16(truncatingIfNeeded: bits >> UInt64(word * 16)))
    }
  }

  /// The bytes of a text, first character first.
  func bytes(of registers: some Collection<UInt16>) -> [UInt8] {
    let words = isLowWordFirst ? Array(registers.reversed()) : Array(registers)
    return words.flatMap { word in
      let register = straight(word)
      return [UInt8(register >> 8), UInt8(truncatingIfNeeded: register)]
    }
  }

  /// The registers of a text: the inverse of ``bytes(of:)``.
  func registers(ofBytes bytes: [UInt8]) -> [UInt16] {
    let words = stride(from: 0, to: bytes.count - 1, by: 2).map {
      straight(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]))
    }
    return isLowWordFirst ? words.reversed() : words
  }

  private func straight(_ register: UInt16) -> UInt16 {
    isLowByteFirst ? register.byteSwapped : register
  }
}
