internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import Genealogy
internal import NIOHTTP1
internal import Telemetry

struct PlantListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show and change the plant's lists, which agents take from the hub.",
    discussion: """
      There are five: lots, work_orders, operators, programs and certificates. The hub must run.

      EXAMPLES
        lotline-hub list put lots lots.csv --by mes --config Config/hub.yaml
        lotline-hub list hold PCB-2411 --reason "solder voids" --by qa.meier \\
          --config Config/hub.yaml
      """,
    subcommands: [
      ListShow.self, ListGet.self, ListPut.self, ListHold.self, ListRelease.self, ListScrap.self,
      ListFinish.self, ListChangeEntry.self, ListRemove.self, ListHistory.self,
    ],
    defaultSubcommand: ListShow.self
  )
}

extension PlantListName: ExpressibleByArgument {}

/// Who changes a list, and why.
struct AuthorOptions: ParsableArguments {
  @Option(help: "Who changes it; kept with the revision.") var by: String
  @Option(help: "Why; kept with the revision.") var reason: String?

  /// The query of a change's address.
  var query: String {
    "?by=\(PercentEncoding.encode(by))"
      + (reason.map { "&reason=\(PercentEncoding.encode($0))" } ?? "")
  }
}

/// How changes and lists are printed.
struct ListOutput: ParsableArguments {
  @Flag(help: "Print JSON.") var json = false

  func print(_ change: PlantListChange, _ what: String) throws {
    if json { return try Terminal.json(change) }
    let head = change.head
    if change.changed == 0, change.removed == 0 {
      return Terminal.line(
        Words.safe(
          "\(what): nothing is new; \(head.list.rawValue) stay at revision \(head.revision)."
        )
      )
    }
    Terminal.line(
      Words.safe(
        "\(what). The list \(head.list.rawValue) is at revision \(head.revision), with "
          + "\(Words.count(head.count)) \(head.count == 1 ? "entry" : "entries")."
      )
    )
  }
}

struct ListShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Say which revision of each list is in force, and who put it."
  )

  @OptionGroup var hub: HubOption
  @OptionGroup var output: ListOutput

  func run() async throws {
    try await CommandFailure.mapping {
      let index = try await hub.client().get("/v1/lists", as: PlantListIndex.self)
      if output.json { return try Terminal.json(index) }
      if index.lists.isEmpty { return Terminal.line("Nobody has put a list here yet.") }
      Terminal.table(
        [["LIST", "ENTRIES", "REVISION", "BY", "AT (UTC)", "WHY"]]
          + index.lists.map { head in
            [
              head.list.rawValue, Words.count(head.count), "\(head.revision)",
              Words.safe(head.by.text), Words.time(head.at), Words.safe(head.reason?.text ?? ""),
            ]
          }
      )
    }
  }
}

struct ListGet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print a list, or one entry of it.",
    discussion: "With --json it is as \"list put\" takes it, so that it can be edited and put back."
  )

  @Argument(help: "The list: lots, work_orders, operators, programs or certificates.")
  var list: PlantListName
  @Argument(help: "One entry alone, by its key.") var key: String?
  @OptionGroup var hub: HubOption
  @OptionGroup var output: ListOutput

  private struct Document: Encodable { let entries: [PlantListEntry] }

  func run() async throws {
    try await CommandFailure.mapping {
      let client = try hub.client()
      let entries: [PlantListEntry]
      if let key { entries = try await one(key, client) } else { entries = try await all(client) }
      if output.json { return try Terminal.json(Document(entries: entries)) }
      Terminal.table(
        [list.columns.map { $0.uppercased() }]
          + entries.map { entry in
            [Words.safe(entry.key)] + entry.cells.map { Words.safe($0.text) }
          }
      )
    }
  }

  private func one(_ key: String, _ client: HubClient) async throws -> [PlantListEntry] {
    let path = "/v1/lists/\(list.rawValue)/\(PercentEncoding.encode(key))"
    return try await client.get(path, as: PlantListHistory.self).moments.compactMap(\.entry)
  }

  /// All pages of one revision.
  private func all(_ client: HubClient) async throws -> [PlantListEntry] {
    let path = "/v1/lists/\(list.rawValue)"
    var page = try await client.get(path, as: PlantListPage.self)
    var entries = page.entries
    while let next = page.next {
      let query = "?revision=\(page.head.revision)&after=\(PercentEncoding.encode(next))"
      page = try await client.get(path + query, as: PlantListPage.self)
      entries += page.entries
    }
    return entries
  }
}

