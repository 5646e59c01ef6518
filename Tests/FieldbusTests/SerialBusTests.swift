import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("Serial bus", .serialized)
struct SerialBusTests {
  @Test("A question is answered by one line, in one piece or in many", arguments: ["ok", "pieces"])
  func asked(fault: String) async throws {
    let instrument = try await Instrument([fault])
    let bus = instrument.bus()
    let outcomes = await bus.exchange((1...3).map { read($0) })
    #expect(outcomes.map(\.line) == ["VALUE 1", "VALUE 2", "VALUE 3"])
    #expect(outcomes.allSatisfy { $0.elapsed > .zero })
  }

  @Test("Silence fails the question, and the rest of the batch is not asked")
  func silence() async throws {
    let instrument = try await Instrument(["silent", "ok"])
    let bus = instrument.bus()
    let outcomes = await bus.exchange([read(1, .milliseconds(300)), read(2)])
    #expect(outcomes.map { $0.failure?.cause } == [.timeout, .timeout])
    #expect(outcomes[1].failure?.detail.hasPrefix("not asked, because") == true)
    #expect(await bus.exchange([read(3)]).map(\.line) == ["VALUE 3"])
  }

  @Test("A late answer is never taken for the answer to another question")
  func late() async throws {
    let instrument = try await Instrument(["late:0.9", "ok", "late:0.7", "late:0.8", "ok"])
    let bus = instrument.bus()
    var failures = 0
    for number in 1...8 {
      let outcome = await bus.exchange([read(number, .milliseconds(500))])[0]
      if let line = outcome.line { #expect(line == "VALUE \(number)") } else { failures += 1 }
    }
    #expect(failures > 0)
  }

  @Test("Too long a line is no answer, and the next question is answered")
  func tooLong() async throws {
    let instrument = try await Instrument(["long", "ok"])
    let bus = instrument.bus()
    let failure = await bus.exchange([read(1, .seconds(2))])[0].failure
    #expect(failure?.cause == .malformedReply)
    #expect(failure?.detail.contains("more than 512 bytes") == true)
    #expect(await bus.exchange([read(2)]).map(\.line) == ["VALUE 2"])
  }

  @Test("An answer without its line end is silence")
  func cut() async throws {
    let instrument = try await Instrument(["cut"])
    let failure = await instrument.bus().exchange([read(1, .milliseconds(300))])[0].failure
    #expect(failure?.cause == .timeout)
    #expect(failure?.detail.contains("7 bytes and no line end") == true)
  }

  @Test("What an instrument sends by itself is given out line by line, but for a first half")
  func listener() async throws {
    let instrument = try await Instrument(["silent"])
    let bus = instrument.bus()
    #expect(await bus.exchange([listen(.milliseconds(50))])[0].failure?.cause == .stale)
    try await instrument.send("34.5\r\n1.0\r\n2.0\r\n3")
    #expect(await bus.exchange([listen(), listen()]).map(\.line) == ["1.0", "2.0"])
    try await instrument.send(".0\r\n4.0\r\n")
    #expect(await bus.exchange([listen(), listen()]).map(\.line) == ["3.0", "4.0"])
    let stale = await bus.exchange([listen(.milliseconds(50)), listen(.milliseconds(50))])
    #expect(stale.map { $0.failure?.cause } == [.stale, .stale])
  }

  @Test("After a long silence the first bytes begin a line")
  func firstLine() async throws {
    let instrument = try await Instrument(["silent"])
    let bus = instrument.bus()
    #expect(await bus.exchange([listen(.milliseconds(1_100))])[0].failure?.cause == .stale)
    try await instrument.send("12.5 Nm\r\n")
    #expect(await bus.exchange([listen()]).map(\.line) == ["12.5 Nm"])
  }

  @Test("A listener survives a line that is too long")
  func listenerTooLong() async throws {
    let instrument = try await Instrument(["silent"])
    let bus = instrument.bus()
    #expect(await bus.exchange([listen(.milliseconds(50))])[0].failure?.cause == .stale)
    try await instrument.send("\r\n" + String(repeating: "9", count: 700) + "\r\nok\r\n")
    let outcomes = await bus.exchange([listen(), listen()])
    #expect(outcomes[0].failure?.cause == .malformedReply)
    #expect(outcomes[1].line == "ok")
  }

  private static let enclosed = SerialFraming(
    shape: .enclosed(start: [2], end: [3]),
    checksum: SerialChecksum(kind: .xor8, form: .binary, place: .beforeEnd, coverage: .content)
  )
  private static let fixed = SerialFraming(
    shape: .fixed(length: 4),
    checksum: SerialChecksum(kind: .sum8, form: .binary, place: .beforeEnd, coverage: .content)
  )

  @Test(
    "An answer is found by its framing, whatever stands before it",
    arguments: [
      (enclosed, "FF02410241430203", [0x41, 0x43]),
      (enclosed, "0241420303", [0x41, 0x42]),
      (fixed, "0A0D0219", [0x0A, 0x0D, 0x02]),
    ] as [(SerialFraming, String, [UInt8])]
  )
  func framed(framing: SerialFraming, answer: String, content: [UInt8]) async throws {
    let instrument = try await Instrument(["hex:\(answer)"])
    let outcome = await instrument.bus().exchange([read(1, framing: framing)])[0]
    #expect(outcome.result == .success(.line(content)))
  }

  @Test(
    "A wrong check sum is reported at once, with the right one and what would make it right",
    arguments: [
      (enclosed, "0241428303", "is 83 and should be 03: it would be right as kind: sum8"),
      (enclosed, "0241427703", "is 77 and should be 03: is the line noisy"),
      (enclosed, "0203", "2 bytes are too few"),
      (fixed, "0A0D0216", "is 16 and should be 19: is the line noisy"),
    ]
  )
  func checksum(framing: SerialFraming, answer: String, detail: String) async throws {
    let instrument = try await Instrument(["hex:\(answer)", "ok"])
    let bus = instrument.bus()
    let outcome = await bus.exchange([read(1, .seconds(30), framing: framing)])[0]
    #expect(outcome.failure?.cause == .checksum)
    #expect(outcome.failure?.detail.contains(detail) == true, "\(outcome)")
    #expect(await bus.exchange([read(2)]).map(\.line) == ["VALUE 2"])
    #expect(outcome.elapsed < .seconds(20))
  }

  @Test(
    "An answer of another framing is silence that says what came",
    arguments: [
      (enclosed, "414243", "3 bytes and no start mark"),
      (enclosed, "0241", "2 bytes and no end mark"),
      (fixed, "0A0D", "2 of 4 bytes"),
    ]
  )
  func otherFraming(framing: SerialFraming, answer: String, detail: String) async throws {
    let instrument = try await Instrument(["hex:\(answer)"])
    let failure = await instrument.bus()
      .exchange([read(1, .milliseconds(300), framing: framing)])[0].failure
    #expect(failure?.cause == .timeout)
    #expect(failure?.detail.contains(detail) == true, "\(failure?.detail ?? "")")
  }

  @Test("Enclosed frames are heard through garbage and in any pieces")
  func heardEnclosed() async throws {
    let instrument = try await Instrument(["silent"])
    let bus = instrument.bus()
    let request = listen(framing: Self.enclosed)
    let first = await bus.exchange([listen(.milliseconds(50), framing: Self.enclosed)])[0]
    #expect(first.failure?.cause == .stale)
    var generator = SeededGenerator(seed: 8)
    for round in UInt8(0)..<20 {
      let content = [0x20 + round, 0x41, UInt8.random(in: 0x20...0x7E, using: &generator)]
      let noise = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
        UInt8.random(in: 4...255, using: &generator)
      }
      let bytes = noise + Self.enclosed.frame(content)
      let cut = Int.random(in: 1..<bytes.count, using: &generator)
      try await instrument.send(bytes[..<cut])
      try await instrument.send(bytes[cut...])
      #expect(await bus.exchange([request])[0].result == .success(.line(content)))
    }
  }

