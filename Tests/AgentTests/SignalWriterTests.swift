import Acquisition
import Fieldbus
import MarkedYAML
import Settings
import StationAPI
import Telemetry
import TestSupport
import Testing

@testable import Agent
@testable import JournalStore

@Suite("Writing to devices")
struct SignalWriterTests {
  private static func command(_ signal: String, _ value: Value) -> WriteSignal {
    WriteSignal(signal: signal, value: value, operatorName: Label(checked: "mara"))
  }

  /// What one command comes to, on an agent that reads the device.
  private func write(
    _ command: WriteSignal,
    _ fault: WritableUnit.Fault = .none,
    on bench: WriterBench
  ) async throws -> (result: Result<WriteReceipt, Problem>, unit: WritableUnit) {
    let recorder = try await bench.start()
    await bench.scan(recorder)
    let unit = WritableUnit(fault, bench: bench)
    let result: Result<WriteReceipt, Problem>
    do {
      result = .success(
        try await bench.writer(recorder, over: unit).write(command, to: bench.device)
      )
    } catch let problem as Problem {
      result = .failure(problem)
    }
    await recorder.stop()
    return (result, unit)
  }

  @Test("The outcome of a write is anchored before it is told")
  func anchored() async throws {
    let bench = try WriterBench()
    let recorder = try await bench.start()
    await bench.scan(recorder)
    let writer = bench.writer(recorder, over: WritableUnit(.none, bench: bench))
    let receipt = try await writer.write(
      Self.command("setpoint", .text("185.5")),
      to: bench.device
    )
    #expect(try Anchor.read(for: bench.files.journal)?.seq == receipt.outcomeSeq)
    await recorder.stop()
  }

