import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

/// What adapters and wires do; one at a time, because lines and devices share the machine's time.
@Suite("RTU line", .serialized)
struct RTULineTests {
  private static let patience: Duration = .seconds(3)

  @Test("An adapter that echoes is read as if it did not, where its line says so")
  func echo() async throws {
    let line = try await FaultyLine(["echo"])
    let bus = line.bus(timeout: Self.patience, echoes: true)
    let addresses: [UInt16] = [0, 100, 0x301, 65_534]
    #expect(
      await bus.exchange(try asking(addresses)).map(\.registers) == addresses.map { values($0) }
    )
  }

  @Test(
    "An echo that is not configured, or configured and not there, is named with its mend",
    arguments: [
      ("echo", false, .foreignReply, "add echo: true to its line"),
      ("lone-echo", false, .foreignReply, "add echo: true to its line"),
      ("lone-echo", true, .timeout, "no whole answer within"),
      ("ok", true, .malformedReply, "remove echo: true"),
      ("bad-echo", true, .checksum, "came back damaged"),
      ("silent", true, .timeout, "not even the echo of the request"),
    ] as [(String, Bool, Cause, String)]
  )
  func echoFaults(fault: String, echoes: Bool, cause: Cause, words: String) async throws {
    let line = try await FaultyLine([fault])
    let bus = line.bus(timeout: .milliseconds(300), quiet: .milliseconds(50), echoes: echoes)
    let outcome = await bus.exchange(try asking([300]))[0]
    #expect(outcome.failure?.cause == cause)
    #expect(outcome.failure?.detail.contains(words) == true, "\(outcome)")
  }

  @Test(
    "A reply that comes again after the next request left is never taken for its answer",
    arguments: ["copy:0.001", "copy:0.003", "copy:0.008", "copy:0.015"]
  )
  func copies(fault: String) async throws {
    let line = try await FaultyLine([fault])
    let bus = line.bus(timeout: .seconds(1), quiet: .milliseconds(50))
    var good = 0
    for round in UInt16(0)..<6 {
      let addresses = (0..<5).map { round * 500 + $0 * 100 }
      for (address, outcome) in zip(addresses, await bus.exchange(try asking(addresses))) {
        guard let registers = outcome.registers else { continue }
        #expect(registers == values(address))
        good += 1
      }
    }
    #expect(good >= 25)
  }

  @Test("A unit that begins to answer twice is right again from the next scan on")
  func lateDoubling() async throws {
    let singles = Array(repeating: "ok", count: 6)
    let line = try await FaultyLine(singles + ["copy:0", "copy:0.001", "copy:0.003"])
    let bus = line.bus(timeout: .seconds(1), quiet: .milliseconds(50))
    _ = await bus.exchange(try asking([1, 2, 3, 4, 5, 6]))
    for round in UInt16(1)..<8 {
      let addresses = (0..<4).map { round * 400 + $0 * 100 }
      // In the first scan a copy may come after the next request left, and nothing shows it.
      let outcomes = await bus.exchange(try asking(addresses)).dropFirst(round == 1 ? 4 : 0)
      for (address, outcome) in zip(addresses, outcomes) {
        #expect(outcome.registers == values(address), "\(round): \(outcome)")
      }
    }
  }

  @Test("A request waits for the silence that frame_gap asks for")
  func gap() async throws {
    let line = try await FaultyLine(["ok"])
    let bus = RTUBus(
      on: SerialLine(
        port: line.pair.left,
        baud: 115_200,
        parity: .none,
        wantedGap: .milliseconds(60)
      ),
      timeout: Self.patience,
      quiet: .zero,
      time: SystemTime()
    )
    let outcomes = await bus.exchange(try asking([1, 2, 3, 4, 5, 6]))
    for (earlier, later) in zip(outcomes, outcomes.dropFirst()) {
      #expect(later.sent.uptime - earlier.sent.uptime - earlier.elapsed >= .milliseconds(59))
    }
  }

  // MARK: Direction

  @Test("A driver that cannot switch an RS-485 line is named, with the mend")
  func noDirection() async throws {
    let line = try await FaultyLine(["ok"])
    let rs485 = SerialLine(port: line.pair.left, baud: 115_200, direction: DirectionControl())
    let bus = RTUBus(on: rs485, timeout: Self.patience, quiet: .zero, time: SystemTime())
    let failure = await bus.exchange(try asking([1]))[0].failure
    #expect(failure?.cause == .noConnection)
    #expect(
      failure?.detail
        == "serial port \(line.pair.left) cannot switch the direction of an RS-485 line: its driver "
        + "does not do that (Inappropriate ioctl for device): most USB adapters switch by "
        + "themselves, so remove rs485, or use a port whose driver can"
    )
    let instrument = SerialBus(on: rs485, time: SystemTime())
    let request = SerialRequest(
      send: [1],
      framing: SerialFraming(shape: .line(terminator: [2])),
      timeout: .seconds(1)
    )
    let other = await instrument.exchange([.serial(request)])[0].failure
    #expect(other?.detail == failure?.detail)
  }

  @Test("The direction is set before the first request, and again when the adapter is back")
  func direction() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("adapter")
    let applied = Locked<[DirectionControl]>([])
    let control = DirectionControl(whileSending: .low, delayBefore: .milliseconds(2))
    let bus = RTUBus(
      on: SerialLine(port: link, baud: 115_200, parity: .none, direction: control),
      timeout: Self.patience,
      quiet: .milliseconds(50),
      time: SystemTime(),
      direction: PortDirection { _, control in
        applied.with { $0.append(control) }
        return 0
      }
    )
    for round in 1...2 {
      let line = try await FaultyLine(["ok"])
      try? FileManager.default.removeItem(atPath: link)
      try FileManager.default.createSymbolicLink(
        atPath: link,
        withDestinationPath: line.pair.left
      )
      #expect(await bus.exchange(try asking([7, 8])).allSatisfy { $0.failure == nil })
      #expect(applied.with { $0 } == Array(repeating: control, count: round))
      line.pair.unplug()
      #expect(await bus.exchange(try asking([8]))[0].failure?.cause == .noConnection)
      let absent = await bus.exchange(try asking([8]))[0].failure?.detail
      #expect(absent == "there is no serial port \(link): is the adapter plugged in?")
    }
  }

  // MARK: Who has the port

  @Test("A port that another program has locked, or claimed, is refused with its name and number")
  func holder() async throws {
    let pair = try await PtyPair()
    let bus = RTUBus(
      on: SerialLine(port: pair.left, baud: 115_200),
      timeout: Self.patience,
      quiet: .zero,
      time: SystemTime()
    )
    let device = try #require(PortNames.device(of: pair.left))
    let locker = try PeerProcess("flock", ["--no-fork", pair.left, "cat", "-"])
    let isLocked = try await eventually {
      PortHolder.all(of: device).contains { $0.process == locker.processIdentifier }
    }
    #expect(isLocked)
    let failure = await bus.exchange(try asking([1]))[0].failure
    #expect(failure?.cause == .noConnection)
    #expect(
      failure?.detail
        == "the port \(pair.left) is used by cat (process \(locker.processIdentifier)): end it, or "
        + "use another port"
    )
  }

  @Test("A lock file of a program that runs is respected, and one that was left behind is not")
  func lockFile() async throws {
    let folder = try TemporaryFolder()
    let pair = try await PtyPair()
    let device = try #require(PortNames.device(of: pair.left))
    let name = "LCK.." + device.dropFirst("/dev/".count).replacingOccurrences(of: "/", with: "_")
    let places = PortHolder.Places(lockFiles: folder.url.path)
    let other = try PeerProcess("sleep", ["60"])
    let isSleeping = try await eventually {
      (try? String(contentsOfFile: "/proc/\(other.processIdentifier)/comm", encoding: .utf8))
        == "sleep\n"
    }
    #expect(isSleeping)
    _ = try folder.write("      \(other.processIdentifier)\n", to: name)
    let failure = #expect(throws: BusFailure.self) {
      _ = try PortLock.take(pair.left, places: places).descriptor
    }
    #expect(
      failure?.detail.contains("is used by sleep (process \(other.processIdentifier))") == true
    )
    other.end()
    #expect(throws: Never.self) { _ = try PortLock.take(pair.left, places: places).descriptor }
  }

  @Test("Without a right to the port, the group that has it is said")
  func denied() {
    #expect(
      PortLock.denied("/dev/ttyUSB0", group: nil)
        == "no permission for serial port /dev/ttyUSB0: add this program's user to the group dialout "
        + "(sudo usermod -aG dialout USER), then sign in again or restart the service"
    )
  }

  // MARK: Names

  @Test("A port has the lasting name of its adapter, or else of its socket, and one has no other")
  func lastingNames() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    for name in ["ttyUSB0", "ttyUSB1", "ttyS0"] { _ = try folder.write("", to: name) }
    for (link, device) in [
      ("by-id/usb-FTDI_A", "ttyUSB0"), ("by-path/pci-1", "ttyUSB0"), ("by-path/pci-2", "ttyUSB1"),
    ] {
      let path = folder.path("serial/" + link)
      try files.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent,
        withIntermediateDirectories: true
      )
      try files.createSymbolicLink(atPath: path, withDestinationPath: folder.path(device))
    }
    let names = PortNames(folder: folder.path("serial"))
    let byID = folder.path("serial/by-id/usb-FTDI_A")
    #expect(names.lastingName(of: folder.path("ttyUSB0")) == byID)
    #expect(names.lastingName(of: folder.path("ttyUSB1")) == folder.path("serial/by-path/pci-2"))
    #expect(names.lastingName(of: folder.path("ttyS0")) == nil)
    #expect(names.lastingName(of: byID) == nil)
    #expect(names.lastingName(of: folder.path("serial/by-path/pci-1")) == nil)
  }
}
