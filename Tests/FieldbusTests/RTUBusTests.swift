import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

/// One at a time, because lines and devices share the machine's time.
@Suite("RTU bus", .serialized)
struct RTUBusTests {
  /// Long enough that only a missing reply meets it.
  private static let patience: Duration = .seconds(3)

  @Test("Requests are answered, and the port keeps its line for later ones")
  func good() async throws {
    let line = try await FaultyLine(["ok"])
    let bus = line.bus(timeout: Self.patience)
    let outcomes = await bus.exchange(try asking([0, 100, 65_534]))
    #expect(outcomes.map(\.registers) == [values(0), values(100), values(65_534)])
    #expect(await bus.exchange(try asking([5])).map(\.registers) == [values(5)])
    await bus.close()
    #expect(await bus.exchange(try asking([6])).map(\.registers) == [values(6)])
  }

  @Test(
    "After a fault the same request is asked again, and answered",
    arguments: ["crc", "noise", "unit", "function", "count", "zero", "echo"]
  )
  func recovered(fault: String) async throws {
    let line = try await FaultyLine([fault, "ok"])
    let bus = line.bus(timeout: .seconds(1), quiet: .milliseconds(50))
    let outcomes = await bus.exchange(try asking([10, 20]))
    #expect(outcomes.map(\.registers) == [values(10), values(20)])
  }

  @Test(
    "A fault that comes again is reported, and the unit is left alone for the batch",
    arguments: [
      ("crc", .checksum), ("unit", .foreignReply), ("function", .foreignReply),
      ("count", .malformedReply), ("zero", .malformedReply), ("short", .timeout),
      ("silent", .timeout),
    ] as [(String, Cause)]
  )
  func reported(fault: String, cause: Cause) async throws {
    let line = try await FaultyLine([fault, fault, "ok"])
    let bus = line.bus(timeout: .milliseconds(700), quiet: .milliseconds(50))
    let outcomes = await bus.exchange(try asking([10, 20, 30]))
    #expect(outcomes.map { $0.failure?.cause } == [cause, cause, cause])
    #expect(outcomes[1].failure?.detail.hasPrefix("not asked, because unit 1 at") == true)
  }

  @Test("A refusal is an answer: nothing is asked twice")
  func refusal() async throws {
    let line = try await FaultyLine(["busy", "ok"])
    let outcomes = await line.bus(timeout: Self.patience).exchange(try asking([10, 20]))
    #expect(outcomes[0].failure?.cause == .exception(6))
    #expect(outcomes[1].registers == values(20))
  }

