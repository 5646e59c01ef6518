import Fieldbus
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Acquisition

/// Devices that refuse addresses which their profile names.
@Suite("Refused addresses")
struct RefusedAddressTests {
  /// A device of which the test says what it has.
  private final class Device: Sendable {
    struct State: Sendable {
      var missing: Set<Int> = []
      var longest = 125
      /// What comes instead of an answer, by the number of registers asked for.
      var failure: @Sendable (Int) -> BusFailure? = { _ in nil }
    }

    private let state = Locked(State())
    let time = ManualTime()

    func set(_ change: (inout State) -> Void) { state.with { change(&$0) } }

    /// Each register holds its address; each request takes 10 ms.
    func bus() -> SimulatedBus {
      SimulatedBus(time: time) { [state] request in
        guard case .modbus(let request) = request, let range = request.range else {
          return SimulatedBus.Answer(result: .failure(BusFailure(.exception(1), "reads only")))
        }
        let now = state.value
        let asked = Int(range.address)..<(Int(range.address) + range.count)
        if let failure = now.failure(range.count) {
          return SimulatedBus.Answer(result: .failure(failure))
        }
        if range.count > now.longest {
          return SimulatedBus.Answer(result: .failure(BusFailure(.exception(3), "too long")))
        }
        if asked.contains(where: now.missing.contains) {
          return SimulatedBus.Answer(result: .failure(BusFailure(.exception(2), "no address")))
        }
        return SimulatedBus.Answer(result: .success(.registers(asked.map { UInt16($0) })))
      }
    }
  }

  /// What one scan brought.
  private struct Read {
    let readings: [Reading]
    let changes: [SignalsChange]
    let requests: Int
  }

  /// A session with a device of `addresses`, one signal each.
  private struct Bench {
    let device = Device()
    let bus: SimulatedBus
    let group: ScanGroup
    var session: DeviceSession

    init(_ addresses: [Int]) throws {
      bus = device.bus()
      let group = ModbusScanGroup(
        name: "all",
        period: .seconds(1),
        signals: addresses.map { address in
          ModbusSignal(
            signal: Signal(name: "s\(address)"),
            location: ModbusLocation(table: .holding, address: UInt16(address), count: 1),
            decoding: ModbusSignal.Decoding(type: .uint16)
          )
        }
      )
      self.group = try RefusedAddressTests.group(group, device: "d")
      session = DeviceSession([self.group])
    }

    /// Scans once, a second after the last scan, with so much of that second to spare.
    mutating func read(spare: Duration = .seconds(1)) async throws -> Read {
      let before = bus.asked.count
      let start = device.time.uptime()
      let reading = try #require(await session.read(group, over: bus, time: device.time))
      let after = await session.useSpareTime(over: bus, time: device.time, until: start + spare)
      let rest = start + .seconds(1) - device.time.uptime()
      if rest > .zero { device.time.advance(by: rest) }
      return Read(
        readings: reading.scan.readings,
        changes: reading.changes + after.changes,
        requests: bus.asked.count - before
      )
    }
  }

  /// What a device without some of the addresses should give.
  private static func readings(_ addresses: [Int], without missing: Set<Int>) -> [Reading] {
    addresses.map { missing.contains($0) ? Reading(.exception(2)) : Reading(.integer(Int64($0))) }
  }

