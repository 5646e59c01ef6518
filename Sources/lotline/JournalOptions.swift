internal import ArgumentParser
internal import CommandSupport
internal import Evidence
internal import JournalStore
internal import MerkleLog
internal import Settings

/// Which journal a command reads.
struct JournalOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The agent's configuration file, which names the journal.",
      valueName: "file"
    )
  )
  var config: String?

  @Option(help: ArgumentHelp("The journal itself.", valueName: "file"))
  var journal: String?

  var isGiven: Bool { config != nil || journal != nil }

  func validate() throws {
    if config != nil, journal != nil {
      throw ValidationError("Say which journal: --config FILE or --journal FILE, one of the two.")
    }
  }

  /// The journal's path.
  ///
  /// - Throws: `CommandFailure` when the configuration cannot be read, or none is given.
  func path() throws -> String {
    if let journal { return journal }
    guard let config else {
      throw CommandFailure(
        .usage,
        "say which journal: --config FILE (the agent's) or --journal FILE"
      )
    }
    return try agentSettings(config).journal.path
  }
}

/// Keys that somebody knows from elsewhere than what is checked.
struct TrustOptions: ParsableArguments {
  @Option(
    name: .customLong("key"),
    parsing: .singleValue,
    help: ArgumentHelp(
      "The journal's first public key, or one that replaced a lost one (lotline key show prints it). Without one, the first that is recorded is trusted.",
      valueName: "key"
    )
  )
  var keys: [String] = []

  /// - Throws: `CommandFailure` for a text that is no key.
  func trusted() throws -> Set<[UInt8]> {
    Set(
      try keys.map { text in
        guard let key = NoteKey(text) else {
          throw CommandFailure(.usage, "'\(text)' is no public key as lotline key show prints it")
        }
        return key.publicKey
      }
    )
  }
}

extension CommandFailure {
  /// Runs what reads a journal; its errors become failures with an exit status.
  static func ofJournal<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as JournalError {
      throw CommandFailure(status(of: error), error.description)
    } catch let error as DossierError {
      throw CommandFailure(error.status, error.description)
    } catch let error as KeyFileError {
      throw CommandFailure(.cannotCreate, error.description)
    }
  }

  private static func status(of error: JournalError) -> ExitStatus {
    switch error {
    case .cannotOpen: .notFound
    case .noSuchRecord: .usage
    case .inUse: .unavailable
    case .storage: .failed
    default: .badData
    }
  }
}
