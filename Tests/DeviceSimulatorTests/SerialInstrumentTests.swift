import Acquisition
import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import DeviceSimulator

@Suite("Serial instrument")
struct SerialInstrumentTests {
  @Test("Whatever an instrument of a made-up profile sends reads back good", arguments: 0..<200)
  func madeUp(seed: UInt64) throws {
    var maker = MadeUpProfile(seed: seed)
    let access = maker.access()
    let profile = TestProfiles.profile("made-up", kind: .other, .serial(access))
    let instrument = try SerialInstrument(profile: profile, access: access, seed: seed)
    #expect(instrument.groups.count == access.groups.count)
    for time in [0, 3.7, 61, 905, 86_400] as [Double] {
      for (group, source) in zip(instrument.groups, access.groups) {
        let frame = instrument.line(of: group, at: .seconds(time))
        let content = try #require(self.content(of: frame, access.framing), "\(frame)")
        let readings = GoodWhen.judge(
          try LineDecoder(source).readings(from: content),
          of: source.fields.map(\.signal)
        )
        for (field, reading) in zip(source.fields, readings) {
          #expect(reading.quality == .good, "\(field) \(source.pattern) \(content)")
        }
      }
    }
  }

  @Test("An instrument is asked what it is, and read over a port, whatever its framing")
  func identified() async throws {
    let checksum = SerialChecksum(
      kind: .crc16CCITT,
      form: .binary,
      place: .afterEnd,
      coverage: .frame
    )
    let framing = SerialFraming(shape: .enclosed(start: [2], end: [3]), checksum: checksum)
    let access = SerialAccess(
      framing: framing,
      identification: SerialIdentification(
        request: framing.frame(Array("*IDN?".utf8)),
        answer: #"^ACME,TM\d+,v[0-9.]+$"#
      ),
      groups: [
        SerialScanGroup(
          name: "all",
          period: .seconds(1),
          request: framing.frame(Array("READ".utf8)),
          timeout: .seconds(10),
          pattern: #"(?<state>[A-Z]{2}) (?<torque>[+-]\d+\.\d\d)"#,
          fields: [
            TestProfiles.field("state", capture: "state", kind: .text),
            SerialField(
              signal: Signal(
                name: "torque",
                range: 1...9,
                goodWhen: GoodWhen(signal: 0, condition: .text(["OK", "RUNNING"]))
              ),
              capture: "torque",
              kind: .number
            ),
          ]
        )
      ]
    )
    let profile = TestProfiles.profile("tm", kind: .torqueMeter, .serial(access))
    let folder = try TemporaryFolder()
    let link = folder.path("meter")
    let options = SimulationOptions(
      devices: [.init(profile: profile)],
      carrier: .serial(link: link)
    )
    try await serving(options, time: SystemTime()) { _ in
      let scans = Locked<[Scan]>([])
      let time = SystemTime()
      let line = SerialLine(port: link, baud: 9_600, parity: .none)
      let poller = BusPoller(
        bus: makeBus(.serial(line), timeout: .seconds(1), firstTransaction: 0, time: time),
        groups: try ScanGroup.groups(of: profile, device: DeviceID(checked: "t"), unit: nil),
        time: time
      ) { observation in
        if case .scan(let scan) = observation { scans.with { $0.append(scan) } }
      }
      var state = poller.start()
      await poller.pollOnce(&state)
      let scan = try #require(scans.value.first)
      #expect(scan.readings.first == Reading(.text("OK")), "\(scan)")
      #expect(scan.readings.last?.quality == .good)
    }
  }

  @Test("A pattern that cannot fill the length of a frame is refused in words")
  func length() throws {
    let group = TestProfiles.group(
      request: "?",
      pattern: #"V=(?<v>\d\.\d)"#,
      [TestProfiles.field("v", capture: "v", range: 1...9)]
    )
    let access = SerialAccess(framing: SerialFraming(shape: .fixed(length: 12)), groups: [group])
    let profile = TestProfiles.profile("x", kind: .other, .serial(access))
    let error = #expect(throws: SimulationError.self) {
      try SerialInstrument(profile: profile, access: access, seed: 1)
    }
    #expect("\(error ?? .noProfile)".contains("no text of 12 bytes"))
  }

  @Test("Blanks that a pattern allows fill a frame of fixed length")
  func padding() throws {
    let group = TestProfiles.group(
      request: "?",
      pattern: #"V=(?<v>\d\.\d) *;"#,
      [TestProfiles.field("v", capture: "v", range: 1...9)]
    )
    let access = SerialAccess(framing: SerialFraming(shape: .fixed(length: 12)), groups: [group])
    let profile = TestProfiles.profile("x", kind: .other, .serial(access))
    let instrument = try SerialInstrument(profile: profile, access: access, seed: 1)
    let frame = instrument.line(of: instrument.groups[0], at: .zero)
    let text = String(decoding: frame, as: UTF8.self)
    #expect(text.wholeMatch(of: /V=\d\.\d {6};/) != nil, "\(text)")
  }

  @Test("A status that names others' conditions says what all of them want")
  func status() {
    func rule(_ mask: UInt64, _ codes: Set<UInt64>) -> Signal {
      Signal(
        name: "s\(mask)",
        goodWhen: GoodWhen(signal: 0, condition: .code(mask: mask, equals: codes))
      )
    }
    let choice = StatusChoice(groups: [
      [Signal(name: "first")],
      [Signal(name: "status"), rule(0x0F, [3, 5]), rule(0x06, [4]), rule(0x30, [0x10])],
    ])
    guard case .number(let code)? = choice.behaviour(of: 1, shape: .number) else {
      Issue.record("no code")
      return
    }
    // 3 would leave nothing for the second rule.
    #expect(code(0) == 0x15)
    #expect(choice.behaviour(of: 0, shape: .number) == nil)
  }

  private func content(of frame: [UInt8], _ framing: SerialFraming) -> [UInt8]? {
    var frames = FrameAssembler(framing: framing, maximumLength: 512, startsInFrame: false)
    frames.take(frame, at: FrameAssembler.Stamp(wall: Instant(microseconds: 0), uptime: .zero))
    guard case .frame(let content)? = frames.next()?.content else { return nil }
    return content
  }
}

