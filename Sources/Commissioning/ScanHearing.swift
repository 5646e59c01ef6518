package import Telemetry

/// What was heard at one setting without anything being sent.
package struct ScanHearing: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    /// Frames with a good CRC: another program asks on this line, or a device sends by itself.
    case modbus(ModbusTraffic)
    case text(HeardText)
    /// So many bytes that make no sense at this setting.
    case noise(Int)
    case silence
  }

  package let line: SerialLine
  package let content: Content

  /// What bytes, heard one after the other, amount to.
  init(_ bytes: [UInt8], on line: SerialLine) {
    if bytes.isEmpty {
      content = .silence
    } else if let traffic = ModbusTraffic(bytes) {
      content = .modbus(traffic)
    } else if let text = HeardText(bytes, on: line) {
      content = .text(text)
      self.line = text.line
      return
    } else {
      content = .noise(bytes.count)
    }
    self.line = line
  }

  /// Traffic that was seen while this program asked.
  init(_ traffic: ModbusTraffic, on line: SerialLine) {
    self.line = line
    content = .modbus(traffic)
  }

  /// Whether it says who speaks.
  var isUnderstood: Bool {
    switch content {
    case .modbus, .text: true
    case .noise, .silence: false
    }
  }

  /// Whether more would not say more: some lines show what an instrument sends, while on a bus
  /// another unit may follow.
  var isEnough: Bool {
    if case .text(let text) = content { text.lines.count >= 5 } else { false }
  }
}

/// What others say to each other on a line.
package struct ModbusTraffic: Sendable, Hashable {
  package let requests: Int
  package let replies: Int

  /// Units that were asked, and units that answered.
  package let asked: Set<UInt8>
  package let answering: Set<UInt8>

  /// - Returns: nil when there are no frames, or one alone in noise, which may be chance.
  init?(_ bytes: [UInt8]) {
    let frames = ScanFrames.frames(in: bytes)
    let covered = frames.reduce(0) { $0 + $1.bytes.count }
    guard frames.count > 1 || (frames.count == 1 && covered == bytes.count) else { return nil }
    self.init(frames)
  }

  /// What frames amount to that were seen while this program asked.
  init(_ frames: [HeardFrame]) {
    let questions = frames.filter { $0.kind == .request }
    requests = questions.count
    replies = frames.count - questions.count
    asked = Set(questions.map(\.unit))
    answering = Set(frames.filter { $0.kind != .request }.map(\.unit))
  }
}