  @Test("A write is ordered on disk, sent once, read back, and its outcome recorded")
  func done() async throws {
    let bench = try WriterBench()
    let (result, unit) = try await write(Self.command("setpoint", .text("185.5")), on: bench)
    let receipt = try result.get()
    let state = unit.state.value
    #expect(state.registers == [2: 1_855])
    #expect(state.writes.map(\.content) == [.registers([1_855])])
    #expect(state.writes.map(\.functionCode) == [6])
    #expect(state.durable == [1], "the order was durable before the request left")

    let story = try bench.story()
    let order = try #require(story.orders.first)
    #expect(order.order.operatorName.text == "mara" && order.order.reason.text == "recipe change")
    #expect(order.order.value == .real(185.5) && order.order.raw == [1_855])
    #expect(order.order.address == 2 && order.order.table == .holding)
    #expect(order.order.stations.map(\.text) == ["s1"] && order.order.unit == "Cel")
    #expect(
      story.outcomes == [
        WriteOutcome(
          of: order.seq,
          .done,
          detail: "confirmed by the device, and read back the same",
          readBack: .real(185.5),
          readBackRaw: [1_855]
        )
      ]
    )
    #expect(receipt.seq == order.seq && receipt.outcome == .done)
    #expect(receipt.outcomeSeq.map { $0 > receipt.seq } == true)
    #expect(receipt.summary.hasPrefix("dev-a setpoint = 185.5 Cel: confirmed"))
  }

  @Test(
    "Every kind of signal is written by its function",
    arguments: [
      ("speed", .real(80.5), 16), ("mode", .text("run"), 16), ("fan", .flag(true), 5),
      ("setpoint", .integer(20), 6),
    ] as [(String, Value, UInt8)]
  )
  func kinds(signal: String, value: Value, function: UInt8) async throws {
    let (result, unit) = try await write(Self.command(signal, value), on: try WriterBench())
    #expect(try result.get().outcome == .done)
    #expect(unit.state.value.writes.map(\.functionCode) == [function])
  }

  @Test(
    "What is not permitted, not there or out of bounds is neither sent nor recorded",
    arguments: [
      ("setpoint", .real(301), "value-refused", "write 20.0 to 300.0"),
      ("setpoint", .real(20.05), "value-refused", "between two steps"),
      ("mode", .text("halt"), "value-refused", "write one of off, run"),
      ("reading", .integer(1), "not-permitted", "input registers"),
      ("door", .flag(true), "not-permitted", "part of a register"),
      ("setpiont", .integer(1), "unknown-signal", "did you mean \"setpoint\"?"),
    ] as [(String, Value, String, String)]
  )
  func refused(signal: String, value: Value, type: String, part: String) async throws {
    let bench = try WriterBench()
    let (result, unit) = try await write(Self.command(signal, value), on: bench)
    let problem = try #require(result.problem)
    #expect(problem.type == type && problem.detail.contains(part), "\(problem.detail)")
    #expect(unit.state.value.writes.isEmpty)
    #expect(try bench.story().orders.isEmpty)
  }

  @Test(
    "Without `writes` nothing of a device can be written, and the answer says what would let it"
  )
  func nothing() async throws {
    let bench = try WriterBench(writes: nil)
    for signal in ["setpoint", "speed", "mode", "fan"] {
      let (result, unit) = try await write(Self.command(signal, .integer(1)), on: bench)
      let problem = try #require(result.problem)
      #expect(problem.type == "not-permitted" && problem.status == 403)
      #expect(problem.detail.contains("writes: [{signal: \(signal), reason: why}]"))
      #expect(problem.detail.contains("agent.yaml"))
      #expect(unit.state.value.writes.isEmpty)
    }
    #expect(try bench.story().orders.isEmpty)
  }

  @Test(
    "What became of a write that was not confirmed is said and recorded, and it is never sent again",
    arguments: [
      (.lost, .unknown, "write-unknown", .real(50)), (.deaf, .unknown, "write-unknown", .real(0)),
      (.refuses(2), .refused, "write-refused", nil), (.refuses(6), .refused, "write-refused", nil),
      (.refuses(4), .unknown, "write-unknown", .real(0)),
      (.refuses(5), .unknown, "write-unknown", .real(0)),
      (.refuses(11), .unknown, "write-unknown", .real(0)),
      (.unreachable, .notSent, "write-not-sent", nil),
      (.clamps, .differs, "write-differs", .real(49.9)),
    ] as [(WritableUnit.Fault, WriteOutcome.Kind, String, Value?)]
  )
  func faults(
    fault: WritableUnit.Fault,
    kind: WriteOutcome.Kind,
    type: String,
    readBack: Value?
  ) async throws {
    let bench = try WriterBench()
    let (result, unit) = try await write(Self.command("setpoint", .integer(50)), fault, on: bench)
    let problem = try #require(result.problem)
    #expect(problem.type == type)
    #expect(unit.state.value.writes.count == 1)
    let story = try bench.story()
    #expect(story.outcomes.map(\.kind) == [kind])
    #expect(story.outcomes.map(\.write) == story.orders.map(\.seq))
    #expect(story.outcomes.first?.readBack?.number == readBack?.number)
    #expect(problem.write?.seq == story.orders.first?.seq && problem.write?.outcome == kind)
  }

  @Test("A write that cannot be read back is done, and says so")
  func unreadable() async throws {
    let bench = try WriterBench()
    let (result, _) = try await write(
      Self.command("setpoint", .integer(50)),
      .unreadable,
      on: bench
    )
    let receipt = try result.get()
    #expect(receipt.readBack == nil && receipt.summary.contains("could not be read back"))
    #expect(try bench.story().outcomes.map(\.kind) == [.done])
  }

  @Test("A device that was not read yet, is silent, or is another one is not written to")
  func silent() async throws {
    let bench = try WriterBench()
    let recorder = try await bench.start()
    let unit = WritableUnit(bench: bench)
    let writer = bench.writer(recorder, over: unit)
    let command = Self.command("setpoint", .integer(50))
    let states: [(BusFailure?, String)] = [
      (nil, "not been read yet"), (BusFailure(.timeout, "no answer"), "no answer"),
      (BusFailure(.wrongDevice, "it is a toaster"), "it is a toaster"),
    ]
    for (silence, part) in states {
      if let silence { await bench.scan(recorder, silence: silence) }
      let problem = await #expect(throws: Problem.self) {
        try await writer.write(command, to: bench.device)
      }
      #expect(problem?.type == "device-silent" && problem?.detail.contains(part) == true)
    }
    #expect(unit.state.value.writes.isEmpty)
    await recorder.stop()
    #expect(try bench.story().orders.isEmpty)
  }

  @Test("A device whose profile says what it is is asked that right before it is written to")
  func stranger() async throws {
    let profile = WriterBench.profile.replacing(
      "modbus: {order: ABCD}",
      with: "modbus: {order: ABCD}\nidentify: {registers: "
        + "[{table: holding, address: 90, type: uint16, equals: 77}]}"
    )
    let bench = try WriterBench(profile: profile)
    let recorder = try await bench.start()
    await bench.scan(recorder)
    let unit = WritableUnit(bench: bench)
    let writer = bench.writer(recorder, over: unit)
    let command = Self.command("setpoint", .integer(50))
    let problem = await #expect(throws: Problem.self) {
      try await writer.write(command, to: bench.device)
    }
    #expect(problem?.type == "device-silent" && problem?.detail.contains("holds 0 instead") == true)
    #expect(unit.state.value.writes.isEmpty)
    unit.state.with { $0.registers[90] = 77 }
    #expect(try await writer.write(command, to: bench.device).outcome == .done)
    await recorder.stop()
    #expect(try bench.story().orders.count == 1)
  }

  @Test("A bus that a reload is changing is not written over")
  func changing() async throws {
    let bench = try WriterBench()
    let recorder = try await bench.start()
    await bench.scan(recorder)
    let problem = await #expect(throws: Problem.self) {
      try await bench.writer(recorder, over: nil)
        .write(Self.command("setpoint", .integer(50)), to: bench.device)
    }
    #expect(problem?.type == "bus-changing" && problem?.status == 503)
    await recorder.stop()
    #expect(try bench.story().orders.isEmpty)
  }

  @Test("A permit holds from the moment that its configuration applies, and no longer")
  func reloaded() async throws {
    let bench = try WriterBench(writes: nil)
    let recorder = try await bench.start()
    await bench.scan(recorder)
    let unit = WritableUnit(bench: bench)
    let writer = bench.writer(recorder, over: unit)
    let command = Self.command("fan", .flag(true))
    let none = bench.plan.value
    await #expect(throws: Problem.self) { try await writer.write(command, to: bench.device) }
    var files = bench.files
    files.buses[0].writes = WriterBench.permits
    try files.write()
    let permitting = try files.plan()
    let changes = PlantChanges(from: none, to: permitting)
    #expect(changes.devices.changed == ["dev-a"] && changes.undisturbed == ["a"])
    bench.plan.with { $0 = permitting }
    #expect(try await writer.write(command, to: bench.device).outcome == .done)
    bench.plan.with { $0 = none }
    await #expect(throws: Problem.self) { try await writer.write(command, to: bench.device) }
    #expect(unit.state.value.writes.count == 1)
    await recorder.stop()
  }

  @Test("An order that a crash left open is known as such after the next start, once")
  func crash() async throws {
    let bench = try WriterBench()
    let recorder = try await bench.start()
    await bench.scan(recorder)
    let order = WriteOrder(
      device: bench.device,
      signal: "setpoint",
      stations: [],
      value: .integer(50),
      unit: nil,
      table: .holding,
      address: 2,
      raw: [500],
      operatorName: Label(checked: "mara"),
      reason: Label(checked: "recipe change")
    )
    let group = bench.plan.value.devices[0].groups[0].id
    let record = try await recorder.order(order, scannedBy: group)
    // The end comes here: the journal is given up as it is.
    try await recorder.journal.close()
    for _ in 0..<2 { try await bench.start().stop() }
    let story = try bench.story()
    #expect(story.orders.map(\.seq) == [record.seq])
    #expect(story.outcomes.map(\.kind) == [.unknown])
    #expect(story.outcomes.map(\.write) == [record.seq])
  }

  @Test("An order that cannot be recorded is not sent")
  func disk() async throws {
    let bench = try WriterBench()
    let recorder = try await bench.start()
    await bench.scan(recorder)
    try await recorder.journal.close()
    let unit = WritableUnit(bench: bench)
    let problem = await #expect(throws: Problem.self) {
      try await bench.writer(recorder, over: unit)
        .write(Self.command("setpoint", .integer(50)), to: bench.device)
    }
    #expect(problem?.type == "storage-failed" && problem?.write == nil)
    #expect(unit.state.value.writes.isEmpty)
  }

  @Test("A real server's values change, and each write has its two records in order")
  func peer() async throws {
    let bench = try WriterBench()
    let server = try PeerProcess(script: "modbus_server.py", ["tcp"])
    let ready = try await server.line { $0.hasPrefix("ready") }
    let port = try #require(ready.split(separator: " ").last.flatMap { Int($0) })
    let recorder = try await bench.start()
    await bench.scan(recorder)
    let bus = makeBus(
      .tcp(Endpoint(host: "127.0.0.1", port: port)),
      timeout: .seconds(5),
      firstTransaction: 7,
      time: SystemTime()
    )
    let writer = bench.writer(recorder, over: bus)
    let commands = [
      Self.command("setpoint", .real(185.5)), Self.command("speed", .real(80.5)),
      Self.command("mode", .text("run")), Self.command("fan", .text("off")),
      Self.command("fan", .text("on")),
    ]
    for command in commands {
      let receipt = try await writer.write(command, to: bench.device)
      #expect(receipt.outcome == .done && receipt.readBack != nil)
    }
    await recorder.stop()
    let types = try bench.records().map(\.content.type).filter { $0.hasPrefix("write") }
    #expect(types == Array(repeating: ["write", "write_outcome"], count: 5).flatMap(\.self))
    let unit = try #require(UnitID(1))
    let holding = try #require(
      ModbusRequest(unit: unit, table: .holding, address: 2, count: 5)
    )
    let coil = try #require(ModbusRequest(unit: unit, table: .coil, address: 7, count: 1))
    let held = await bus.exchange([.modbus(holding), .modbus(coil)]).map(\.result)
    await bus.close()
    // Register 3 is as the server made it.
    #expect(
      held == [
        .success(.registers([1_855, 3 * 31 + 1_000, 0x42A1, 0x0000, 1])), .success(.bits([true])),
      ]
    )
  }
}

