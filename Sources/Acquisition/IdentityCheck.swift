internal import Fieldbus
internal import Profiles
internal import Telemetry

/// What a device must answer before it is read, as its profile states it.
package struct IdentityCheck: Sendable {
  enum Expectation: Sendable {
    case modbus(ModbusIdentification, unit: UnitID)
    case serial(SerialIdentification, SerialRequest)
  }

  let profile: String
  let expectation: Expectation

  /// One thing to find out.
  enum Question: Sendable, Hashable {
    /// Objects by function 43/14, from one on; `replies` were asked for before.
    case objects(IdentificationCategory, from: UInt8, replies: Int)
    /// An object that was not among those.
    case object(DeviceObject)
    case serverID
    /// One of the expected registers.
    case register(Int)
    /// What an instrument answers to its one request.
    case answer
  }

  /// What an answer means.
  enum Judgement: Sendable, Hashable {
    /// It fits, as far as it goes; the next question, or none.
    case next(Question?)
    /// What the device is instead, as the end of a sentence.
    case wrong(String)
    /// It is no answer to this.
    case malformed(String)
  }

  /// The first question, or none when nothing is stated.
  var first: Question? {
    switch expectation {
    case .serial: return .answer
    case .modbus(let stated, _):
      guard !stated.objects.isEmpty else { return afterObjects }
      let category: IdentificationCategory = stated.objects[.model] == nil ? .basic : .regular
      return .objects(category, from: 0, replies: 0)
    }
  }

  func request(for question: Question) -> BusRequest? {
    switch (expectation, question) {
    case (.serial(_, let request), .answer): return .serial(request)
    case (.modbus(_, let unit), .objects(let category, let object, _)):
      return .modbus(ModbusRequest(unit: unit, .identification(category, object: object)))
    case (.modbus(_, let unit), .object(let object)):
      let operation = ModbusOperation.identification(.individual, object: object.rawValue)
      return .modbus(ModbusRequest(unit: unit, operation))
    case (.modbus(_, let unit), .serverID): return .modbus(ModbusRequest(unit: unit, .serverID))
    case (.modbus(let stated, let unit), .register(let index)):
      let place = stated.registers[index].location
      return ModbusRequest(
        unit: unit,
        table: place.table,
        address: place.address,
        count: place.count
      )
      .map(BusRequest.modbus)
    default: return nil
    }
  }

  /// Judges an answer.
  ///
  /// - Parameters:
  ///   - reply: What the bus replied.
  ///   - question: What was asked.
  ///   - known: Objects that came before; those that come now are added.
  /// - Returns: What the answer means.
  func judge(
    _ reply: BusReply,
    to question: Question,
    known: inout [UInt8: [UInt8]]
  ) -> Judgement {
    switch (expectation, question, reply) {
    case (
      .modbus(let stated, _), .objects(let category, _, let replies),
      .identification(let new, let next)
    ):
      known.merge(new) { $1 }
      return judge(known, next: next, category, replies: replies + 1, stated)
    case (.modbus(let stated, _), .object, .identification(let new, _)):
      known.merge(new) { $1 }
      return judgeWhole(known, stated)
    case (.modbus(let stated, _), .serverID, .serverID(let data)):
      let text = ServerID.text(of: data)
      guard let pattern = stated.serverID, !pattern.matches(text) else {
        return .next(self.question(after: .serverID))
      }
      return .wrong("its server id is \(text.inQuotes) instead of \(pattern.description.inQuotes)")
    case (.modbus(let stated, _), .register(let index), _):
      return judge(reply, stated.registers[index]) ?? .next(self.question(after: question))
    case (.serial(let stated, _), .answer, .line(let line)):
      return judge(line, stated)
    default: return .malformed("the answer is of another kind")
    }
  }

  /// What a refusal means.
  func judgeRefusal(of question: Question, code: UInt8) -> String {
    let what =
      switch question {
      case .objects: "its device identification (function 43)"
      case .object(let object): "its \(object)"
      case .serverID: "its server id (function 17)"
      case .register(let index): "its \(placeName(index))"
      case .answer: "the request"
      }
    return "it refuses \(what) with exception \(code)"
  }

  // MARK: Modbus

  private func judge(
    _ objects: [UInt8: [UInt8]],
    next: UInt8?,
    _ category: IdentificationCategory,
    replies: Int,
    _ stated: ModbusIdentification
  ) -> Judgement {
    if let wrong = misfit(objects, stated) { return .wrong(wrong) }
    guard let next, missing(objects, stated) != nil else { return judgeWhole(objects, stated) }
    guard replies < Identity.maximumReplies else {
      return .malformed("its device identification goes on after \(replies) answers")
    }
    return .next(.objects(category, from: next, replies: replies))
  }

  /// Judges objects of which no more follow: what is missing is asked for by itself, once.
  private func judgeWhole(
    _ objects: [UInt8: [UInt8]],
    _ stated: ModbusIdentification
  ) -> Judgement {
    if let wrong = misfit(objects, stated) { return .wrong(wrong) }
    return .next(missing(objects, stated).map(Question.object) ?? afterObjects)
  }

  private func missing(
    _ objects: [UInt8: [UInt8]],
    _ stated: ModbusIdentification
  ) -> DeviceObject? {
    DeviceObject.allCases.first { stated.objects[$0] != nil && objects[$0.rawValue] == nil }
  }

  private func misfit(_ objects: [UInt8: [UInt8]], _ stated: ModbusIdentification) -> String? {
    for object in DeviceObject.allCases {
      guard let pattern = stated.objects[object], let bytes = objects[object.rawValue] else {
        continue
      }
      let text = LinePattern.text(of: bytes)
      if !pattern.matches(text) {
        return "its \(object) is \(text.inQuotes) instead of \(pattern.description.inQuotes)"
      }
    }
    return nil
  }

  private var afterObjects: Question? {
    guard case .modbus(let stated, _) = expectation else { return nil }
    return stated.serverID == nil ? question(after: .serverID) : .serverID
  }

  private func question(after question: Question) -> Question? {
    guard case .modbus(let stated, _) = expectation else { return nil }
    let next = if case .register(let index) = question { index + 1 } else { 0 }
    return next < stated.registers.count ? .register(next) : nil
  }

  /// What is wrong with a register; nil when nothing is.
  private func judge(_ reply: BusReply, _ expected: ExpectedRegister) -> Judgement? {
    let reading: Reading
    switch reply {
    case .bits(let bits) where bits.count == 1:
      reading = expected.decoding.reading(from: bits[0])
    case .registers(let registers) where registers.count == expected.location.count:
      reading = expected.decoding.reading(from: registers, range: nil)
    default: return .malformed("the answer is of another kind")
    }
    if let value = reading.value, reading.quality.isGood, expected.expectation.isMet(by: value) {
      return nil
    }
    let found = reading.value.map(\.description) ?? "no value"
    return .wrong("its \(expected.placeName) holds \(found) instead of \(expected.expectation)")
  }

  private func placeName(_ index: Int) -> String {
    guard case .modbus(let stated, _) = expectation else { return "" }
    return stated.registers[index].placeName
  }

  // MARK: Serial

  private func judge(_ line: [UInt8], _ stated: SerialIdentification) -> Judgement {
    let text = LinePattern.text(of: line)
    guard let pattern = try? LinePattern.compile(stated.answer),
      (try? pattern.wholeMatch(in: text)) != nil
    else { return .wrong("it answers \(text.inQuotes), which does not fit \(stated.answer)") }
    return .next(nil)
  }
}

extension ExpectedRegister {
  fileprivate var placeName: String { "\(location.table.rawValue) \(location.address)" }
}

extension ExpectedRegister.Expectation: CustomStringConvertible {
  fileprivate func isMet(by value: Value) -> Bool {
    switch (self, value) {
    case (.text(let patterns), .text(let text)): patterns.contains { $0.matches(text) }
    case (.numbers(let numbers), .flag(let flag)): numbers.contains(flag ? 1 : 0)
    case (.numbers(let numbers), _): value.number.map(numbers.contains) ?? false
    case (.text, _): false
    }
  }

  package var description: String {
    switch self {
    case .text(let patterns): patterns.map(\.description.inQuotes).joined(separator: " or ")
    case .numbers(let numbers):
      numbers.sorted().map { Int64(exactly: $0)?.description ?? $0.description }
        .joined(separator: " or ")
    }
  }
}

extension String {
  /// In quotes, with escapes for what cannot be printed, and not without end.
  fileprivate var inQuotes: String {
    count > 80 ? String(prefix(80)).debugDescription + "…" : debugDescription
  }
}
