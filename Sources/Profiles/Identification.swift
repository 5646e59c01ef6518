package import Telemetry

/// What a Modbus device must answer for its profile to be the right one.
///
/// All that is stated must fit.
package struct ModbusIdentification: Sendable, Hashable {
  /// Texts of objects by function 43/14, each with the pattern that it must match
  /// (MODBUS Application Protocol V1.1b3, 6.21).
  package let objects: [DeviceObject: GlobPattern]

  /// What the answer to function 17 must match as a text (6.13).
  package let serverID: GlobPattern?
  package let registers: [ExpectedRegister]

  package init(
    objects: [DeviceObject: GlobPattern] = [:],
    serverID: GlobPattern? = nil,
    registers: [ExpectedRegister] = []
  ) {
    self.objects = objects
    self.serverID = serverID
    self.registers = registers
  }
}

/// Objects of the basic and regular device identification (6.21, table of object ids).
package enum DeviceObject: UInt8, Sendable, Hashable, CaseIterable {
  case vendor = 0
  case product = 1
  case revision = 2
  case model = 5
}

/// A place in the device's tables that holds a known value.
package struct ExpectedRegister: Sendable, Hashable {
  package enum Expectation: Sendable, Hashable {
    case numbers(Set<Double>)
    case text([GlobPattern])

    /// A value that fits.
    package var example: Value {
      switch self {
      case .numbers(let numbers):
        let number = numbers.min() ?? 0
        return Int64(exactly: number).map(Value.integer) ?? .real(number)
      case .text(let patterns): return .text(patterns.first?.example ?? "")
      }
    }
  }

  package let location: ModbusLocation
  package let decoding: ModbusSignal.Decoding
  package let expectation: Expectation

  package init(
    location: ModbusLocation,
    decoding: ModbusSignal.Decoding,
    expectation: Expectation
  ) {
    self.location = location
    self.decoding = decoding
    self.expectation = expectation
  }
}

/// What a serial instrument must answer for its profile to be the right one.
package struct SerialIdentification: Sendable, Hashable {
  /// The question's text, framed as all requests are.
  package let request: [UInt8]

  /// A regular expression for the whole answer.
  package let answer: String

  package init(request: [UInt8], answer: String) {
    self.request = request
    self.answer = answer
  }
}

/// A pattern for short texts: `*` stands for any characters, `?` for one; case matters.
package struct GlobPattern: Sendable, Hashable, CustomStringConvertible {
  package let description: String
  private let scalars: [Unicode.Scalar]

  package init(_ text: String) {
    description = text
    scalars = Array(text.unicodeScalars)
  }

  /// A text that fits.
  package var example: String {
    String(description.filter { $0 != "*" }.map { $0 == "?" ? "0" : $0 })
  }

  /// Whether the whole text fits; blanks and NULs at its end do not count.
  package func matches(_ text: String) -> Bool {
    var content = Array(text.unicodeScalars)
    while content.last == " " || content.last == "\0" { content.removeLast() }
    return matches(content)
  }

  /// Backtracks to the last star only, so that the time is bounded by the product of both lengths.
  private func matches(_ text: [Unicode.Scalar]) -> Bool {
    var (place, position) = (0, 0)
    var star: (place: Int, position: Int)?
    while position < text.count {
      if place < scalars.count, scalars[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < scalars.count, scalars[place] == "?" || scalars[place] == text[position] {
        place += 1
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        (place, position) = (last.place + 1, last.position + 1)
      } else {
        return false
      }
    }
    return scalars[place...].allSatisfy { $0 == "*" }
  }
}
