internal import ArgumentParser
internal import CommandSupport
internal import JournalExport
internal import JournalStore
internal import Telemetry

struct TailCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Show the last records of a journal, and follow it.",
    discussion: """
      A line for each record: a scan with its readings and lots, or what happened. With --signal, a \
      line for each reading of it. Works while the agent runs, and does not disturb it.

      EXAMPLES
        lotline tail --config Config/agent.yaml --follow
        lotline tail --config Config/agent.yaml -f --signal 'zone9.*' --station reflow-1
        lotline tail --config Config/agent.yaml --lines 100 --json
      """
  )

  @OptionGroup var source: JournalOptions
  @OptionGroup var options: SelectionOptions
  @Option(name: [.customShort("n"), .long], help: "Lines to begin with.") var lines = 20
  @Flag(name: .shortAndLong, help: "Go on with what is recorded, until Ctrl-C.") var follow = false
  @Flag(help: "Print each record as it lies in the journal: a JSON object in each line.")
  var json = false

  func validate() throws {
    if !(0...1_000_000).contains(lines) {
      throw ValidationError("--lines is a number from 0 to 1000000.")
    }
  }

  func run() async throws {
    let reader = try CommandFailure.ofJournal { try JournalReader(path: source.path()) }
    var last = 0
    try CommandFailure.ofJournal {
      _ = try options.start(in: reader)
      last = try reader.lastSeq
      for line in try lastLines(of: reader, until: last) { Terminal.line(line) }
    }
    if !follow { return }
    let start = last
    do {
      try await untilInterrupted { try await goOn(reader, after: start) }
    } catch is CancellationError {
      // Ctrl-C is how it ends.
    }
  }

  /// The last lines of what is wanted, looked for from the end.
  private func lastLines(of reader: JournalReader, until last: Int) throws -> [String] {
    if lines == 0 { return [] }
    var window = max(lines, 256)
    while true {
      let start = max(0, last - window)
      var text = TailText(reader, options.selection)
      var scan = JournalScan(reader, after: start)
      var found: [String] = []
      while scan.last < last {
        let records = try scan.next()
        // The last frames may have gone already.
        if records.isEmpty { break }
        for record in records where record.seq <= last { found += try lines(of: record, &text) }
        if found.count > lines { found.removeFirst(found.count - lines) }
      }
      if found.count == lines || start == 0 { return found }
      window *= 4
    }
  }

  private func goOn(_ reader: JournalReader, after seq: Int) async throws {
    var scan = JournalScan(reader, after: seq)
    var text = TailText(reader, options.selection)
    while !Task.isCancelled {
      let records = try CommandFailure.ofJournal { try scan.next() }
      for record in records {
        for line in try CommandFailure.ofJournal({ try lines(of: record, &text) }) {
          Terminal.line(line)
        }
      }
      if records.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
    }
  }

  private func lines(of record: StoredRecord, _ text: inout TailText) throws -> [String] {
    let lines = try text.lines(of: record)
    return json && !lines.isEmpty ? [String(decoding: record.body, as: UTF8.self)] : lines
  }
}
