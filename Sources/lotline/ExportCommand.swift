internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import JournalExport
internal import JournalStore
internal import Telemetry

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the readings or events of a journal as CSV or JSON Lines.",
    discussion: """
      Works while the agent runs, and does not disturb it; what is committed when it begins is \
      written. A reading that belongs to several lots has a row for each. Lots are those that were \
      recorded; corrections are among the events.

      EXAMPLES
        lotline export --config Config/agent.yaml --lot PCB-2411 --output PCB-2411.csv
        lotline export --config Config/agent.yaml --station reflow-1 --signal 'zone*' \\
          --from 06:00 --to 14:00 --format jsonl
        lotline export --config Config/agent.yaml --events
      """
  )

  enum Format: String, ExpressibleByArgument, CaseIterable { case csv, jsonl }

  @OptionGroup var source: JournalOptions
  @OptionGroup var options: SelectionOptions
  @Option(help: "Only from then on, by the agent's clock.", transform: Instant.parsed)
  var from: Instant?
  @Option(help: "Only until then.", transform: Instant.parsed) var to: Instant?
  @Flag(help: "Lots, material, operators, gaps and what else happened, in place of readings.")
  var events = false
  @Option(help: "csv, with a line of names first, or jsonl: an object in each line.")
  var format = Format.csv
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to; standard output otherwise.", valueName: "file")
  )
  var output: String?

  func validate() throws {
    if events, !options.signals.isEmpty {
      throw ValidationError("Events are of no signal: leave out --signal, or --events.")
    }
  }

  func run() async throws {
    try CommandFailure.ofJournal {
      let reader = try JournalReader(path: source.path())
      var file = try OutputFile(output)
      let (start, last) = try (options.start(in: reader), reader.lastSeq)
      var selection = options.selection
      (selection.from, selection.to) = (from, to)
      let count =
        events
        ? try writeEvents(of: reader, after: start, until: last, selection, to: &file)
        : try writeReadings(of: reader, after: start, until: last, selection, to: &file)
      try file.finish()
      if let output {
        Terminal.line("\(counted(count, events ? "event" : "reading")) in \(output)")
      }
    }
  }

  private func writeReadings(
    of reader: JournalReader,
    after start: Int,
    until last: Int,
    _ selection: ReadingSelection,
    to file: inout OutputFile
  ) throws -> Int {
    var maker = RowMaker(reader, selection)
    var scan = JournalScan(reader, after: start)
    let progress = ProgressLine()
    var count = 0
    if format == .csv { try file.append(CSVLine.line(ReadingRow.columns)) }
    while scan.last < last {
      let records = try scan.next()
      if records.isEmpty { break }
      for record in records where record.seq <= last {
        let rows = try maker.rows(of: record)
        count += rows.count
        var bytes: [UInt8] = []
        for row in rows {
          switch format {
          case .csv: row.appendCSV(to: &bytes)
          case .jsonl: row.appendJSON(to: &bytes)
          }
        }
        try file.append(bytes)
      }
      if output != nil {
        progress.show(done: scan.last - start, of: last - start, "record \(scan.last) of \(last)")
      }
    }
    if output != nil { progress.clear() }
    return count
  }

  private func writeEvents(
    of reader: JournalReader,
    after start: Int,
    until last: Int,
    _ selection: ReadingSelection,
    to file: inout OutputFile
  ) throws -> Int {
    /// Events in memory at a time.
    let chunk = 1_000
    var seq = start
    var count = 0
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if format == .csv { try file.append(CSVLine.line(EventRow.columns)) }
    while true {
      let events = try reader.events(after: seq, limit: chunk).filter { $0.seq <= last }
      guard let next = events.last?.seq else { return count }
      seq = next
      for event in events where selection.wants(event) {
        count += 1
        switch format {
        case .csv: try file.append(CSVLine.line(event.cells))
        case .jsonl: try file.append(try encoder.encode(event) + [UInt8(ascii: "\n")])
        }
      }
    }
  }
}