/// Profiles of instruments that nobody builds, each as its seed has it.
private struct MadeUpProfile {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func access() -> SerialAccess {
    let kind = Int.random(in: 0..<4, using: &generator)
    let isFixed = kind == 0
    var pattern = ""
    var length = 0
    var fields: [SerialField] = []
    for index in 0..<Int.random(in: 1...4, using: &generator) {
      let (field, source, width) = field(index, isFixed: isFixed)
      pattern += "\(index == 0 ? "A" : ";")(?<\(field.capture)>\(source))"
      length += 1 + width
      fields.append(field)
    }
    // A status whose group wants a point is no whole number, and vouches for nothing.
    if !pattern.hasPrefix("A(?<f0>[ +-]*\\d+\\.") { fields = withStatus(fields) }
    if isFixed, Bool.random(using: &generator) {
      pattern += " *"
      length += Int.random(in: 0...5, using: &generator)
    }
    let checksum = checksum(isEnclosed: kind == 3)
    let shape: SerialFraming.Shape =
      switch kind {
      case 0: .fixed(length: length + (checksum?.byteCount ?? 0))
      case 1: .line(terminator: [13, 10])
      case 2: .line(terminator: [13])
      default: .enclosed(start: [2], end: [3])
      }
    let group = SerialScanGroup(
      name: "g",
      period: .seconds(1),
      request: [63, 13],
      timeout: .seconds(1),
      pattern: "^" + pattern + "$",
      fields: fields
    )
    return SerialAccess(framing: SerialFraming(shape: shape, checksum: checksum), groups: [group])
  }

  /// A field, the expression of its group, and the bytes that it has in a frame of fixed length.
  private mutating func field(
    _ index: Int,
    isFixed: Bool
  ) -> (SerialField, source: String, width: Int) {
    let name = "f\(index)"
    let low = Double(Int.random(in: -20...50, using: &generator))
    let signal = Signal(name: name, range: low...(low + 40))
    switch Int.random(in: 0..<(isFixed ? 4 : 3), using: &generator) {
    case 0:
      let places = Int.random(in: 0...3, using: &generator)
      let point = places == 0 ? "" : "\\.\\d{\(places)}"
      let source = "[ +-]*\\d+\(point)"
      return (SerialField(signal: signal, capture: name, kind: .number), source, 9)
    case 1:
      let text = Signal(name: name)
      return (SerialField(signal: text, capture: name, kind: .text), "[A-Z0-9 -]{9,14}", 11)
    case 2:
      let (kind, width) = bytes(isHexadecimal: true)
      let digits = Bool.random(using: &generator) ? "[0-9A-F]" : "[0-9a-f]"
      let field = SerialField(
        signal: signal,
        capture: name,
        kind: kind,
        scaling: scaling(),
        notAvailable: ["FF", "FFFF"]
      )
      return (field, "\(digits){\(width * 2)}", width * 2)
    default:
      let (kind, width) = bytes(isHexadecimal: false)
      let field = SerialField(signal: signal, capture: name, kind: kind, scaling: scaling())
      return (field, "[\\x00-\\xFF]{\(width)}", width)
    }
  }

  /// Signed numbers of every width, in any order.
  private mutating func bytes(isHexadecimal: Bool) -> (SerialField.Kind, Int) {
    let types = SerialField.ByteType.allCases.filter { !$0.rawValue.hasPrefix("u") }
    let type = types.randomElement(using: &generator) ?? .int16
    let order = RegisterOrder.allCases.randomElement(using: &generator) ?? .abcd
    return (.bytes(type, order, isHexadecimal: isHexadecimal), type.byteCount)
  }

  private mutating func scaling() -> Scaling? {
    Bool.random(using: &generator)
      ? Scaling(scale: Scaling.Decimal(mantissa: 2, places: 0)) : nil
  }

  /// The first field becomes a status of the others, when it is a number as text.
  private func withStatus(_ fields: [SerialField]) -> [SerialField] {
    guard let status = fields.first, status.kind == .number else { return fields }
    let rule = GoodWhen(signal: 0, condition: .code(mask: 0x0F, equals: [9]))
    return fields.enumerated().map { index, field in
      SerialField(
        signal: Signal(
          name: field.signal.name,
          range: index == 0 ? nil : field.signal.range,
          goodWhen: index == 0 ? nil : rule
        ),
        capture: field.capture,
        kind: field.kind,
        scaling: field.scaling,
        notAvailable: field.notAvailable
      )
    }
  }

  private mutating func checksum(isEnclosed: Bool) -> SerialChecksum? {
    guard Bool.random(using: &generator) else { return nil }
    return SerialChecksum(
      kind: SerialChecksum.Kind.allCases.randomElement(using: &generator) ?? .xor8,
      form: SerialChecksum.Form.allCases.randomElement(using: &generator) ?? .hex,
      place: isEnclosed && Bool.random(using: &generator) ? .afterEnd : .beforeEnd,
      coverage: SerialChecksum.Coverage.allCases.randomElement(using: &generator) ?? .content
    )
  }
}
