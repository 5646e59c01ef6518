import DeviceSimulator
import Foundation
import Profiles
import Telemetry
import TestSupport
import Testing

@Suite("Identification of a simulated device")
struct IdentificationTests {
  private static let image: RegisterImage = {
    guard case .modbus(let access) = TestProfiles.environment.access else { preconditionFailure() }
    return RegisterImage(access: access)
  }()

  private static func reply(_ request: [UInt8], _ identity: SimulatedIdentity?) -> [UInt8] {
    ModbusServerCodec.reply(to: request[...], from: image, identity: identity)
  }

  private static func identity(
    _ objects: [UInt8: String],
    serverID: [UInt8] = []
  ) throws -> SimulatedIdentity {
    try #require(SimulatedIdentity(objects: objects, serverID: serverID))
  }

  /// Vendor, product code and revision, model name, and one object of the maker's own.
  private static let objects: [UInt8: String] = [0: "Ma", 1: "P1", 2: "V2", 5: "Oven", 0x80: "x"]

  @Test(
    "A stream holds the objects of its category, from the one that is asked for",
    arguments: [
      // The standard's own example has this form (6.21).
      ([0x2B, 14, 1, 0], [0x2B, 14, 1, 0x83, 0, 0, 3, 0, 2, 77, 97, 1, 2, 80, 49, 2, 2, 86, 50]),
      ([0x2B, 14, 1, 2], [0x2B, 14, 1, 0x83, 0, 0, 1, 2, 2, 86, 50]),
      ([0x2B, 14, 2, 2], [0x2B, 14, 2, 0x83, 0, 0, 2, 2, 2, 86, 50, 5, 4, 79, 118, 101, 110]),
      ([0x2B, 14, 3, 5], [0x2B, 14, 3, 0x83, 0, 0, 2, 5, 4, 79, 118, 101, 110, 0x80, 1, 120]),
      // One that is not there, or not of the category, begins anew.
      ([0x2B, 14, 1, 5], [0x2B, 14, 1, 0x83, 0, 0, 3, 0, 2, 77, 97, 1, 2, 80, 49, 2, 2, 86, 50]),
      ([0x2B, 14, 4, 5], [0x2B, 14, 4, 0x83, 0, 0, 1, 5, 4, 79, 118, 101, 110]),
      // Exceptions: no such object, no such access code, wrong length, another MEI type.
      ([0x2B, 14, 4, 3], [0xAB, 2]),
      ([0x2B, 14, 0, 0], [0xAB, 3]),
      ([0x2B, 14, 5, 0], [0xAB, 3]),
      ([0x2B, 14, 1], [0xAB, 3]),
      ([0x2B], [0xAB, 3]),
      ([0x2B, 13, 1, 0], [0xAB, 1]),
      ([0x11], [0x91, 1]),
    ] as [([UInt8], [UInt8])]
  )
  func objects(_ request: [UInt8], _ expected: [UInt8]) throws {
    #expect(Self.reply(request, try Self.identity(Self.objects)) == expected)
  }

  @Test(
    "The conformity level is that of the highest object",
    arguments: [
      ([0: "a"], 0x81), ([0: "a", 6: "b"], 0x82), ([0x7F: "b"], 0x82), ([0xFF: "c"], 0x83),
    ]
      as [([UInt8: String], UInt8)]
  )
  func conformity(_ objects: [UInt8: String], _ level: UInt8) throws {
    #expect(Self.reply([0x2B, 14, 3, 0], try Self.identity(objects))[3] == level)
  }

  @Test("The server identification is followed by the run indicator")
  func serverID() throws {
    let identity = try Self.identity([:], serverID: [0x41, 0x42])
    #expect(Self.reply([0x11], identity) == [0x11, 3, 0x41, 0x42, 0xFF])
    #expect(Self.reply([0x11, 0], identity) == [0x91, 3])
    #expect(Self.reply([0x2B, 14, 1, 0], identity) == [0xAB, 1])
  }

  @Test("A device without an identity does not know the functions")
  func unknown() {
    #expect(Self.reply([0x2B, 14, 1, 0], nil) == [0xAB, 1])
    #expect(Self.reply([0x11], nil) == [0x91, 1])
  }

  @Test("What exceeds one reply follows in the next")
  func moreFollows() throws {
    let texts = Dictionary(
      uniqueKeysWithValues: (0..<7).map { (UInt8($0), String(repeating: "\($0)", count: 100)) }
    )
    let identity = try Self.identity(texts)
    let first = Self.reply([0x2B, 14, 2, 0], identity)
    #expect(first.prefix(7) == [0x2B, 14, 2, 0x82, 0xFF, 2, 2])
    #expect(first.count == 7 + 2 * 102)
    let last = Self.reply([0x2B, 14, 2, 6], identity)
    #expect(last.prefix(9) == [0x2B, 14, 2, 0x82, 0, 0, 1, 6, 100])
  }

  @Test("The longest text and identification fit into a reply, longer ones are refused")
  func longest() throws {
    let text = String(repeating: "x", count: 244)
    #expect(Self.reply([0x2B, 14, 1, 0], try Self.identity([0: text, 1: "y"])).count == 253)
    #expect(SimulatedIdentity(objects: [0: text + "x"]) == nil)
    let bytes = [UInt8](repeating: 7, count: 250)
    #expect(Self.reply([0x11], try Self.identity([:], serverID: bytes)).count == 253)
    #expect(SimulatedIdentity(serverID: bytes + [7]) == nil)
  }

  @Test("pymodbus reads all objects, one of them, and the server identification over TCP")
  func pymodbusTCP() async throws {
    try await ask(.tcp(Endpoint(host: "127.0.0.1", port: 0))) { "\(port(of: $0))" }
  }

  @Test("pymodbus reads the same over RTU")
  func pymodbusRTU() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("line")
    try await ask(.rtu(link: link, baud: nil)) { _ in link }
  }

  private func ask(
    _ carrier: SimulationOptions.Carrier,
    at place: @escaping @Sendable (SimulationAddress) -> String
  ) async throws {
    let long = String(repeating: "m", count: 200)
    let identity = try Self.identity(
      [0: "Lotline", 1: "SIM-1", 2: "3.1", 4: long, 5: long, 0x80: "own"],
      serverID: [0x53, 0x49, 0x4D]
    )
    let options = SimulationOptions(
      devices: [.init(profile: TestProfiles.oven, identity: identity)],
      carrier: carrier
    )
    let script = Repository.root.appending(path: "Tests/Peers/identification_client.py").path
    let output = try await serving(options, time: ManualTime()) { address in
      try await shell("'\(Repository.python.path)' '\(script)' '\(place(address))'")
    }
    let basic = #""0": "Lotline", "1": "SIM-1", "2": "3.1""#
    let regular = basic + #", "4": "\#(long)", "5": "\#(long)""#
    let lines = output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        #"{"code": 1, "conformity": 131, "objects": {\#(basic)}}"#,
        #"{"code": 2, "conformity": 131, "objects": {\#(regular)}}"#,
        #"{"code": 3, "conformity": 131, "objects": {\#(regular), "128": "own"}}"#,
        #"{"1": "SIM-1"}"#,
        #"{"id": "53494d", "running": true}"#,
      ],
      "\(output)"
    )
  }
}