struct ListPut: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Put a whole list from a file, in the place of the one before.",
    discussion: """
      FILE.json holds {"entries": [...]}. FILE.csv has one line with the members' names, then one for \
      each entry; operators have one for each qualification. Where something is wrong, every finding \
      is printed, nothing is changed, and the exit status is 2.
      """
  )

  @Argument(help: "The list: lots, work_orders, operators, programs or certificates.")
  var list: PlantListName
  @Argument(help: "A file that ends with .json or .csv.") var file: String
  @OptionGroup var author: AuthorOptions
  @OptionGroup var hub: HubOption
  @OptionGroup var output: ListOutput

  func validate() throws {
    if type == nil { throw ValidationError("The file's name must end with .json or .csv.") }
  }

  private var type: String? {
    let name = file.lowercased()
    if name.hasSuffix(".json") { return "application/json" }
    return name.hasSuffix(".csv") ? "text/csv" : nil
  }

  func run() async throws {
    try await CommandFailure.mapping(file: file) {
      guard let data = try? Data(contentsOf: URL(filePath: file)) else {
        throw CommandFailure(.notFound, "the file \(file) cannot be read; check its name")
      }
      let change = try await hub.client().change(
        .PUT,
        "/v1/lists/\(list.rawValue)\(author.query)",
        body: Array(data),
        type: type ?? ""
      )
      try output.print(
        change,
        "\(file) is put: \(Words.count(change.changed)) changed, "
          + "\(Words.count(change.removed)) removed"
      )
    }
  }
}

struct ListHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Say who changed a list, or one entry of it, when and why; the latest first."
  )

  @Argument(help: "The list: lots, work_orders, operators, programs or certificates.")
  var list: PlantListName
  @Argument(help: "One entry alone, by its key.") var key: String?
  @OptionGroup var hub: HubOption
  @OptionGroup var output: ListOutput

  func run() async throws {
    try await CommandFailure.mapping {
      if let key { try await printEntry(key) } else { try await printList() }
    }
  }

  private func printList() async throws {
    let path = "/v1/list-history/\(list.rawValue)"
    let answer = try await hub.client().get(path, as: PlantListRevisions.self)
    if output.json { return try Terminal.json(answer) }
    Terminal.table(
      [["REVISION", "BY", "AT (UTC)", "CHANGED", "REMOVED", "ENTRIES", "WHY"]]
        + answer.revisions.map { change in
          let head = change.head
          return [
            "\(head.revision)", Words.safe(head.by.text), Words.time(head.at),
            Words.count(change.changed), Words.count(change.removed), Words.count(head.count),
            Words.safe(head.reason?.text ?? ""),
          ]
        }
    )
  }

  private func printEntry(_ key: String) async throws {
    let path = "/v1/list-history/\(list.rawValue)/\(PercentEncoding.encode(key))"
    let answer = try await hub.client().get(path, as: PlantListHistory.self)
    if output.json { return try Terminal.json(answer) }
    Terminal.table(
      [["REVISION", "BY", "AT (UTC)"] + list.columns.dropFirst().map { $0.uppercased() } + ["WHY"]]
        + answer.moments.map { moment in
          let blank = [String](repeating: "", count: list.columns.count - 2)
          let cells = moment.entry?.cells.map(\.text) ?? ["taken off the list"] + blank
          return
            (["\(moment.revision)", moment.by.text, Words.time(moment.at)] + cells
            + [moment.reason?.text ?? ""]).map(Words.safe)
        }
    )
  }
}