  @Test(
    "An identification, whose length libmodbus does not know, is received and checked all the same",
    arguments: [
      (["ok"], nil), (["pieces"], nil), (["crc", "ok"], nil), (["crc"], .checksum),
      (["noise"], .checksum), (["short"], .checksum), (["silent"], .timeout),
      (["unit"], .foreignReply), (["long"], .malformedReply), (["busy"], .exception(6)),
    ] as [([String], Cause?)]
  )
  func identification(faults: [String], cause: Cause?) async throws {
    let line = try await FaultyLine(faults)
    let bus = line.bus(timeout: .milliseconds(700), quiet: .milliseconds(50))
    let asked = try identifying(1, .identification(.basic, object: 0))
    let outcome = await bus.exchange([.modbus(asked)])[0]
    #expect(outcome.failure?.cause == cause)
    guard cause == nil else { return }
    #expect(
      outcome.result == .success(.identification(objects: [0: Array("ACME".utf8)], next: nil))
    )
    #expect(await bus.exchange(try asking([5])).map(\.registers) == [values(5)])
  }

  @Test("A reply that comes twice answers one request")
  func twice() async throws {
    let line = try await FaultyLine(["twice"])
    let bus = line.bus(timeout: Self.patience)
    for address in UInt16(1)...6 {
      let outcome = await bus.exchange(try asking([address * 10]))[0]
      #expect(outcome.registers == values(address * 10))
    }
  }

  /// Delays around and beyond every bound of the rest: T is 0.2 s, Q is 0.2 s.
  @Test(
    "A late reply is never taken for the answer to another request",
    arguments: [
      ["late:0.3", "ok"], ["late:0.5", "ok"], ["ok", "late:0.6", "ok"],
      ["late:0.75", "late:0.3", "ok"], ["late:0.3"], ["late:0.45"], ["late:0.65"],
    ]
  )
  func late(faults: [String]) async throws {
    let line = try await FaultyLine(faults)
    let bus = line.bus(timeout: .milliseconds(200), quiet: .milliseconds(200))
    for round in UInt16(0)..<3 {
      let addresses = (0..<4).map { round * 400 + $0 * 100 }
      for (address, outcome) in zip(addresses, await bus.exchange(try asking(addresses))) {
        if let registers = outcome.registers { #expect(registers == values(address)) }
      }
    }
  }

  @Test("A silent unit does not keep others on the line from being asked")
  func otherUnits() async throws {
    let line = try await FaultyLine(["silent", "silent", "ok"])
    let bus = line.bus(timeout: .seconds(1), quiet: .milliseconds(50))
    let outcomes = await bus.exchange(
      try asking([10, 20]) + asking([30], unit: 2) + asking([40])
    )
    #expect(outcomes.map { $0.failure?.cause } == [.timeout, .timeout, nil, .timeout])
    #expect(outcomes[2].registers == values(30, unit: 2))
  }

  @Test("A port that another program uses is refused, and named")
  func locked() async throws {
    let line = try await FaultyLine(["ok"])
    let first = line.bus(timeout: Self.patience)
    #expect(await first.exchange(try asking([1])).map(\.registers) == [values(1)])
    let second = line.bus(timeout: Self.patience)
    let failure = await second.exchange(try asking([1]))[0].failure
    #expect(failure?.cause == .noConnection)
    #expect(
      failure?.detail
        == "the port \(line.pair.left) is used by another bus of this program: let the devices share "
        + "one bus"
    )
    await first.close()
    #expect(await second.exchange(try asking([2])).map(\.registers) == [values(2)])
  }

  @Test("A port that is not there is named")
  func missing() async throws {
    let bus = RTUBus(
      on: SerialLine(port: "/dev/serial/by-id/none"),
      timeout: Self.patience,
      quiet: .zero,
      time: SystemTime()
    )
    let outcomes = await bus.exchange(try asking([1, 2]))
    #expect(outcomes.map { $0.failure?.cause } == [.noConnection, .noConnection])
    #expect(
      outcomes[0].failure?.detail
        == "there is no serial port /dev/serial/by-id/none: is the adapter plugged in?"
    )
  }

  @Test("A pulled adapter is no connection; plugged in again, it is read again")
  func unplugged() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("adapter")
    let bus = RTUBus(
      on: SerialLine(port: link, baud: 115_200, parity: .none),
      timeout: Self.patience,
      quiet: .milliseconds(50),
      time: SystemTime()
    )
    for _ in 0..<2 {
      let line = try await FaultyLine(["ok"])
      try? FileManager.default.removeItem(atPath: link)
      try FileManager.default.createSymbolicLink(
        atPath: link,
        withDestinationPath: line.pair.left
      )
      #expect(await bus.exchange(try asking([7])).map(\.registers) == [values(7)])
      line.pair.unplug()
      #expect(
        await bus.exchange(try asking([8, 9])).map { $0.failure?.cause }
          == [.noConnection, .noConnection]
      )
    }
  }

  @Test("Unit 255, text and an impossible speed are refused in words")
  func impossible() async throws {
    let line = try await FaultyLine(["ok"])
    let bus = line.bus(timeout: .seconds(1), quiet: .zero)
    let text = BusRequest.serial(
      SerialRequest(
        send: [1],
        framing: SerialFraming(shape: .line(terminator: [2])),
        timeout: .seconds(1)
      )
    )
    let outcomes = await bus.exchange([text] + (try asking([1], unit: 255)) + (try asking([1])))
    #expect(outcomes.map { $0.failure?.cause } == [.noConnection, .noConnection, nil])
    let odd = RTUBus(
      on: SerialLine(port: line.pair.left, baud: 12_345),
      timeout: Self.patience,
      quiet: .zero,
      time: SystemTime()
    )
    #expect(await odd.exchange(try asking([1]))[0].failure?.detail.contains("12345 baud") == true)
  }
}

/// A pair of ports with a device on the right one that has faults.
final class FaultyLine: Sendable {
  let pair: PtyPair
  private let device: PeerProcess

  init(_ faults: [String]) async throws {
    pair = try await PtyPair()
    device = try PeerProcess(script: "rtu_device.py", [pair.right] + faults)
    _ = try await device.line { $0 == "ready" }
  }

  func bus(timeout: Duration, quiet: Duration? = nil, echoes: Bool = false) -> RTUBus {
    RTUBus(
      on: SerialLine(port: pair.left, baud: 115_200, parity: .none, echoes: echoes),
      timeout: timeout,
      quiet: quiet ?? timeout,
      time: SystemTime()
    )
  }
}

/// What the faulty device of `rtu_device.py` holds at `address` and the next.
func values(_ address: UInt16, unit: UInt16 = 1) -> [UInt16] {
  [address &+ unit * 10_000, address &+ unit * 10_000 &+ 1]
}
