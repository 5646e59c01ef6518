import Telemetry
import Testing

/// Bytes that journals hold for ever.
@Suite("Records of keys and checkpoints")
struct SignatureRecordsTests {
  private static let at = Instant(microseconds: 1_795_554_667_123_456)

  private static let records: [(Record.Content, String)] = [
    (
      .checkpoint(JournalCheckpoint(note: "o\n1\nAA==\n\n— o BB==\n")),
      #"{"at":"2026-11-24T21:11:07.123456Z","note":"o\n1\nAA==\n\n— o BB==\n","seq":1,"type":"checkpoint"}"#
    ),
    (
      .key(JournalKey(key: "o+00000000+AQ==", replaces: nil, note: "n")),
      #"{"at":"2026-11-24T21:11:07.123456Z","key":"o+00000000+AQ==","note":"n","seq":2,"type":"key"}"#
    ),
    (
      .key(JournalKey(key: "b", replaces: "a", note: "n")),
      #"{"at":"2026-11-24T21:11:07.123456Z","key":"b","note":"n","replaces":"a","seq":3,"type":"key"}"#
    ),
    (
      .timestamp(
        CheckpointTimestamp(checkpoint: 3, time: at, authority: "Test TSA", token: "MAA=")
      ),
      #"{"at":"2026-11-24T21:11:07.123456Z","authority":"Test TSA","checkpoint":3,"seq":4,"time":"2026-11-24T21:11:07.123456Z","token":"MAA=","type":"timestamp"}"#
    ),
  ]

  @Test("They are written as they always were, and read back")
  func bytes() throws {
    for (index, (content, text)) in Self.records.enumerated() {
      let record = Record(seq: index + 1, at: Self.at, content: content)
      #expect(String(decoding: try RecordCoding.encode(record), as: UTF8.self) == text)
      #expect(try RecordCoding.decode(Array(text.utf8)) == record)
    }
  }

  @Test("A frame's number is read without the rest")
  func frameSeq() {
    #expect(FrameCoding.seq(of: Array(#"{"type":"frame","seq":812,"at":"#.utf8)) == 812)
    #expect(FrameCoding.seq(of: Array(#"{"type":"frame","seq":812"#.utf8)) == nil)
    #expect(FrameCoding.seq(of: Array(#"{"type":"frame","seq":99999999999999999999,"#.utf8)) == nil)
    #expect(FrameCoding.seq(of: Array(#"{"at":"x","seq":1}"#.utf8)) == nil)
  }
}
