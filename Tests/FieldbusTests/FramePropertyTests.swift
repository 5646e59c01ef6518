import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

/// Streams of frames of every framing, with garbage between them, in any pieces.
@Suite("Frames in a stream")
struct FramePropertyTests {
  private static let shapes: [SerialFraming.Shape] = [
    .line(terminator: [13]), .line(terminator: [13, 10]), .fixed(length: 9),
    .enclosed(start: [2], end: [3]), .enclosed(start: [0x10, 2], end: [0x10, 3]),
  ]

  private static let framings: [SerialFraming] = shapes.flatMap { shape in
    [SerialFraming(shape: shape)]
      + SerialChecksum.Kind.allCases.flatMap { kind in
        SerialChecksum.Form.allCases.flatMap { form in
          SerialChecksum.Place.allCases.map { place in
            SerialFraming(
              shape: shape,
              checksum: SerialChecksum(
                kind: kind,
                form: form,
                place: place,
                coverage: place == .afterEnd ? .contentAndEnd : .content
              )
            )
          }
        }
      }
  }

  @Test("Any frames, in any pieces, come out exactly", arguments: framings)
  func exact(framing: SerialFraming) {
    var generator = SeededGenerator(seed: 41)
    for _ in 0..<40 {
      let contents = (0..<8).map { _ in content(framing, &generator) }
      var frames = assembler(framing)
      feed(contents.flatMap(framing.frame), to: &frames, &generator)
      frames.settle()
      #expect(items(&frames) == contents.map { .frame($0) })
    }
  }

  @Test("Garbage between frames spoils none of them", arguments: framings)
  func garbage(framing: SerialFraming) {
    var generator = SeededGenerator(seed: 42)
    for _ in 0..<40 {
      let contents = (0..<8).map { _ in content(framing, &generator) }
      var frames = assembler(framing)
      for content in contents {
        addGarbage(framing, to: &frames, &generator)
        feed(framing.frame(content), to: &frames, &generator)
      }
      frames.settle()
      let good = items(&frames).filter { if case .frame = $0 { true } else { false } }
      #expect(good == contents.map { .frame($0) })
    }
  }

  @Test("Random bytes never crash, and hold no more memory than a frame", arguments: framings)
  func noise(framing: SerialFraming) {
    var generator = SeededGenerator(seed: 43)
    var frames = assembler(framing, startsInFrame: true)
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        [0x10, 2, 3, 13, 10, 0, UInt8.random(in: 0...255, using: &generator)]
          .randomElement(using: &generator) ?? 0
      }
      frames.take(bytes, at: stamp)
      if Int.random(in: 0..<10, using: &generator) == 0 { frames.beginFrame() }
      #expect(frames.partialCount <= 40)
      for case .frame(let content) in items(&frames) where framing.checksum != nil {
        #expect(framing.content(of: framing.frame(content)) == content)
      }
    }
  }

  /// Contents hold no mark, as those of an instrument with marks do not.
  private func content(_ framing: SerialFraming, _ generator: inout SeededGenerator) -> [UInt8] {
    let sum = framing.checksum?.byteCount ?? 0
    if case .fixed(let length) = framing.shape {
      return (0..<(length - sum)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    return (0..<Int.random(in: 1...20, using: &generator)).map { _ in
      UInt8.random(in: 0x20...0x7E, using: &generator)
    }
  }

  /// What disturbs a line as far as its framing can tell it from a frame.
  private func addGarbage(
    _ framing: SerialFraming,
    to frames: inout FrameAssembler,
    _ generator: inout SeededGenerator
  ) {
    switch framing.shape {
    case .fixed:
      feed(random(&generator), to: &frames, &generator)
      frames.beginFrame()
    case .line:
      guard framing.checksum != nil else { return }
      // A damaged line: another would be taken for the beginning of the next.
      var frame = framing.frame(content(framing, &generator))
      frame[0] ^= 0x80
      feed(frame, to: &frames, &generator)
    case .enclosed(let start, let end):
      let cutOff = framing.checksum == nil ? [] : start + content(framing, &generator)
      feed(
        random(&generator).filter { !(start + end).contains($0) } + cutOff,
        to: &frames,
        &generator
      )
    }
  }

  private func random(_ generator: inout SeededGenerator) -> [UInt8] {
    (0..<Int.random(in: 0...8, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
  }

  private func feed(
    _ bytes: [UInt8],
    to frames: inout FrameAssembler,
    _ generator: inout SeededGenerator
  ) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...7, using: &generator)
      frames.take(rest.prefix(count), at: stamp)
      rest = rest.dropFirst(count)
    }
  }

  private func assembler(_ framing: SerialFraming, startsInFrame: Bool = false) -> FrameAssembler {
    FrameAssembler(framing: framing, maximumLength: 30, startsInFrame: startsInFrame)
  }

  private func items(_ frames: inout FrameAssembler) -> [FrameAssembler.Content] {
    var items: [FrameAssembler.Content] = []
    while let item = frames.next() { items.append(item.content) }
    return items
  }

  private var stamp: FrameAssembler.Stamp {
    FrameAssembler.Stamp(wall: Instant(microseconds: 0), uptime: .zero)
  }
}
