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
    #expect(failure?.detail.hasPrefix("another program uses the port") == true)
    let none = SerialBus(on: SerialLine(port: "/dev/null"), time: SystemTime())
    #expect(await none.exchange([read(1)])[0].failure?.detail == "/dev/null is no serial port")
  }

  @Test("The machine's ports are listed in order, by device file")
  func enumeration() {
    let paths = SerialPortDescription.all().map(\.path)
    #expect(paths == paths.sorted())
    #expect(paths.allSatisfy { $0.hasPrefix("/dev/") })
  }

  private func read(_ number: Int, _ timeout: Duration = .seconds(5)) -> BusRequest {
    .serial(
      SerialRequest(
        send: Array("READ \(number)\r".utf8),
        framing: SerialFraming(shape: .line(terminator: [13, 10])),
        timeout: timeout
      )
    )
  }

  private func listen(_ timeout: Duration = .seconds(5)) -> BusRequest {
    .serial(
      SerialRequest(
        send: [],
        framing: SerialFraming(shape: .line(terminator: [13, 10])),
        timeout: timeout
      )
    )
  }
}

/// An instrument on the right of a pair of ports.
private final class Instrument: Sendable {
  let pair: PtyPair
  private let process: PeerProcess

  init(_ faults: [String]) async throws {
    pair = try await PtyPair()
    process = try peer("serial_instrument.py", [pair.right] + faults)
    _ = try await process.line { $0 == "ready" }
  }

  func bus() -> SerialBus {
    SerialBus(on: SerialLine(port: pair.left, baud: 9_600, parity: .none), time: SystemTime())
  }

  /// Sends text that nobody asked for.
  func send(_ text: String) async throws {
    let digits = text.utf8.map { byte in
      let hex = String(byte, radix: 16)
      return hex.count == 1 ? "0" + hex : hex
    }
    try process.send(digits.joined())
    _ = try await process.line { $0.hasPrefix("sent") }
  }
}
