import Fieldbus
import Profiles
import Telemetry
import Testing

@testable import Acquisition

@Suite("Identity of a device")
struct IdentityTests {
  private static let objects = ModbusIdentification(objects: [
    .vendor: GlobPattern("ACME*"), .model: GlobPattern("TX ?00"),
  ])

  @Test("A device that answers as its profile states is read")
  func confirmed() throws {
    var identity = try modbus(Self.objects)
    #expect(try identity.step(at: .zero) == ask(.identification(.regular, object: 0)))
    let step = identity.take(
      objects([0: "ACME Instruments", 1: "TX4", 5: "TX 400"], next: nil),
      at: .zero
    )
    #expect(step == .read)
    #expect(identity.step(at: .seconds(1)) == .read)
  }

  @Test("Objects that follow are asked for, no further than is needed")
  func moreFollows() throws {
    var identity = try modbus(Self.objects)
    _ = identity.step(at: .zero)
    #expect(
      try identity.take(objects([0: "ACME"], next: 3), at: .zero)
        == ask(.identification(.regular, object: 3))
    )
    #expect(identity.take(objects([5: "TX 400"], next: 6), at: .zero) == .read)
  }

  @Test("A device whose objects never end is not read, and is asked again")
  func endless() throws {
    var identity = try modbus(Self.objects)
    var step = identity.step(at: .zero)
    var asked = 0
    while case .ask = step, asked < 100 {
      asked += 1
      step = identity.take(objects([UInt8(asked + 10): "x"], next: UInt8(asked + 11)), at: .zero)
    }
    #expect(asked == Identity.maximumReplies)
    #expect(refusal(step)?.cause == .malformedReply)
    #expect(try identity.step(at: .zero) == ask(.identification(.regular, object: 0)))
  }

  @Test("An object that the stream leaves out is asked for by itself")
  func individual() throws {
    var identity = try modbus(Self.objects)
    _ = identity.step(at: .zero)
    #expect(
      try identity.take(objects([0: "ACME"], next: nil), at: .zero)
        == ask(.identification(.individual, object: 5))
    )
    let step = identity.take(.failure(BusFailure(.exception(2), "no such address")), at: .zero)
    #expect(
      refusal(step)
        == BusFailure(
          .wrongDevice,
          "unit 7 is not what the profile tx is for: it refuses its model with exception 2"
        )
    )
  }

  @Test("A device that answers otherwise is wrong, and asked again after ten seconds")
  func wrong() throws {
    var identity = try modbus(Self.objects)
    _ = identity.step(at: .seconds(100))
    let step = identity.take(objects([0: "Other\nInc", 5: "TX 400"], next: nil), at: .seconds(101))
    let failure = try #require(refusal(step))
    #expect(failure.cause == .wrongDevice)
    #expect(failure.detail.hasSuffix(#"its vendor is "Other\nInc" instead of "ACME*""#))
    #expect(identity.step(at: .milliseconds(109_999)) == .refuse(failure))
    identity.forget()
    #expect(identity.step(at: .milliseconds(109_999)) == .refuse(failure))
    #expect(try identity.step(at: .seconds(110)) == ask(.identification(.regular, object: 0)))
    #expect(
      identity.take(objects([0: "ACME", 5: "TX 100"], next: nil), at: .seconds(111)) == .read
    )
  }

  @Test(
    "A refusal is a wrong device, unless it only says that the device cannot answer now",
    arguments: [
      (.exception(1), .wrongDevice), (.exception(2), .wrongDevice), (.exception(3), .wrongDevice),
      (.exception(6), .exception(6)), (.exception(11), .exception(11)), (.timeout, .timeout),
      (.checksum, .checksum), (.foreignReply, .foreignReply), (.noConnection, .noConnection),
    ] as [(Cause, Cause)]
  )
  func refused(cause: Cause, expected: Cause) throws {
    var identity = try modbus(ModbusIdentification(serverID: GlobPattern("*")))
    #expect(try identity.step(at: .zero) == ask(.serverID))
    let step = identity.take(.failure(BusFailure(cause, "because")), at: .zero)
    #expect(refusal(step)?.cause == expected)
    // Only a device that answered otherwise is left alone for a while.
    let again = identity.step(at: .milliseconds(1))
    #expect(expected == .wrongDevice ? refusal(again) != nil : try again == ask(.serverID))
  }

  @Test("Objects, server identification and registers are asked for in this order")
  func order() throws {
    let table = ModbusTable.input
    var identity = try modbus(
      ModbusIdentification(
        objects: [.product: GlobPattern("*")],
        serverID: GlobPattern("Oven*v2"),
        registers: [
          register(table, 100, .uint16, .numbers([7, 42])),
          register(table, 200, .string(registers: 2), .text([GlobPattern("AB*")])),
          register(.coil, 3, .bool, .numbers([1])),
        ]
      )
    )
    #expect(try identity.step(at: .zero) == ask(.identification(.basic, object: 0)))
    #expect(try identity.take(objects([1: "P"], next: nil), at: .zero) == ask(.serverID))
    let id = Array("Oven 7".utf8) + [0xFF] + Array("v2".utf8)
    #expect(try identity.take(.success(.serverID(id)), at: .zero) == read(table, 100, 1))
    #expect(try identity.take(.success(.registers([42])), at: .zero) == read(table, 200, 2))
    #expect(
      try identity.take(.success(.registers([0x4142, 0x4300])), at: .zero) == read(.coil, 3, 1)
    )
    #expect(identity.take(.success(.bits([true])), at: .zero) == .read)
  }

  @Test("A register that holds something else is told with what it should hold")
  func registers() throws {
    var identity = try modbus(
      ModbusIdentification(registers: [register(.holding, 10, .uint16, .numbers([7, 42]))])
    )
    _ = identity.step(at: .zero)
    let step = identity.take(.success(.registers([9])), at: .zero)
    #expect(refusal(step)?.detail.hasSuffix("its holding 10 holds 9 instead of 7 or 42") == true)
  }

  @Test("An instrument is asked its request, and its whole answer must fit")
  func serial() throws {
    var identity = try instrument()
    guard case .ask(.serial(let request)) = identity.step(at: .zero) else {
      Issue.record("nothing was asked")
      return
    }
    #expect(request.send == Array("*IDN?\r".utf8))
    #expect(request.timeout == .seconds(3))
    let wrong = identity.take(.success(.line(Array("ACME,TM200".utf8))), at: .zero)
    #expect(
      refusal(wrong)?.detail
        == "the instrument is not what the profile tm is for: "
        + #"it answers "ACME,TM200", which does not fit ^ACME,TM100.*$"#
    )
    _ = identity.step(at: .seconds(10))
    #expect(identity.take(.success(.line(Array("ACME,TM100,3\r".utf8))), at: .zero) == .read)
  }

  @Test("After silence or a lost connection a confirmed device is asked again")
  func forgotten() throws {
    var identity = try modbus(ModbusIdentification(serverID: GlobPattern("A")))
    _ = identity.step(at: .zero)
    #expect(identity.take(.success(.serverID([65, 0xFF])), at: .zero) == .read)
    identity.forget()
    #expect(try identity.step(at: .zero) == ask(.serverID))
  }

  private func modbus(_ identification: ModbusIdentification) throws -> Identity {
    let unit = try #require(UnitID(7))
    return Identity(IdentityCheck(profile: "tx", expectation: .modbus(identification, unit: unit)))
  }

  private func instrument() throws -> Identity {
    let field = SerialField(signal: Signal(name: "v"), capture: "v", kind: .number)
    let profile = DeviceProfile(
      name: "tm",
      title: "TM",
      kind: .other,
      source: .generic,
      access: .serial(
        SerialAccess(
          framing: SerialFraming(shape: .line(terminator: [13])),
          identification: SerialIdentification(
            request: Array("*IDN?\r".utf8),
            answer: "^ACME,TM100.*$"
          ),
          groups: [
            SerialScanGroup(
              name: "g",
              period: .seconds(1),
              request: [63, 13],
              timeout: .seconds(3),
              pattern: "(?<v>.*)",
              fields: [field]
            )
          ]
        )
      ),
      caveats: [],
      hash: .sha256([]),
      text: ""
    )
    let groups = try ScanGroup.groups(of: profile, device: DeviceID(checked: "t"), unit: nil)
    return Identity(try #require(groups[0].identity))
  }

  private func register(
    _ table: ModbusTable,
    _ address: UInt16,
    _ type: RegisterType,
    _ expectation: ExpectedRegister.Expectation
  ) -> ExpectedRegister {
    ExpectedRegister(
      location: ModbusLocation(table: table, address: address, count: type.registerCount),
      decoding: ModbusSignal.Decoding(type: type),
      expectation: expectation
    )
  }

  private func objects(
    _ texts: [UInt8: String],
    next: UInt8?
  ) -> Result<BusReply, BusFailure> {
    .success(.identification(objects: texts.mapValues { Array($0.utf8) }, next: next))
  }

  private func ask(_ operation: ModbusOperation) throws -> Identity.Step {
    .ask(.modbus(ModbusRequest(unit: try #require(UnitID(7)), operation)))
  }

  private func read(_ table: ModbusTable, _ address: UInt16, _ count: Int) throws -> Identity.Step {
    let unit = try #require(UnitID(7))
    return .ask(
      .modbus(
        try #require(ModbusRequest(unit: unit, table: table, address: address, count: count))
      )
    )
  }

  private func refusal(_ step: Identity.Step) -> BusFailure? {
    if case .refuse(let failure) = step { failure } else { nil }
  }
}
