import MarkedYAML
import Telemetry
import TestSupport
import Testing

@testable import Profiles

/// The numbers and bytes that profiles.md shows are those that the code makes.
@Suite("The document of profiles, byte by byte")
struct DocumentedBytesTests {
  private static func rows(below heading: String) throws -> [[String]] {
    try Document("profiles.md").rows(below: heading)
      .map { row in row.map { cell in cell.filter { $0 != "`" } } }
  }

  @Test("The finding that is shown is what the check says of the example with that mistake")
  func finding() throws {
    let document = try Document("profiles.md")
    let examples = document.blocks(of: "yaml")
    let example = try #require(examples.first { $0.hasPrefix("profile: dryer\n") })
    let folder = try TemporaryFolder()
    let file = try folder.write(example.replacing("scale:", with: "scael:"), to: "dryer.yaml")
    let finding = try #require(ProfileLoader.findings(file).first)
    let line = "dryer.yaml:\(finding.line):\(finding.column): \(finding.message)"
    let text = try Repository.text(of: "Documentation/profiles.md")
    #expect(text.contains("\(line) [\(finding.code.name)]\n"))
  }

  @Test("Every type is there with the registers that it takes")
  func types() throws {
    let rows = try Self.rows(below: "### Types")
    #expect(rows.map { $0[0] } == TypeWord.allCases.map(\.rawValue))
    let types: [RegisterType] = [
      .bool, .bit(0), .bits(0...1), .int16, .uint16, .int32, .uint32, .int64, .uint64, .float16,
      .float32, .float64, .bcd16, .bcd32, .bcd64,
    ]
    #expect(rows.dropLast().map { Int($0[1]) } == types.map(\.registerCount))
  }

  @Test("Every order is there with the registers that it makes")
  func orders() throws {
    let rows = try Self.rows(below: "### Orders")
    #expect(rows.map { $0[0] } == RegisterOrder.allCases.map(\.rawValue))
    for (row, order) in zip(rows, RegisterOrder.allCases) {
      #expect(row[1] == Self.hex(order.registers(of: 0x0A0B_0C0D, count: 2)))
      #expect(row[2] == Self.hex(order.registers(of: 0x0102_0304_0506_0708, count: 4)))
    }
  }

  @Test("The ways to count lead to the first holding register", arguments: AddressBase.allCases)
  func bases(base: AddressBase) throws {
    let rows = try Self.rows(below: "### How a manual counts")
    #expect(rows.map { $0[0] } == AddressBase.allCases.map(\.rawValue))
    let row = try #require(rows.first { $0[0] == base.rawValue })
    let scalar = YAMLScalar(text: row[1], isPlain: true, mark: .start)
    let place = try AddressNotation.kind.read(scalar).resolved(in: base)
    #expect(place.address == Int(row[2]))
    #expect(place.table == (base == .modicon ? .holding : nil))
  }

  @Test("The examples of scaling come out as they stand there")
  func scaling() throws {
    let rows = try Self.rows(below: "### Scaling and rounding")
    #expect(rows.count >= 4)
    for row in rows {
      func decimal(_ text: String) throws -> Scaling.Decimal {
        let scalar = YAMLScalar(text: text, isPlain: true, mark: .start)
        return Scaling.Decimal(try ScalarKind<YAMLDecimal>.decimal.read(scalar))
      }
      let scaling = Scaling(
        scale: try decimal(row[1]),
        offset: try decimal(row[2]),
        decimals: Int(row[3])
      )
      #expect(scaling.apply(to: try #require(Int128(row[0]))) == Double(row[4]))
    }
  }

  @Test("Every kind of check sum is there with its value")
  func checksums() throws {
    let rows = try Self.rows(below: "### Kinds of check sums")
    #expect(rows.map { $0[0] } == SerialChecksum.Kind.allCases.map(\.rawValue))
    for (row, kind) in zip(rows, SerialChecksum.Kind.allCases) {
      let checksum = SerialChecksum(
        kind: kind,
        form: .hex,
        place: .beforeEnd,
        coverage: .content
      )
      let framing = SerialFraming(shape: .fixed(length: 16), checksum: checksum)
      let frame = framing.frame(Array("123456789".utf8))
      #expect(row[1] == String(decoding: frame.dropFirst(9), as: UTF8.self), "\(kind)")
    }
  }

  @Test("A request goes over the line as the table of framings has it")
  func framings() throws {
    let rows = try Self.rows(below: "### Framings, byte by byte")
    #expect(rows.count >= 7)
    for row in rows {
      let text = """
        profile: p
        title: T
        kind: other
        source: generic
        serial: \(row[0])
        groups:
          - {name: g, period: 1s, request: "READ?", pattern: '^(?<a>.*)$', fields: [{name: a}]}
        """
      let profile = try ProfileLoader.load(bytes: Array(text.utf8), file: "p.yaml")
      guard case .serial(let access) = profile.access else { continue }
      #expect(row[1] == Self.hex(access.groups[0].request), "\(row[0])")
    }
  }

  private static func hex<Number: FixedWidthInteger>(_ numbers: [Number]) -> String {
    numbers.map { number in
      let digits = String(number, radix: 16, uppercase: true)
      return String(repeating: "0", count: Number.bitWidth / 4 - digits.count) + digits
    }
    .joined(separator: " ")
  }
}