  @Test("Frames of fixed length are heard after a silence, and after a damaged one")
  func heardFixed() async throws {
    let instrument = try await Instrument(["silent"])
    let bus = instrument.bus()
    func hear(_ timeout: Duration = .seconds(5)) async -> BusOutcome {
      await bus.exchange([listen(timeout, framing: Self.fixed)])[0]
    }
    #expect(await hear(.milliseconds(100)).failure?.cause == .stale)
    try await instrument.send([1, 2, 3, 6, 1, 2, 4, 7])
    #expect(await hear().result == .success(.line([1, 2, 3])))
    #expect(await hear().result == .success(.line([1, 2, 4])))
    try await instrument.send([1, 2, 3, 5])
    #expect(await hear().failure?.cause == .checksum)
    try await instrument.send([9])
    #expect(
      await hear(.milliseconds(200)).failure?.detail.contains("1 bytes that are none") == true
    )
    try await instrument.send([1, 2, 5, 8])
    #expect(await hear().result == .success(.line([1, 2, 5])))
  }

  @Test("A pulled adapter is no connection, at once")
  func unplugged() async throws {
    let instrument = try await Instrument(["ok"])
    let bus = instrument.bus()
    #expect(await bus.exchange([read(1)]).map(\.line) == ["VALUE 1"])
    instrument.pair.unplug()
    let outcomes = await bus.exchange([read(2), read(3)])
    #expect(outcomes.map { $0.failure?.cause } == [.noConnection, .noConnection])
    let again = await bus.exchange([read(4)])
    #expect(again[0].failure?.detail.hasPrefix("there is no serial port") == true)
  }

  @Test("A port that another program uses is refused, and one that is none is named")
  func locked() async throws {
    let instrument = try await Instrument(["ok"])
    let (first, second) = (instrument.bus(), instrument.bus())
    #expect(await first.exchange([read(1)]).map(\.line) == ["VALUE 1"])
    let failure = await second.exchange([read(2)])[0].failure
    #expect(failure?.detail.contains("is used by another bus of this program") == true)
    let none = SerialBus(on: SerialLine(port: "/dev/null"), time: SystemTime())
    #expect(await none.exchange([read(1)])[0].failure?.detail == "/dev/null is no serial port")
  }

  @Test("The machine's ports are listed in order, by device file")
  func enumeration() {
    let paths = SerialPortDescription.all().map(\.path)
    #expect(paths == paths.sorted())
    #expect(paths.allSatisfy { $0.hasPrefix("/dev/") })
  }

  private static let lines = SerialFraming(shape: .line(terminator: [13, 10]))

  private func read(
    _ number: Int,
    _ timeout: Duration = .seconds(5),
    framing: SerialFraming = lines
  ) -> BusRequest {
    .serial(
      SerialRequest(
        send: Array("READ \(number)\r".utf8),
        framing: framing,
        timeout: timeout
      )
    )
  }

  private func listen(
    _ timeout: Duration = .seconds(5),
    framing: SerialFraming = lines
  ) -> BusRequest {
    .serial(SerialRequest(send: [], framing: framing, timeout: timeout))
  }
}

/// An instrument on the right of a pair of ports.
private final class Instrument: Sendable {
  let pair: PtyPair
  private let process: PeerProcess

  init(_ faults: [String]) async throws {
    pair = try await PtyPair()
    process = try PeerProcess(script: "serial_instrument.py", [pair.right] + faults)
    _ = try await process.line { $0 == "ready" }
  }

  func bus() -> SerialBus {
    SerialBus(on: SerialLine(port: pair.left, baud: 9_600, parity: .none), time: SystemTime())
  }

  /// Sends text that nobody asked for.
  func send(_ text: String) async throws { try await send(Array(text.utf8)[...]) }

  /// Sends bytes that nobody asked for.
  func send(_ bytes: ArraySlice<UInt8>) async throws {
    let digits = bytes.map { byte in
      let hex = String(byte, radix: 16)
      return hex.count == 1 ? "0" + hex : hex
    }
    try process.send(digits.joined())
    _ = try await process.line { $0.hasPrefix("sent") }
  }
}
