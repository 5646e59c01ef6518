internal import Fieldbus
internal import FuzzDriver
internal import Glibc
internal import Profiles
internal import Telemetry

/// Any bytes as what a serial instrument sends, under any framing: a frame that comes out stood in
/// the stream as it is, within its bounds, and is decoded without a stop.
///
/// The first four bytes choose framing, check sum and cuts; the rest is the stream.
@main
enum SerialFuzz {
  static func main() {
    exit(fuzz { read(Array(UnsafeBufferPointer(start: $0, count: $1))) })
  }
}

private let maximumLength = 64
private let stamp = FrameAssembler.Stamp(wall: Instant(microseconds: 0), uptime: .zero)

private func read(_ bytes: [UInt8]) -> CInt {
  guard bytes.count > 4 else { return 0 }
  guard let framing = framing(bytes[0], bytes[1], bytes[2]) else { return 0 }
  let stream = Array(bytes[4...])
  var assembler = FrameAssembler(
    framing: framing,
    maximumLength: maximumLength,
    startsInFrame: bytes[3] & 0x80 != 0
  )
  let decoders = makeDecoders()
  var rest = stream[...]
  while !rest.isEmpty {
    let cut = rest.prefix(1 + Int(bytes[3] & 0x1F))
    assembler.take(cut, at: stamp)
    rest = rest.dropFirst(cut.count)
    if bytes[3] & 0x20 != 0 { assembler.settle() }
    if bytes[3] & 0x40 != 0 { assembler.beginFrame() }
    check(&assembler, framing, stream, decoders)
  }
  assembler.settle()
  check(&assembler, framing, stream, decoders)
  return 0
}

private func check(
  _ assembler: inout FrameAssembler,
  _ framing: SerialFraming,
  _ stream: [UInt8],
  _ decoders: [LineDecoder]
) {
  while let item = assembler.next() {
    guard case .frame(let content) = item.content else { continue }
    if content.count > LineDecoder.maximumLength { broken("a frame is longer than allowed") }
    if framing.checksum?.form != .hex, !stream.holds(framing.frame(content)) {
      broken("a frame came out that never came in")
    }
    for decoder in decoders { _ = decoder.readings(from: content) }
  }
}

private func framing(_ shape: UInt8, _ kind: UInt8, _ form: UInt8) -> SerialFraming? {
  let isEnclosed = shape % 4 == 3
  let checksum: SerialChecksum? =
    kind & 0x80 == 0
    ? nil
    : SerialChecksum(
      kind: pick(SerialChecksum.Kind.allCases, kind),
      form: pick(SerialChecksum.Form.allCases, form),
      place: isEnclosed && form & 0x40 != 0 ? .afterEnd : .beforeEnd,
      coverage: pick(SerialChecksum.Coverage.allCases, form >> 2)
    )
  switch shape % 4 {
  case 0: return SerialFraming(shape: .line(terminator: [13, 10]), checksum: checksum)
  case 1: return SerialFraming(shape: .line(terminator: [3]), checksum: checksum)
  case 2:
    let length = 1 + Int(shape >> 2)
    guard length > checksum?.byteCount ?? 0 else { return nil }
    return SerialFraming(shape: .fixed(length: length), checksum: checksum)
  default: return SerialFraming(shape: .enclosed(start: [2], end: [3]), checksum: checksum)
  }
}

private func pick<Choice>(_ choices: [Choice], _ byte: UInt8) -> Choice {
  choices[Int(byte & 0x3F) % choices.count]
}

private func makeDecoders() -> [LineDecoder] {
  let number = SerialField(signal: Signal(name: "a"), capture: "a", kind: .number)
  let bytes = SerialField(
    signal: Signal(name: "a", range: -1_000...1_000),
    capture: "a",
    kind: .bytes(.float32, .cdab, isHexadecimal: false),
    scaling: Scaling(scale: Scaling.Decimal(mantissa: 25, places: 2), decimals: 1)
  )
  let hexadecimal = SerialField(
    signal: Signal(name: "a"),
    capture: "a",
    kind: .bytes(.int16, .abcd, isHexadecimal: true)
  )
  let patterns = [
    (#"^ *(?<a>[+-]?[0-9]+(\.[0-9]+)?) *[a-zA-Z]*$"#, number), (#"(?s)^.*(?<a>.{4}).*$"#, bytes),
    (#"^(?<a>[0-9a-fA-F]{4})"#, hexadecimal),
  ]
  return patterns.compactMap { pattern, field in
    try? LineDecoder(
      SerialScanGroup(
        name: "g",
        period: .seconds(1),
        request: [],
        timeout: .seconds(1),
        pattern: pattern,
        errorPattern: "^E[0-9]+$",
        fields: [field]
      )
    )
  }
}

extension [UInt8] {
  fileprivate func holds(_ part: [UInt8]) -> Bool {
    guard count >= part.count else { return false }
    return (0...(count - part.count)).contains { self[$0...].starts(with: part) }
  }
}