  @Test("Of 300 signals one that is not there is bad, and the others are read as before")
  func one() async throws {
    let addresses = Array(0..<300)
    var bench = try Bench(addresses)
    bench.device.set { $0.missing = [140] }
    let first = try await bench.read()
    // The middle one of three requests holds it.
    #expect(first.readings.indices.filter { !first.readings[$0].quality.isGood }.count == 125)
    #expect(first.requests <= 3 + 15)
    #expect(first.changes.map(\.kind) == [.refused])
    #expect(
      first.changes.first?.detail
        == "group all: the device has no address for s140 at holding 140 (40141 in the manual, "
        + "function 3, exception 2); check the profile's addresses"
    )
    for _ in 0..<20 {
      let later = try await bench.read()
      #expect(later.readings == Self.readings(addresses, without: [140]))
      #expect(later.requests == 4 && later.changes == [])
    }
  }

  @Test("Without time to spare a scan is followed by one question, and its signals stay bad")
  func budget() async throws {
    let addresses = Array(0..<100)
    var bench = try Bench(addresses)
    bench.device.set { $0.missing = [77] }
    var scans = 0
    while true {
      let read = try await bench.read(spare: .zero)
      scans += 1
      #expect(read.requests == 2)
      #expect(read.readings.allSatisfy { $0 == Reading(.exception(2)) })
      if !read.changes.isEmpty { break }
      try #require(scans < 20)
    }
    #expect(scans <= 15)
    #expect(try await bench.read().readings == Self.readings(addresses, without: [77]))
  }

  @Test("A search ends where the bus is needed again")
  func spare() async throws {
    var bench = try Bench(Array(0..<100))
    bench.device.set { $0.missing = [77] }
    // The scan itself takes 10 ms, and each question as long.
    let read = try await bench.read(spare: .milliseconds(50))
    #expect(read.requests == 1 + 4)
    #expect(bench.device.time.uptime() == .seconds(1))
  }

  @Test("While a request is searched, no other group on the bus misses a scan")
  func neighbours() async throws {
    let bench = try Bench(Array(0..<100))
    let (device, time) = (bench.device, bench.device.time)
    device.set { $0.missing = [3, 50, 97] }
    let quick = try Self.quickGroup()
    let seen = Locked<[Observation]>([])
    let poller = BusPoller(bus: bench.bus, groups: [bench.group, quick], time: time) {
      observation in seen.with { $0.append(observation) }
    }
    var state = poller.start()
    while state.next(at: time.uptime()) < .seconds(20) {
      let wait = state.next(at: time.uptime()) - time.uptime()
      if wait > .zero { time.advance(by: wait) }
      await poller.pollOnce(&state)
    }
    var (scans, missed) = ([ScanGroupID: Int](), 0)
    var changes: [SignalsChange] = []
    for observation in seen.value {
      switch observation {
      case .scan(let scan): scans[scan.group, default: 0] += 1
      case .missed: missed += 1
      case .signals(let change): changes.append(change)
      case .silent: break
      }
    }
    #expect(missed == 0)
    #expect(scans[bench.group.id] ?? 0 >= 19 && scans[quick.id] ?? 0 >= 399)
    #expect(changes.flatMap(\.signals).map(\.name) == ["s3", "s50", "s97"])
    #expect(changes.count == 1)
  }

  /// Another device, which is read every 50 ms.
  private static func quickGroup() throws -> ScanGroup {
    let group = ModbusScanGroup(
      name: "quick",
      period: .milliseconds(50),
      signals: [
        ModbusSignal(
          signal: Signal(name: "q"),
          location: ModbusLocation(table: .holding, address: 200, count: 1),
          decoding: ModbusSignal.Decoding(type: .uint16)
        )
      ]
    )
    return try Self.group(group, device: "q")
  }

  private static func group(_ group: ModbusScanGroup, device: String) throws -> ScanGroup {
    let profile = DeviceProfile(
      name: "p",
      title: "P",
      kind: .other,
      source: .generic,
      access: .modbus(ModbusAccess(addressBase: .modicon, groups: [group])),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    return try #require(
      ScanGroup.groups(of: profile, device: DeviceID(checked: device), unit: UnitID(1)).first
    )
  }

  @Test("A refusal that does not come again costs the scan only")
  func fluke() async throws {
    let addresses = Array(0..<50)
    var bench = try Bench(addresses)
    bench.device.set { $0.failure = { $0 == 50 ? BusFailure(.exception(2), "now") : nil } }
    let first = try await bench.read(spare: .zero)
    #expect(first.readings.allSatisfy { $0 == Reading(.exception(2)) })
    bench.device.set { $0.failure = { _ in nil } }
    for _ in 0..<5 {
      let read = try await bench.read()
      #expect(read.readings == Self.readings(addresses, without: []))
      #expect(read.requests == 1 && read.changes == [])
    }
  }

  @Test("Addresses between signals that are not there divide a request, and nothing is bad")
  func gap() async throws {
    let addresses = [0, 1, 2, 6, 7, 8, 12, 13]
    var bench = try Bench(addresses)
    bench.device.set { $0.missing = [4, 10] }
    var changes: [SignalsChange] = []
    for _ in 0..<4 { changes += try await bench.read().changes }
    let read = try await bench.read()
    #expect(read.readings == Self.readings(addresses, without: []))
    #expect(read.requests == 3)
    #expect(changes == [])
  }

  @Test("A device that gives fewer registers at once than its profile says is asked for fewer")
  func length() async throws {
    let addresses = Array(0..<120)
    var bench = try Bench(addresses)
    bench.device.set { $0.longest = 40 }
    for _ in 0..<4 { _ = try await bench.read() }
    let read = try await bench.read()
    #expect(read.readings == Self.readings(addresses, without: []))
    #expect(read.requests == 4 && read.changes == [])
  }

  @Test("Where nothing is there, one request a scan tells that the device is")
  func all() async throws {
    let addresses = Array(0..<20)
    var bench = try Bench(addresses)
    bench.device.set { $0.missing = Set(0..<20) }
    let first = try await bench.read()
    let change = try #require(first.changes.first)
    #expect(change.signals.map(\.name) == addresses.map { "s\($0)" })
    #expect(change.detail.hasSuffix("exception 2) and 10 more; check the profile's addresses"))
    for _ in 0..<5 {
      let read = try await bench.read()
      #expect(read.readings == Self.readings(addresses, without: Set(addresses)))
      #expect(read.requests == 1 && read.changes == [])
    }
    bench.device.set { $0.missing = [] }
    let healed = try await bench.read()
    #expect(healed.changes.map(\.kind) == [.answered])
    #expect(try await bench.read().readings == Self.readings(addresses, without: []))
  }

  @Test("A refused signal is asked for every ten minutes, and read again once it is there")
  func heals() async throws {
    let addresses = Array(0..<30)
    var bench = try Bench(addresses)
    bench.device.set { $0.missing = [7, 20] }
    #expect(try await bench.read().changes.map(\.kind) == [.refused])
    let before = bench.bus.asked.count
    for _ in 0..<1_300 { _ = try await bench.read() }
    // Three requests a scan, and two questions in twenty minutes.
    #expect(bench.bus.asked.count - before == 1_300 * 3 + 2)
    bench.device.set { $0.missing = [] }
    var changes: [SignalsChange] = []
    for _ in 0..<600 { changes += try await bench.read().changes }
    #expect(changes.map(\.kind) == [.answered])
    #expect(changes.first?.signals.map(\.name) == ["s7", "s20"])
    #expect(try await bench.read().readings == Self.readings(addresses, without: []))
  }

  @Test("A device that was gone is asked for its refused signals at once")
  func returns() async throws {
    let addresses = Array(0..<30)
    var bench = try Bench(addresses)
    bench.device.set { $0.missing = [7] }
    _ = try await bench.read()
    bench.device.set { $0.failure = { _ in BusFailure(.timeout, "no answer") } }
    let silent = try await bench.read()
    // Nothing is known of a device that does not answer, not even what it refuses.
    #expect(silent.readings.allSatisfy { $0 == Reading(.timeout) })
    bench.device.set { state in
      state.missing = []
      state.failure = { _ in nil }
    }
    let back = try await bench.read()
    #expect(back.readings == Self.readings(addresses, without: [7]))
    #expect(back.changes.map(\.kind) == [.answered])
    #expect(try await bench.read().readings == Self.readings(addresses, without: []))
  }

  @Test("A device that does not answer the questions is left alone for ten minutes")
  func unanswered() async throws {
    var bench = try Bench(Array(0..<50))
    bench.device.set { state in
      state.failure = { count in
        count == 50 ? BusFailure(.exception(2), "no") : BusFailure(.timeout, "no answer")
      }
    }
    let count = AddressBook.maximumTries
    for _ in 0..<count { #expect(try await bench.read().requests == 2) }
    for _ in 0..<(600 - count) { #expect(try await bench.read().requests == 1) }
    bench.device.set { state in
      state.failure = { _ in nil }
      state.missing = [3]
    }
    for _ in 0..<5 { _ = try await bench.read() }
    #expect(try await bench.read().readings == Self.readings(Array(0..<50), without: [3]))
  }

  @Test("Other refusals start no search", arguments: [1, 4, 10, 11] as [UInt8])
  func others(code: UInt8) async throws {
    var bench = try Bench(Array(0..<50))
    bench.device.set { $0.failure = { _ in BusFailure(.exception(code), "no") } }
    let read = try await bench.read(spare: .zero)
    #expect(Set(bench.bus.asked).count == 1)
    #expect(read.changes == [])
  }
}
