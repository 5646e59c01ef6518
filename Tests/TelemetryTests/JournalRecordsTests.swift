import Telemetry
import Testing

/// These bytes may be added to, and never changed.
@Suite("Golden records of the journal itself")
struct JournalRecordsTests {
  private static let at = Instant(microseconds: 1_795_554_667_123_456)

  private static func contents() throws -> [(Record.Content, String)] {
    let root = Digest.sha256([])
    let opening = JournalOpening(
      agent: try AgentID("edge-1"),
      site: try Label("Zug"),
      journal: "17d0",
      software: "0.1.0"
    )
    let succession = JournalSuccession(
      .forked,
      detail: "the hub has more",
      journal: "9ac4",
      seq: 481,
      root: root,
      at: at,
      lost: 31,
      file: "journal.sqlite.kept-1",
      story: true
    )
    return [
      (
        .opening(opening),
        """
        {"agent":"edge-1","at":"2026-11-24T21:11:07.123456Z","format":1,"journal":"17d0","seq":7,\
        "site":"Zug","software":"0.1.0","type":"opening"}
        """
      ),
      (
        .opening(opening.continuing(succession)),
        """
        {"agent":"edge-1","at":"2026-11-24T21:11:07.123456Z","continues":\
        {"at":"2026-11-24T21:11:07.123456Z","detail":"the hub has more",\
        "file":"journal.sqlite.kept-1","journal":"9ac4","lost":31,"reason":"forked",\
        "root":"\(root)","seq":481,"story":true},"format":1,"journal":"17d0","seq":7,\
        "site":"Zug","software":"0.1.0","type":"opening"}
        """
      ),
      (
        .pruned(
          PrunedFrames(
            .age,
            from: 1,
            to: 16_384,
            frames: 16_000,
            first: at,
            last: at.advanced(by: .seconds(60)),
            confirmed: true
          )
        ),
        """
        {"at":"2026-11-24T21:11:07.123456Z","confirmed":true,\
        "first":"2026-11-24T21:11:07.123456Z","frames":16000,"from":1,\
        "last":"2026-11-24T21:12:07.123456Z","reason":"age","seq":7,"to":16384,"type":"pruned"}
        """
      ),
      (
        .event(Event(.journalContinued, detail: "it was damaged")),
        """
        {"at":"2026-11-24T21:11:07.123456Z","detail":"it was damaged",\
        "event":"journal_continued","seq":7,"type":"event"}
        """
      ),
    ]
  }

  @Test("Each is written with exactly these bytes, and read back")
  func bytes() throws {
    for (content, line) in try Self.contents() {
      let record = Record(seq: 7, at: Self.at, content: content)
      #expect(String(decoding: try RecordCoding.encode(record), as: UTF8.self) == line)
      #expect(try RecordCoding.decode(Array(line.utf8)) == record)
    }
  }
}
