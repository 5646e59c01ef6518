package import Telemetry

/// A journal as an agent would write it, record by record, with a clock of its own.
package struct JournalBuilder: Sendable {
  package let agent: AgentID
  package let journal: String

  /// The bytes of all records; record 1 is the first.
  package private(set) var records: [[UInt8]] = []

  /// Time of the next record.
  package var time: Instant

  /// Opens a journal, by default at 2026-11-24T12:00:00Z.
  package init(
    agent: String = "line-a",
    journal: String = "4f2a90c1d3e5b7a9886655443322110f",
    site: String = "Zug",
    start: Instant = Instant(microseconds: 1_795_521_600_000_000),
    continues: JournalSuccession? = nil
  ) throws {
    self.agent = try AgentID(agent)
    self.journal = journal
    time = start
    let opening = JournalOpening(
      agent: self.agent,
      site: try Label(site),
      journal: journal,
      software: "0.1.0",
      continues: continues
    )
    try add(.opening(opening))
  }

  /// Appends a record and gives its sequence number; the clock then moves on by `duration`.
  @discardableResult
  package mutating func add(
    _ content: Record.Content,
    lasting duration: Duration = .seconds(1)
  ) throws -> Int {
    let seq = records.count + 1
    records.append(try RecordCoding.encode(Record(seq: seq, at: time, content: content)))
    time = time.advanced(by: duration)
    return seq
  }

  @discardableResult
  package mutating func bind(
    _ station: String,
    _ lot: String,
    part: String,
    workOrder: String = "WO-7001",
    operatorName: String = "A. Meier",
    program: String? = nil
  ) throws -> Int {
    try add(
      .binding(
        Binding(
          station: StationID(station),
          lot: LotID(lot),
          part: Label(part),
          workOrder: Label(workOrder),
          operatorName: Label(operatorName),
          program: program.map { try Label($0) }
        )
      )
    )
  }

  @discardableResult
  package mutating func end(_ station: String, _ lot: String, binding: Int) throws -> Int {
    try add(
      .bindingEnd(BindingEnd(station: StationID(station), lot: LotID(lot), binding: binding))
    )
  }

  /// Has a board or device of a lot scanned when it comes or goes.
  @discardableResult
  package mutating func scan(
    _ station: String,
    _ serial: String,
    _ event: UnitPassage.Event,
    binding: Int,
    lane: String? = nil,
    belt: BeltReading? = nil
  ) throws -> Int {
    try add(
      .unit(
        UnitPassage(
          station: StationID(station),
          lane: lane.map { try LaneID($0) },
          binding: binding,
          serial: SerialNumber(serial),
          event: event,
          source: .scan,
          belt: belt
        )
      )
    )
  }

  @discardableResult
  package mutating func load(_ station: String, _ lot: String, _ material: String) throws -> Int {
    try add(
      .materialLoad(
        MaterialLoad(
          station: StationID(station),
          lot: LotID(lot),
          material: Label(material),
          operatorName: Label("A. Meier"),
          certificate: Label("C-\(lot)")
        )
      )
    )
  }

  @discardableResult
  package mutating func unload(_ station: String, _ lot: String, load: Int) throws -> Int {
    try add(
      .materialUnload(MaterialUnload(station: StationID(station), lot: LotID(lot), load: load))
    )
  }

  @discardableResult
  package mutating func consume(
    _ input: String,
    into output: String,
    quantity: Double? = nil
  ) throws -> Int {
    try add(
      .consumption(
        Consumption(
          output: LotID(output),
          input: LotID(input),
          quantity: quantity,
          operatorName: Label("P. Rossi")
        )
      )
    )
  }

  @discardableResult
  package mutating func layout(
    _ device: String,
    stations: [String],
    conveyors: [ConveyorDescription] = [],
    signals: [SignalDescription]
  ) throws -> Int {
    try add(
      .layout(
        FrameLayout(
          device: DeviceID(device),
          group: "process",
          profile: "\(device)-profile",
          profileHash: .sha256(Array(device.utf8)),
          periodMilliseconds: 1_000,
          stations: stations.map { try StationID($0) },
          conveyors: conveyors,
          signals: signals
        )
      )
    )
  }

  @discardableResult
  package mutating func frame(
    layout: Int,
    bindings: [Int?],
    skipped: Int = 0,
    _ readings: [Reading]
  ) throws -> Int {
    try frame(
      layout: layout,
      places: bindings.map { Bound($0) },
      belt: nil,
      skipped: skipped,
      readings
    )
  }

  /// A frame at a conveyor with one belt, bound place by place; without a belt, at stations.
  @discardableResult
  package mutating func frame(
    layout: Int,
    places: [Bound],
    unsure: [Int] = [],
    belt: Double?,
    skipped: Int = 0,
    _ readings: [Reading]
  ) throws -> Int {
    try add(
      .frame(
        Frame(
          at: time,
          spanMicroseconds: 1_840,
          layout: layout,
          bindings: places,
          unsure: unsure,
          belts: belt.map { [BeltReading(low: $0, high: $0)] } ?? [],
          readings: readings,
          skipped: skipped
        )
      )
    )
  }

  /// Records as a batch, with the root that the whole journal has at its last record.
  package func batch(_ range: ClosedRange<Int>) -> JournalBatch {
    var frontier = MerkleFrontier()
    for record in records[..<range.upperBound] { frontier.append(.leaf(record)) }
    return JournalBatch(
      header: JournalBatch.Header(
        agent: agent,
        journal: journal,
        first: range.lowerBound,
        count: range.count,
        root: frontier.root
      ),
      records: Array(records[(range.lowerBound - 1)..<range.upperBound])
    )
  }

  /// The whole journal as one batch.
  package var batch: JournalBatch { batch(1...records.count) }
}