@Suite("Permits in the configuration")
struct PermitFindingTests {
  @Test(
    "A permit that the profile cannot bear out is refused, with its place",
    arguments: [
      ("[{signal: setpiont, reason: r}]", "did you mean \"setpoint\"?", 83),
      ("[{signal: reading, reason: r}]", "input registers", 83),
      ("[{signal: door, reason: r}]", "part of a register", 83),
      ("[{signal: setpoint, reason: r, range: [0, 5000]}]", "-3276.8 to 3276.7", 104),
      ("[{signal: setpoint, reason: r, range: [0, 500]}]", "plausible range 0.0 to 400.0", 104),
      ("[{signal: fan, reason: r, range: [0, 1]}]", "no number", 99),
      ("[{signal: mode, reason: r, range: [0, 1]}]", "no number", 100),
    ]
  )
  func findings(writes: String, part: String, column: Int) throws {
    let error = #expect(throws: SettingsError.self) { _ = try WriterBench(writes: writes) }
    let finding = try #require(error?.findings.first)
    #expect(error?.findings.count == 1)
    #expect(finding.message.contains(part), "\(finding)")
    #expect(finding.file.hasSuffix("agent.yaml") && finding.line == 7, "\(finding)")
    #expect(finding.column == column, "\(finding)")
  }
}

extension Result where Failure == Problem {
  fileprivate var problem: Problem? {
    if case .failure(let problem) = self { problem } else { nil }
  }
}
