import Foundation
import Gzip
import TestSupport
import Testing

@Suite("Gzip")
struct GzipTests {
  private func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
  }

  @Test("Comes back as it went in", arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
  func roundTrip(count: Int) throws {
    let bytes = pattern(count)
    for level in [1, 6, 9] {
      let packed = try Gzip.compress(bytes, level: level)
      #expect(try Gzip.decompress(packed, limit: count) == bytes)
    }
  }

  @Test("A bomb is refused at the limit")
  func bomb() throws {
    let packed = try Gzip.compress([UInt8](repeating: 0, count: 20_000_000), level: 9)
    #expect(packed.count < 30_000)
    #expect(throws: GzipError.tooLarge(limit: 1_000_000)) {
      try Gzip.decompress(packed, limit: 1_000_000)
    }
  }

  @Test("Data cut anywhere is refused")
  func cut() throws {
    let packed = try Gzip.compress(pattern(300))
    for length in 0..<packed.count {
      #expect(throws: GzipError.truncated) {
        try Gzip.decompress(Array(packed[..<length]), limit: 1_000)
      }
    }
  }

  @Test("Data with one bit changed is refused, or comes back unchanged")
  func damaged() throws {
    let bytes = pattern(300)
    let packed = try Gzip.compress(bytes)
    for index in packed.indices {
      for bit in 0..<8 {
        var damaged = packed
        damaged[index] ^= 1 << bit
        // Bits of the header's time and system carry nothing.
        guard let unpacked = try? Gzip.decompress(damaged, limit: 1_000) else { continue }
        #expect(unpacked == bytes, "byte \(index), bit \(bit)")
      }
    }
  }

  @Test("What is no gzip data, or is followed by something, is refused")
  func foreign() throws {
    #expect(throws: GzipError.zlib(code: -3)) {
      try Gzip.decompress(Array("<html></html>".utf8), limit: 1_000)
    }
    let packed = try Gzip.compress([1, 2, 3])
    #expect(throws: GzipError.trailingBytes(2)) {
      try Gzip.decompress(packed + [0, 0], limit: 1_000)
    }
  }

  @Test("The gzip program reads what we write")
  func peer() throws {
    let folder = try TemporaryFolder()
    let bytes = Array("183.2,182.9\n".utf8)
    try Gzip.compress(bytes).withUnsafeBytes { raw in
      try Data(raw).write(to: folder.url.appending(path: "a.gz"))
    }
    let (status, output) = try Tool.run("gzip", "-dc", folder.path("a.gz"))
    #expect(status == 0)
    #expect(output == "183.2,182.9\n")
  }
}
