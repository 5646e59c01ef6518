internal import ArgumentParser
internal import CommandSupport
internal import JournalStore
internal import MerkleLog
internal import Settings
internal import Telemetry

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "The key that signs the journal.",
    subcommands: [Show.self, Rotate.self]
  )

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Print the public keys that the journal is, and was, signed by.",
      discussion: """
        The last is in force. Give the first to whoever is to check the journal or its evidence, and to \
        the hub (keys in hub.yaml), on another way than the journal itself; each later one is vouched \
        for by the one before.
        """
    )

    @OptionGroup var source: JournalOptions
    @OptionGroup var output: OutputOption

    func run() async throws {
      let document = try KeyList(ofJournal: source.path())
      try output.print(document, text: document.text)
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate",
      abstract: "Have a new key sign the journal from now on.",
      discussion: """
        Makes the new key beside the old one. The agent takes it over within a second, or at its next \
        start: it records both keys, and the old one signs that. Then the old private key is gone.
        """
    )

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The agent's configuration file.", valueName: "file")
    )
    var config: String

    @Flag(
      help: """
        The old private key is lost, so that it cannot vouch for the new one. The agent must be \
        stopped; hubs and auditors must be told the new key.
        """
    )
    var lost = false

    /// Longest wait for an agent that runs.
    private static let patience = 20

    func run() async throws {
      let settings = try agentSettings(config).journal
      let keys = JournalKeys(
        path: settings.key,
        credentials: Terminal.environment("CREDENTIALS_DIRECTORY")
      )
      let isRunning = try CommandFailure.ofJournal { try Journal.isInUse(settings.path) }
      if lost, isRunning {
        throw CommandFailure(.refused, "the agent runs, so its key is not lost; stop it first")
      }
      let slot = lost ? JournalKeys.Slot.replacement : .next
      _ = try CommandFailure.ofJournal { try keys.create(slot) }
      guard isRunning else {
        Terminal.line("The agent does not run; it takes the new key over at its next start.")
        return
      }
      for _ in 0..<Self.patience {
        try await Task.sleep(for: .milliseconds(500))
        if keys.has(slot) { continue }
        Terminal.line("Done. The keys of the journal are now:")
        Terminal.line(try KeyList(ofJournal: settings.path).text)
        return
      }
      throw CommandFailure(
        .uncertain,
        "the agent has not taken \(keys.path(of: slot)) over yet; its log says why, and it goes on "
          + "trying"
      )
    }
  }
}

/// The keys of a journal, for programs and for people.
struct KeyList: Encodable {
  struct Entry: Encodable {
    let seq: Int
    let at: Instant
    let key: String
  }

  let schema = 1
  let keys: [Entry]

  /// - Throws: `CommandFailure` when the journal cannot be read.
  init(ofJournal path: String) throws {
    let records = try CommandFailure.ofJournal {
      let reader = try JournalReader(path: path)
      let size = try reader.identity().head.size
      return try reader.story(ofType: "key", upTo: size).map { try RecordCoding.decode($0.body) }
    }
    keys = records.compactMap { record in
      guard case .key(let key) = record.content else { return nil }
      return Entry(seq: record.seq, at: record.at, key: key.key)
    }
  }

  var text: String {
    if keys.isEmpty { return "The journal has no key yet; the agent makes one when it starts." }
    return keys.map { "record \($0.seq), \($0.at): \($0.key)" }.joined(separator: "\n")
  }
}
