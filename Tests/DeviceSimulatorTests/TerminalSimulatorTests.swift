import DeviceSimulator
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@Suite("Simulators on pseudo terminals")
struct TerminalSimulatorTests {
  private func poll(_ link: String, unit: Int, type: String, at start: Int, count: Int)
    async throws -> Poll
  {
    try await Poll(
      "-m rtu -b 19200 -P none \(link)",
      unit: unit,
      type: type,
      address: start,
      count: count
    )
  }

  private func rtu(_ link: String, baud: Int? = nil) -> SimulationOptions {
    SimulationOptions(
      devices: [
        .init(profile: TestProfiles.oven, unit: UnitID(3)),
        .init(profile: TestProfiles.environment, unit: UnitID(17)),
      ],
      carrier: .rtu(link: link, baud: baud),
      seed: 9
    )
  }

  @Test("mbpoll reads two units of one RTU line, coming and going")
  func mbpoll() async throws {
    let folder = try TemporaryFolder()
    let (link, time) = (folder.path("line"), ManualTime())
    try await serving(rtu(link), time: time) { _ in
      for round in 1...3 {
        time.advance(by: .seconds(20))
        let values = ProcessModel(profile: TestProfiles.oven, seed: 9)
          .values(at: .seconds(20 * round))
        let named = Dictionary(
          uniqueKeysWithValues: zip(TestProfiles.oven.signalNames, values.map(\.number))
        )
        let top = try await poll(link, unit: 3, type: "4", at: 20, count: 10)
        let expected = (1...10).compactMap { named["zone\($0).top.temperature"] ?? nil }
        #expect(top.values == expected.map { "\(Int(($0 * 10).rounded()))" }, "\(top.output)")
        let room = ProcessModel(profile: TestProfiles.environment, seed: 9)
          .values(at: .seconds(20 * round))
        let air = try await poll(link, unit: 17, type: "3:float", at: 0, count: 1)
        let humidity = try #require(air.values.first.flatMap(Double.init), "\(air.output)")
        #expect(abs(humidity - (room[0].number ?? 0)) < 0.001)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: link))
  }

  @Test("mbpoll sees the exception of an unmapped address, and silence from an absent unit")
  func refusals() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("line")
    try await serving(rtu(link), time: ManualTime()) { _ in
      func errors(_ arguments: String) async throws -> String {
        try await shell("mbpoll -m rtu -b 19200 -P none -0 -t 4 -1 \(arguments) \(link)")
      }
      let unmapped = try await errors("-a 3 -r 900 -c 1 -o 10")
      #expect(unmapped.contains("Illegal data address"), "\(unmapped)")
      let absent = try await errors("-a 4 -r 0 -c 1 -o 0.2")
      #expect(absent.contains("timed out"), "\(absent)")
    }
  }

  @Test("With a baud rate, an answer takes at least its time on the line")
  func paced() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("line")
    try await serving(rtu(link, baud: 1_200), time: ManualTime()) { _ in
      let port = try SerialClient(link)
      let start = ContinuousClock.now
      try await port.send(RTUFraming.frame([3, 0, 0, 0, 10], unit: 3))
      #expect(try await port.receive(25).prefix(3) == [3, 3, 20])
      // 33 characters of 11 bits at 1200 bit/s.
      #expect(start.duration(to: .now) >= .milliseconds(300))
    }
  }

  @Test("Garbage, half frames and broadcasts get no answer, and the next request gets its own")
  func garbage() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("line")
    try await serving(rtu(link), time: ManualTime()) { _ in
      let port = try SerialClient(link)
      try await port.send((0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      try await port.send(RTUFraming.frame([3, 0, 0, 0, 1], unit: 0))
      try await port.send(RTUFraming.frame([3, 0, 0, 0, 1], unit: 3).dropLast(2))
      try await port.send(RTUFraming.frame([3, 0, 0, 0, 2], unit: 3))
      #expect(
        try await port.receive(9) == RTUFraming.frame([3, 4, 0x04, 0x4C, 0x05, 0x14], unit: 3)
      )
    }
  }

