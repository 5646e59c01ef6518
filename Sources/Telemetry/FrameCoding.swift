/// The bytes of frames.
///
///     {"type":"frame","seq":812,"at":"2026-11-24T21:11:07.123456Z","span":1840,"layout":5,
///      "bind":[9],"v":[183.2,182.9,null,"running"],"q":{"2":"exception_2"}}
///
/// (on one line). `"skipped":59` stands behind `layout` where scans were left out before the frame.
/// `bind` has, for each station, or each place where a station has a conveyor, a binding, an array of
/// several, or null; behind it stand `"unsure":[2]` and `"belt":[[12.31,12.344]]` of a conveyor, and
/// `"crew":[7]` where somebody is signed on. `v` holds the values in the layout's order, null where
/// there is none. `q` is
/// absent when every reading is good, one code when all are bad for the same cause, and otherwise
/// an object from index to code. This is the whole format; it is written and read by hand because
/// it is the hot path of agent and hub.
package enum FrameCoding {
  private static let head = Array(#"{"type":"frame","seq":"#.utf8)

  package static func isFrame(_ bytes: [UInt8]) -> Bool { bytes.starts(with: head) }

  /// The sequence number in a frame's bytes, without reading the rest; nil for other bytes.
  package static func seq(of bytes: [UInt8]) -> Int? {
    guard isFrame(bytes) else { return nil }
    var seq = 0
    for byte in bytes[head.count...].prefix(19) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
        return byte == UInt8(ascii: ",") ? seq : nil
      }
      let (tens, isTooLong) = seq.multipliedReportingOverflow(by: 10)
      if isTooLong { return nil }
      seq = tens + Int(byte - UInt8(ascii: "0"))
    }
    return nil
  }
  /// When a frame was taken, read without the rest of it; nil for another record.
  package static func time(of bytes: [UInt8]) -> Instant? {
    var text = JSONScanner(bytes)
    guard text.take(#"{"type":"frame","seq":"#), (try? text.integer()) != nil,
      text.take(#","at":"#)
    else { return nil }
    return try? text.instant()
  }

  package static func encode(_ frame: Frame, seq: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128 + frame.readings.count * 7)
    encode(frame, seq: seq, to: &bytes)
    return bytes
  }

  /// Appends a frame's bytes to others.
  package static func encode(_ frame: Frame, seq: Int, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: head)
    JSONText.append(Int64(seq), to: &bytes)
    bytes.append(contentsOf: #","at":""#.utf8)
    frame.at.write(to: &bytes)
    bytes.append(contentsOf: #"","span":"#.utf8)
    JSONText.append(Int64(frame.spanMicroseconds), to: &bytes)
    bytes.append(contentsOf: #","layout":"#.utf8)
    JSONText.append(Int64(frame.layout), to: &bytes)
    if frame.skipped > 0 {
      bytes.append(contentsOf: #","skipped":"#.utf8)
      JSONText.append(Int64(frame.skipped), to: &bytes)
    }
    bytes.append(contentsOf: #","bind":["#.utf8)
    appendBindings(of: frame, to: &bytes)
    appendConveyor(of: frame, to: &bytes)
    if !frame.crews.isEmpty {
      bytes.append(contentsOf: #"],"crew":["#.utf8)
      for (index, crew) in frame.crews.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(crew, to: &bytes)
      }
    }
    bytes.append(contentsOf: #"],"v":["#.utf8)
    JSONText.append(valuesOf: frame.readings, to: &bytes)
    bytes.append(UInt8(ascii: "]"))
    appendQualities(of: frame, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  private static func appendBindings(of frame: Frame, to bytes: inout [UInt8]) {
    for (index, binding) in frame.bindings.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      switch binding {
      case .nothing: append(nil, to: &bytes)
      case .one(let binding): append(binding, to: &bytes)
      case .several(let bindings):
        for (position, binding) in bindings.enumerated() {
          bytes.append(UInt8(ascii: position == 0 ? "[" : ","))
          append(binding, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
      }
    }
  }

  private static func append(_ seq: Int?, to bytes: inout [UInt8]) {
    guard let seq else {
      bytes.append(contentsOf: "null".utf8)
      return
    }
    JSONText.append(Int64(seq), to: &bytes)
  }

  private static func appendQualities(of frame: Frame, to bytes: inout [UInt8]) {
    var bad: [(index: Int, cause: Cause)] = []
    for (index, reading) in frame.readings.enumerated() {
      if case .bad(let cause) = reading.quality { bad.append((index, cause)) }
    }
    guard let first = bad.first?.cause else { return }
    bytes.append(contentsOf: #","q":"#.utf8)
    if bad.count == frame.readings.count, bad.allSatisfy({ $0.cause == first }) {
      JSONText.append(first.code, to: &bytes)
      return
    }
    for (position, (index, cause)) in bad.enumerated() {
      bytes.append(contentsOf: (position == 0 ? #"{""# : #",""#).utf8)
      JSONText.append(Int64(index), to: &bytes)
      bytes.append(contentsOf: #"":"#.utf8)
      JSONText.append(cause.code, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  static func decode(_ bytes: [UInt8]) throws(RecordCodingError) -> Record {
    var text = JSONScanner(bytes)
    try text.expect(#"{"type":"frame","seq":"#)
    let seq = try text.integer()
    try text.expect(#","at":"#)
    let at = try text.instant()
    try text.expect(#","span":"#)
    let span = try text.integer()
    try text.expect(#","layout":"#)
    let layout = try text.integer()
    let skipped = try Self.skipped(&text)
    try text.expect(#","bind":["#)
    let bindings = try Self.bindings(&text)
    let unsure = try Self.unsure(&text, count: bindings.count)
    let belts = try Self.belts(&text)
    let crews = try text.take(#","crew":["#) ? Self.sequenceNumbers(&text) : []
    try text.expect(#","v":["#)
    let values = try Self.values(&text)
    let causes = try Self.causes(&text, count: values.count)
    try text.expect("}")
    try text.expectEnd()
    var readings: [Reading] = []
    readings.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      readings.append(try Self.reading(value, causes.of(index), at: index, in: text))
    }
    let frame = Frame(
      at: at,
      spanMicroseconds: span,
      layout: layout,
      bindings: bindings,
      unsure: unsure,
      belts: belts,
      crews: crews,
      readings: readings,
      skipped: skipped
    )
    return Record(seq: seq, at: at, content: .frame(frame))
  }

  private static func reading(
    _ value: Value?,
    _ cause: Cause?,
    at index: Int,
    in text: JSONScanner
  ) throws(RecordCodingError) -> Reading {
    if let cause { return Reading(cause, evidence: value) }
    guard let value else { throw text.error("reading \(index) has neither value nor cause") }
    return Reading(value)
  }

  private static func skipped(_ text: inout JSONScanner) throws(RecordCodingError) -> Int {
    guard text.take(#","skipped":"#) else { return 0 }
    let count = try text.integer()
    guard count > 0 else { throw text.error("\"skipped\" is not above 0") }
    return count
  }

  private static func bindings(_ text: inout JSONScanner) throws(RecordCodingError) -> [Bound] {
    var bindings: [Bound] = []
    if text.take("]") { return bindings }
    repeat {
      if text.take("null") {
        bindings.append(.nothing)
      } else if text.take("[") {
        let numbers = try sequenceNumbers(&text)
        let several = numbers.compactMap(\.self)
        let isAscending = zip(several, several.dropFirst()).allSatisfy(<)
        guard several.count == numbers.count, several.count > 1, isAscending else {
          throw text.error("several bindings are not in ascending order, or are not several")
        }
        bindings.append(.several(several))
      } else {
        bindings.append(.one(try text.integer()))
      }
    } while text.take(",")
    try text.expect("]")
    return bindings
  }

  private static func sequenceNumbers(
    _ text: inout JSONScanner
  ) throws(RecordCodingError) -> [Int?] {
    var numbers: [Int?] = []
    if text.take("]") { return numbers }
    repeat {
      numbers.append(text.take("null") ? nil : try text.integer())
    } while text.take(",")
    try text.expect("]")
    return numbers
  }

  private static func values(_ text: inout JSONScanner) throws(RecordCodingError) -> [Value?] {
    var values: [Value?] = []
    if text.take("]") { return values }
    repeat { values.append(try text.value()) } while text.take(",")
    try text.expect("]")
    return values
  }

  /// Which readings are bad, and why.
  private enum Causes {
    case none
    case all(Cause)
    case some([Int: Cause])

    func of(_ index: Int) -> Cause? {
      switch self {
      case .none: nil
      case .all(let cause): cause
      case .some(let causes): causes[index]
      }
    }
  }

  private static func causes(
    _ text: inout JSONScanner,
    count: Int
  ) throws(RecordCodingError) -> Causes {
    guard text.take(#","q":"#) else { return .none }
    guard text.take("{") else { return .all(try cause(&text)) }
    var causes: [Int: Cause] = [:]
    repeat {
      guard let index = Int(try text.string()), (0..<count).contains(index) else {
        throw text.error("\"q\" names a reading that is not there")
      }
      try text.expect(":")
      causes[index] = try cause(&text)
    } while text.take(",")
    try text.expect("}")
    return .some(causes)
  }

  private static func cause(_ text: inout JSONScanner) throws(RecordCodingError) -> Cause {
    let code = try text.string()
    guard let cause = Cause(code: code) else { throw text.error("no cause is called \(code)") }
    return cause
  }
}
