import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Fieldbus

@Suite("Scanner port", .serialized)
struct ScannerPortTests {
  @Test("What a scanner sends is read as it is, in whatever pieces")
  func bytes() async throws {
    let pair = try await PtyPair()
    let port = ScannerPort(on: SerialLine(port: pair.left, baud: 9_600, parity: .none))
    #expect(try await port.read(within: .milliseconds(10)) == [])
    let scanner = try FileHandle(forWritingTo: URL(filePath: pair.right))
    try scanner.write(contentsOf: Data([0x31, 0x1D, 0xFF, 0x00, 0x0D]))
    var heard: [UInt8] = []
    while heard.count < 5 { heard += try await port.read(within: .seconds(5)) }
    #expect(heard == [0x31, 0x1D, 0xFF, 0x00, 0x0D])
  }

  @Test("A scanner that is unplugged is told, and read again when it is back")
  func replugged() async throws {
    let folder = try TemporaryFolder()
    let link = folder.path("scanner")
    let pair = try await PtyPair()
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pair.left)
    let port = ScannerPort(on: SerialLine(port: link, baud: 9_600, parity: .none))
    #expect(try await port.read(within: .milliseconds(10)) == [])
    pair.unplug()
    let failure = await #expect(throws: BusFailure.self) {
      while true { _ = try await port.read(within: .seconds(1)) }
    }
    #expect(failure?.cause == .noConnection)
    await #expect(throws: BusFailure.self) { try await port.read(within: .milliseconds(10)) }
    let again = try await PtyPair()
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: again.left)
    _ = try await port.read(within: .milliseconds(10))
    let scanner = try FileHandle(forWritingTo: URL(filePath: again.right))
    try scanner.write(contentsOf: Data([0x41, 0x0D]))
    #expect(try await port.read(within: .seconds(5)).first == 0x41)
  }
}
