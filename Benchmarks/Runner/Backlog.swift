internal import Telemetry

/// The agent's side: frames of one oven, all bound to one lot, values that move a little.
struct Backlog {
  let agent: AgentID
  private let journal = "00112233445566778899aabbccddeeff"
  private let valuesPerFrame: Int
  private var frontier = MerkleFrontier()
  private var pending: [[UInt8]] = []
  private static let start = Instant(microseconds: 1_795_521_600_000_000)
  private var time = Self.start
  private(set) var frames = 0
  var records: Int { frontier.size }

  init(agent: String = "bench", valuesPerFrame: Int) throws {
    self.agent = try AgentID(agent)
    self.valuesPerFrame = valuesPerFrame
    let station = try StationID("reflow-1")
    try add(
      .opening(
        JournalOpening(agent: self.agent, site: Label("bench"), journal: journal, software: "0.1.0")
      )
    )
    try add(
      .layout(
        FrameLayout(
          device: DeviceID("oven-1"),
          group: "zones",
          profile: "oven",
          profileHash: .sha256([]),
          periodMilliseconds: 1_000,
          stations: [station],
          signals: (0..<valuesPerFrame).map {
            SignalDescription(name: "zone\($0).temperature", unit: "Cel")
          }
        )
      )
    )
    try add(
      .binding(
        Binding(
          station: station,
          lot: LotID("PCB-1"),
          part: Label("board"),
          workOrder: Label("WO-1"),
          operatorName: Label("bench")
        )
      )
    )
  }

  private mutating func add(_ content: Record.Content) throws {
    let record = Record(seq: frontier.size + 1, at: time, content: content)
    let bytes = try RecordCoding.encode(record)
    frontier.append(.leaf(bytes))
    pending.append(bytes)
  }

  mutating func next(frames count: Int) throws -> JournalBatch {
    for _ in 0..<count {
      time = time.advanced(by: .seconds(1))
      let readings = (0..<valuesPerFrame).map { signal in
        Reading(.real(Double(1_800 + (frames + signal * 7) % 40) / 10))
      }
      try add(
        .frame(
          Frame(at: time, spanMicroseconds: 1_840, layout: 2, bindings: [3], readings: readings)
        )
      )
      frames += 1
    }
    return batch()
  }

  /// Has the lot, of which all frames are, come half an hour before its scan.
  mutating func correction() throws -> JournalBatch {
    let from = Self.start.advanced(by: .seconds(-1_800))
    try add(
      .correction(
        Correction(.times(3, from: from, to: nil), by: Label("bench"), reason: Label("bench"))
      )
    )
    return batch()
  }

  /// Has a device of the lot come or go.
  mutating func passage(of serial: String, _ event: UnitPassage.Event) throws -> JournalBatch {
    time = time.advanced(by: .milliseconds(500))
    try add(
      .unit(
        UnitPassage(
          station: StationID("reflow-1"),
          binding: 3,
          serial: SerialNumber(serial),
          event: event,
          source: .scan
        )
      )
    )
    return batch()
  }

  private mutating func batch() -> JournalBatch {
    defer { pending = [] }
    return JournalBatch(
      header: .init(
        agent: agent,
        journal: journal,
        first: frontier.size - pending.count + 1,
        count: pending.count,
        root: frontier.root
      ),
      records: pending
    )
  }
}
