import DeviceSimulator
import Telemetry
import TestSupport

/// Runs a simulation beside `body`, and ends it after.
func serving<Result: Sendable>(
  _ options: SimulationOptions,
  time: any TimeSource,
  _ body: @escaping @Sendable (SimulationAddress) async throws -> Result
) async throws -> Result {
  let simulation = try Simulation(options, time: time)
  return try await serving({ ready in try await simulation.run(onReady: ready) }, body)
}

/// The server ended before the test had done with it.
struct ServerEnded: Error {}

/// Runs a server beside `body`, which starts when the server says that it is ready.
func serving<Ready: Sendable, Result: Sendable>(
  _ run: @escaping @Sendable (@escaping @Sendable (Ready) -> Void) async throws -> Void,
  _ body: @escaping @Sendable (Ready) async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result?.self) { group in
    let (readiness, continuation) = AsyncStream<Ready>.makeStream()
    group.addTask {
      defer { continuation.finish() }
      try await run { continuation.yield($0) }
      return nil
    }
    group.addTask {
      for await ready in readiness { return try await body(ready) }
      return nil
    }
    var result: Result?
    while let ended = try await group.next() {
      if let ended {
        result = ended
        group.cancelAll()
      }
    }
    guard let result else { throw ServerEnded() }
    return result
  }
}

/// The port of a simulation that is served over TCP.
func port(of address: SimulationAddress) -> Int {
  if case .tcp(let endpoint) = address.place { endpoint.port } else { 0 }
}

/// Runs a shell command and gives everything that it printed, errors included.
///
/// It is read up to a line that says that the command ended: that needs no notice of the process's
/// end, which can come late or get lost on a busy machine.
func shell(_ command: String) async throws -> String {
  let process = try PeerProcess("/bin/sh", ["-c", "{ \(command) ; } 2>&1; echo; echo the end"])
  var lines: [String] = []
  while lines.last != "the end" { lines.append(try await process.line()) }
  return lines.dropLast().joined(separator: "\n")
}

/// What mbpoll printed.
struct Poll {
  let output: String

  /// Runs it once on a device, which `place` names with its options.
  init(_ place: String, unit: Int, type: String, address: Int, count: Int) async throws {
    output = try await shell(
      "mbpoll -a \(unit) -0 -r \(address) -t \(type) -c \(count) -o 10 -1 \(place)"
    )
  }

  /// The values, which stand behind `[address]:`.
  var values: [String] {
    output.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("["), let colon = line.firstIndex(of: ":") else { return nil }
      return line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace).first
        .map(String.init)
    }
  }
}
