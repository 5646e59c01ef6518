internal import ArgumentParser
internal import BareLibmodbus
internal import DeviceSimulator
internal import Fieldbus
internal import Foundation
internal import Profiles
internal import Telemetry

struct LineFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rtu",
    abstract: "The part of a serial line's time that is used, beside a bare libmodbus loop in C."
  )

  @Option(help: "Seconds for which each way asks, in each row.") var seconds = 10

  func run() async throws {
    let folder = try ScratchFolder()
    var rows: [[String]] = []
    for baud in [9_600, 19_200, 115_200] {
      for registers in [10, 125] {
        let use = LineUse(
          folder: folder.path,
          baud: baud,
          registers: registers,
          duration: .seconds(seconds)
        )
        let row = try await use.measure()
        rows.append([
          "\(baud) 8E1, \(registers) registers", rounded(row.minimum.inSeconds * 1_000, 2),
          percent(row.bare), percent(row.bus),
        ])
      }
    }
    printTable(
      ["serial line", "least time of a request, ms", "bare libmodbus loop in C", "bus"],
      rows
    )
  }

  private func percent(_ part: Double) -> String { rounded(part * 100, 1) + " %" }
}

/// How much of a line's time a saturated bus uses: the least time that its requests need, as the
/// standard has it, to the time that they took.
///
/// The line is a pseudo terminal that is paced to a speed; its device answers as soon as it may.
struct LineUse {
  struct Row {
    /// Of one request with its reply and both silences.
    let minimum: Duration
    let bare: Double
    let bus: Double
  }

  let folder: String
  let baud: Int
  let registers: Int
  let duration: Duration

  /// - Throws: ``PollLoopBenchmark/Failure`` when the line cannot be had or a request fails.
  func measure() async throws -> Row {
    let link = folder + "/line"
    let line = SerialLine(port: link, baud: baud)
    let minimum = line.rtuTime(of: .rtu(.holding, count: registers), turnaround: .zero)
    let requests = max(10, Int(duration / minimum))
    let simulation = try Simulation(
      SimulationOptions(
        devices: [.init(profile: try profile(), unit: UnitID(1))],
        carrier: .rtu(link: link, baud: baud)
      ),
      time: SystemTime()
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      let (ready, signal) = AsyncStream<Void>.makeStream()
      group.addTask { try await simulation.run { _ in signal.finish() } }
      for await _ in ready {}
      let least = (minimum * requests).inSeconds
      let bare = try bareSeconds(line, requests)
      let bus = try await busSeconds(line, requests)
      return Row(minimum: minimum, bare: least / bare, bus: least / bus)
    }
  }

  private func bareSeconds(_ line: SerialLine, _ requests: Int) throws -> Double {
    let seconds = line.port.withCString { port in
      let bare = bare_line(
        port: port,
        baud: CInt(line.baud),
        gap_ns: Int(line.requestGap.wholeMicroseconds * 1_000)
      )
      return bare_rtu_loop(bare, CInt(registers), CInt(requests))
    }
    guard seconds > 0 else { throw failure("a request of the bare loop failed at \(baud) baud") }
    return seconds
  }

  private func busSeconds(_ line: SerialLine, _ requests: Int) async throws -> Double {
    guard let unit = UnitID(1),
      let request = ModbusRequest(unit: unit, table: .holding, address: 0, count: registers)
    else { throw failure("the request is impossible") }
    let bus = RTUBus(on: line, timeout: .seconds(5), quiet: .zero, time: SystemTime())
    // Opens the port, and shows the bus that the device answers once.
    try check(await bus.exchange(Array(repeating: .modbus(request), count: 5)))
    let time = SystemTime()
    let start = time.uptime()
    try check(await bus.exchange(Array(repeating: .modbus(request), count: requests)))
    let taken = time.uptime() - start + line.requestGap
    await bus.close()
    return taken.inSeconds
  }

  private func check(_ outcomes: [BusOutcome]) throws {
    for outcome in outcomes {
      if case .failure(let failure) = outcome.result { throw self.failure(failure.detail) }
    }
  }

  private func failure(_ words: String) -> PollLoopBenchmark.Failure {
    PollLoopBenchmark.Failure(description: words)
  }

  /// 125 registers from address 0.
  private func profile() throws -> DeviceProfile {
    let text = """
      profile: line
      title: A device with 125 registers
      kind: other
      source: generic
      modbus: {address_base: 0}
      groups:
        - name: all
          period: 1s
          signals:
            - repeat: place
              from: 1
              to: 125
              step: {address: 1}
              signals:
                - {name: "place<place>", table: holding, address: 0, type: uint16, unit: "1"}

      """
    let path = folder + "/line.yaml"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try ProfileLoader.load(path)
  }
}