  @Test("pyserial asks a serial instrument, closes and asks again")
  func pyserial() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("analyser")
    let script = """
      import serial, sys
      for _ in range(3):
          with serial.Serial(sys.argv[1], 9600, timeout=30, exclusive=True) as port:
              port.write(b"nonsense\\r?O2\\r")
              print(port.read_until(b"\\r\\n"), flush=True)
      """
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.analyser)],
      carrier: .serial(link: link)
    )
    try await serving(options, time: ManualTime()) { _ in
      let output = try await shell("'\(Repository.python.path)' -c '\(script)' \(link)")
      let lines = output.split(separator: "\n")
      #expect(lines.count == 3)
      let pattern = /b'O2:(\d+\.\d\d) ppm,OK\\r\\n'/
      for line in lines {
        let match = try #require(line.wholeMatch(of: pattern), "\(line)")
        #expect((400...600).contains(Double(match.1) ?? 0))
      }
    }
  }

  /// Moves time by half a period, when the instrument waits for it.
  private func advance(_ time: ManualTime) async throws {
    try #require(try await eventually { time.sleeperCount > 0 })
    time.advance(by: .milliseconds(500))
  }

  @Test("An instrument that speaks by itself sends two lines in each period")
  func listener() async throws {
    let folder = try TemporaryFolder()
    let (link, time) = (folder.path("meter"), ManualTime())
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.listener)],
      carrier: .serial(link: link)
    )
    try await serving(options, time: time) { _ in
      let port = try SerialClient(link)
      for _ in 0..<4 {
        try await advance(time)
        let line = String(decoding: try await port.receive(12), as: UTF8.self)
        #expect(line.wholeMatch(of: /\+\d{3}\.\d{2}N\.m\r\n/) != nil, "\(line)")
      }
    }
  }

  @Test("Lines that nobody reads are not kept for ever")
  func unread() async throws {
    let folder = try TemporaryFolder()
    let (link, time) = (folder.path("meter"), ManualTime())
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.listener)],
      carrier: .serial(link: link)
    )
    try await serving(options, time: time) { _ in
      let port = try SerialClient(link)
      for _ in 0..<300 {
        try await advance(time)
      }
      #expect(port.pendingBytes <= 1_100)
    }
  }

  @Test("A stale link is replaced; a file, a folder and a foreign link are not")
  func links() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("line")
    symlink("/dev/pts/gone", link)
    try await serving(rtu(link), time: ManualTime()) { _ in
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
      #expect(target.hasPrefix("/dev/pts/") && target != "/dev/pts/gone")
    }
    let file = try folder.write("precious", to: "file")
    symlink("/dev/null", folder.path("foreign"))
    for path in [file, folder.url.path, folder.path("foreign")] {
      let error = await #expect(throws: SimulationError.self) {
        try await Simulation(rtu(path), time: ManualTime()).run { _ in }
      }
      guard case .linkTaken = error else {
        Issue.record("\(path): \(String(describing: error))")
        continue
      }
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
  }
}

/// The client end of a port, opened as a plain file; it waits at most 30 s for bytes.
final class SerialClient {
  struct Failure: Error { let call: String }

  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(call: "open") }
  }

  deinit { close(descriptor) }

  var pendingBytes: Int {
    var count: CInt = 0
    _ = ioctl(descriptor, UInt(FIONREAD), &count)
    return Int(count)
  }

  /// Whether the other end is gone.
  var isHungUp: Bool {
    var state = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&state, 1, 0) > 0 && state.revents & Int16(POLLHUP) != 0
  }

  func send(_ bytes: some Collection<UInt8>) async throws {
    var rest = Array(bytes)
    for _ in 0..<15_000 where !rest.isEmpty {
      let length = write(descriptor, rest, rest.count)
      if length > 0 {
        rest.removeFirst(length)
      } else {
        try await Task.sleep(for: .milliseconds(2))
      }
    }
    guard rest.isEmpty else { throw Failure(call: "write") }
  }

  /// Exactly `count` bytes, without blocking a thread that the simulator's tasks need.
  func receive(_ count: Int) async throws -> [UInt8] {
    var received: [UInt8] = []
    for _ in 0..<15_000 where received.count < count {
      var buffer = [UInt8](repeating: 0, count: count - received.count)
      let length = read(descriptor, &buffer, buffer.count)
      if length > 0 {
        received += buffer.prefix(length)
      } else {
        try await Task.sleep(for: .milliseconds(2))
      }
    }
    guard received.count == count else { throw Failure(call: "read") }
    return received
  }
}
