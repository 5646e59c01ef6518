internal import BareLibmodbus
internal import Fieldbus
internal import Telemetry

/// Requests a second for 125 holding registers over one Modbus TCP connection, beside a bare
/// libmodbus loop in C against the same server in the same run.
struct PollLoopBenchmark {
  /// One way of asking.
  struct Row: Sendable, Hashable {
    let name: String
    /// Median over the rounds.
    let requestsPerSecond: Double
    /// To the bare loop.
    let ratio: Double
  }

  /// The benchmark could not run.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Rounds, in each of which every way has its turn.
  var rounds = 7
  /// Requests in each turn.
  var requests = 16_000
  /// Requests in one exchange: one scan.
  var batch = 16

  /// - Throws: ``Failure`` when the server does not start or a request fails.
  func run() async throws -> [Row] {
    let port = bare_server_start(bare_device(latency_us: 0, illegal: -1))
    guard port > 0 else { throw Failure(description: "the Modbus server did not start") }
    defer { bare_server_stop() }
    let one = bus(port, inFlight: 1)
    let eight = bus(port, inFlight: 8)
    var rates: [[Double]] = [[], [], []]
    for _ in 0..<rounds {
      rates[0].append(try bareRate(port))
      rates[1].append(try await rate(of: one))
      rates[2].append(try await rate(of: eight))
    }
    await one.close()
    await eight.close()
    let medians = rates.map { $0.sorted()[$0.count / 2] }
    let names = ["bare libmodbus loop in C", "bus, 1 in flight", "bus, 8 in flight"]
    return zip(names, medians).map {
      Row(name: $0, requestsPerSecond: $1, ratio: $1 / medians[0])
    }
  }

  private func bus(_ port: CInt, inFlight: Int) -> any Bus {
    makeBus(
      .tcp(Endpoint(host: "127.0.0.1", port: Int(port))),
      timeout: .seconds(5),
      maximumInFlight: inFlight,
      firstTransaction: .random(in: 0...UInt16.max),
      time: SystemTime()
    )
  }

  private func bareRate(_ port: CInt) throws -> Double {
    let seconds = bare_loop(port, CInt(requests))
    guard seconds > 0 else { throw Failure(description: "a request of the bare loop failed") }
    return Double(requests) / seconds
  }

  private func rate(of bus: any Bus) async throws -> Double {
    guard let unit = UnitID(1),
      let request = ModbusRequest(unit: unit, table: .holding, address: 0, count: 125)
    else { throw Failure(description: "the request is impossible") }
    let scan = [BusRequest](repeating: .modbus(request), count: batch)
    // Opens the connection, which the bare loop's time leaves out too.
    try check(await bus.exchange([.modbus(request)]))
    let time = SystemTime()
    let start = time.uptime()
    for _ in 0..<(requests / batch) { try check(await bus.exchange(scan)) }
    return Double(requests / batch * batch) / (time.uptime() - start).inSeconds
  }

  private func check(_ outcomes: [BusOutcome]) throws {
    for outcome in outcomes {
      if case .failure(let failure) = outcome.result {
        throw Failure(description: failure.detail)
      }
    }
  }
}
