import Telemetry
import Testing

@Suite("Journal batch")
struct JournalBatchTests {
  private func batch() throws -> JournalBatch {
    let records = [Array(#"{"a":1}"#.utf8), Array(#"{"ü":"x"}"#.utf8)]
    let header = JournalBatch.Header(
      agent: try AgentID("edge-1"),
      journal: "0123456789abcdef0123456789abcdef",
      first: 7,
      count: 2,
      root: .sha256([])
    )
    return JournalBatch(header: header, records: records)
  }

  @Test("Lines read back as the same batch, the records' bytes unchanged")
  func roundTrip() throws {
    let lines = try batch().encode()
    #expect(lines.count { $0 == 0x0A } == 3)
    #expect(try JournalBatch(lines: lines) == batch())
  }

  @Test("The header is one line with sorted members")
  func header() throws {
    let line = try #require(try batch().encode().split(separator: 0x0A).first)
    #expect(
      String(decoding: line, as: UTF8.self)
        == #"{"agent":"edge-1","count":2,"first":7,"journal":"0123456789abcdef0123456789abcdef","#
        + #""root":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"#
    )
  }

  @Test("A batch cut at any byte is refused")
  func cut() throws {
    let lines = try batch().encode()
    for length in 0..<lines.count {
      #expect(throws: JournalBatchError.self) { try JournalBatch(lines: Array(lines[..<length])) }
    }
  }

  @Test("A count that is not the number of lines is refused")
  func count() throws {
    let lines = try batch().encode() + Array("{}\n".utf8)
    #expect(throws: JournalBatchError.count(claimed: 2, received: 3)) {
      try JournalBatch(lines: lines)
    }
  }

  @Test("A first line that is no header is refused")
  func noHeader() {
    #expect(throws: JournalBatchError.self) { try JournalBatch(lines: Array("<html>\n".utf8)) }
  }
}
