extension FrameCoding {
  /// What stands behind `bind` in frames of a conveyor: `"unsure":[2],"belt":[[12.31,12.344]]`, without
  /// the bracket that ends it.
  static func appendConveyor(of frame: Frame, to bytes: inout [UInt8]) {
    if !frame.unsure.isEmpty {
      bytes.append(contentsOf: #"],"unsure":["#.utf8)
      for (index, place) in frame.unsure.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSONText.append(Int64(place), to: &bytes)
      }
    }
    if frame.belts.isEmpty { return }
    bytes.append(contentsOf: #"],"belt":["#.utf8)
    for (index, belt) in frame.belts.enumerated() {
      bytes.append(contentsOf: (index > 0 ? ",[" : "[").utf8)
      JSONText.append(belt.low, to: &bytes)
      bytes.append(UInt8(ascii: ","))
      JSONText.append(belt.high, to: &bytes)
      bytes.append(UInt8(ascii: "]"))
    }
  }

  /// Reads `"unsure"`: places in ascending order, of which there are `count`.
  static func unsure(
    _ text: inout JSONScanner,
    count: Int
  ) throws(RecordCodingError) -> [Int] {
    guard text.take(#","unsure":["#) else { return [] }
    var places: [Int] = []
    repeat {
      let place = try text.integer()
      guard place > places.last ?? -1, place < count else {
        throw text.error("\"unsure\" names a place that is not there, or not in ascending order")
      }
      places.append(place)
    } while text.take(",")
    try text.expect("]")
    return places
  }

  /// Reads `"belt"`.
  static func belts(_ text: inout JSONScanner) throws(RecordCodingError) -> [BeltReading] {
    guard text.take(#","belt":["#) else { return [] }
    var belts: [BeltReading] = []
    repeat {
      try text.expect("[")
      let low = try metres(&text)
      try text.expect(",")
      let high = try metres(&text)
      try text.expect("]")
      belts.append(BeltReading(low: low, high: high))
    } while text.take(",")
    try text.expect("]")
    return belts
  }

  private static func metres(_ text: inout JSONScanner) throws(RecordCodingError) -> Double {
    guard let number = try text.value()?.number else { throw text.error("metres expected") }
    return number
  }
}