extension JournalBuilder {
  /// Device lot DEV-0042 of a gearbox lot and a PCB lot, the latter soldered under nitrogen with
  /// three readings that did not come.
  package static func device() throws -> JournalBuilder {
    var journal = try JournalBuilder()
    let oven = try journal.layout(
      "oven-1",
      stations: ["reflow-1"],
      signals: [
        SignalDescription(name: "zone1.temperature", quantity: "temperature", unit: "Cel"),
        SignalDescription(name: "program"),
      ]
    )
    let room = try journal.layout(
      "room",
      stations: ["reflow-1", "gearbox-rig-1"],
      signals: [SignalDescription(name: "humidity", quantity: "relative_humidity", unit: "%")]
    )
    let oxygen = try journal.layout(
      "oxygen",
      stations: ["reflow-1"],
      signals: [SignalDescription(name: "oxygen", quantity: "oxygen", unit: "[ppm]")]
    )
    let paste = try journal.load("reflow-1", "PASTE-55", "SAC305 paste")
    try journal.load("reflow-1", "BARE-12", "PCB 4711 rev C")
    let soldering = try journal.bind(
      "reflow-1",
      "PCB-7",
      part: "control board 4711",
      program: "LF-SAC305"
    )
    for index in 0..<10 {
      let zone: Reading = index < 3 ? Reading(.timeout) : Reading(.real(180 + Double(index)))
      let readings = [zone, Reading(.text("LF-SAC305"))]
      try journal.frame(layout: oven, bindings: [soldering], readings)
      try journal.frame(layout: room, bindings: [soldering, nil], [Reading(.real(45.5))])
      try journal.frame(layout: oxygen, bindings: [soldering], [Reading(.integer(430))])
    }
    try journal.end("reflow-1", "PCB-7", binding: soldering)
    try journal.unload("reflow-1", "PASTE-55", load: paste)
    let running = try journal.bind("gearbox-rig-1", "GBX-3", part: "gearbox 9", program: "RUN-IN")
    try journal.frame(layout: room, bindings: [nil, running], [Reading(.real(44))])
    try journal.end("gearbox-rig-1", "GBX-3", binding: running)
    try journal.consume("GBX-3", into: "DEV-0042", quantity: 1)
    try journal.consume("PCB-7", into: "DEV-0042", quantity: 24)
    let testing = try journal.bind(
      "final-test-1",
      "DEV-0042",
      part: "ventilator V200",
      operatorName: "M. Keller"
    )
    try journal.end("final-test-1", "DEV-0042", binding: testing)
    return journal
  }
}
