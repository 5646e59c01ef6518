internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import Hub
internal import NIOHTTP1
internal import Telemetry

/// What the commands that change the state of a lot have in common.
struct LotStateOptions: ParsableArguments {
  @Argument(help: "The lot.") var lot: String
  @OptionGroup var author: AuthorOptions
  @OptionGroup var hub: HubOption
  @OptionGroup var output: ListOutput

  @Flag(help: "Also a lot that neither the list nor any record names.") var new = false

  /// Puts the lot's state, with the reason that was given.
  func put(_ state: ListedLot.State, _ what: String) async throws {
    try await CommandFailure.mapping {
      let client = try hub.client()
      if !new { try await check(client) }
      // Null takes the reason of an earlier state away.
      let reason = try author.reason.map {
        String(decoding: try JSONEncoder().encode($0), as: UTF8.self)
      }
      let body = "{\"state\":\"\(state.rawValue)\",\"reason\":\(reason ?? "null")}"
      let change = try await client.change(
        .PATCH,
        "/v1/lists/lots/\(PercentEncoding.encode(lot))\(author.query)",
        body: Array(body.utf8)
      )
      try output.print(change, "Lot \(lot) \(what)")
    }
  }

  /// A mistyped name would hold nothing, and the lot that was meant would run on.
  private func check(_ client: HubClient) async throws {
    struct Trace: Decodable { let lot: String }
    let name = PercentEncoding.encode(lot)
    do {
      _ = try await client.get("/v1/lists/lots/\(name)", as: PlantListHistory.self)
    } catch let listed as HubProblem where ["no-entry", "no-list"].contains(listed.type) {
      do {
        _ = try await client.get("/v1/lots/\(name)/trace?up=false", as: Trace.self)
      } catch let traced as HubProblem where traced.type == "unknown-lot" {
        var near: [String] = []
        for name in (listed.near ?? []) + (traced.near ?? []) where !near.contains(name) {
          near.append(name)
        }
        let hint = near.isEmpty ? "." : "; did you mean \(near.joined(separator: ", "))?"
        throw CommandFailure(
          .notFound,
          "neither the list of lots nor any record names lot \(lot)\(hint) To put it on the list "
            + "all the same, add --new"
        )
      }
    }
  }
}

struct ListHold: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Hold a lot: agents refuse to start it, and say at once where it runs.",
    discussion: """
      EXAMPLE
        lotline-hub list hold PCB-2411 --reason "solder voids" --by qa.meier \\
          --hub http://hub.plant:8480
      """
  )

  @OptionGroup var options: LotStateOptions

  func run() async throws { try await options.put(.hold, "is on hold") }
}

struct ListRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Release a lot, so that it may be worked on."
  )

  @OptionGroup var options: LotStateOptions

  func run() async throws { try await options.put(.released, "is released") }
}

struct ListScrap: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scrap",
    abstract: "Say that a lot is scrapped."
  )

  @OptionGroup var options: LotStateOptions

  func run() async throws { try await options.put(.scrapped, "is scrapped") }
}

struct ListFinish: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finish",
    abstract: "Say that all that was to be done to a lot is done."
  )

  @OptionGroup var options: LotStateOptions

  func run() async throws { try await options.put(.finished, "is finished") }
}

struct ListChangeEntry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "change",
    abstract: "Change members of one entry; an entry that is not there is made.",
    discussion: """
      EXAMPLES
        lotline-hub list change programs SAC305-A state=withdrawn --reason "peak too high" \\
          --by qa.meier --config Config/hub.yaml
        lotline-hub list change certificates 5521 status=revoked --by qa.meier \\
          --config Config/hub.yaml
      """
  )

  @Argument(help: "The list: lots, work_orders, operators, programs or certificates.")
  var list: PlantListName
  @Argument(help: "The entry, by its key.") var key: String
  @Argument(help: "MEMBER=VALUE; nothing behind = takes the member away. Several names: a|b.")
  var members: [String]
  @OptionGroup var author: AuthorOptions
  @OptionGroup var hub: HubOption
  @OptionGroup var output: ListOutput

  func validate() throws {
    guard !members.isEmpty else { throw ValidationError("Say what to change: MEMBER=VALUE.") }
    if let wrong = members.first(where: { !$0.dropFirst().contains("=") }) {
      throw ValidationError("'\(wrong)' is not MEMBER=VALUE.")
    }
  }

  func run() async throws {
    try await CommandFailure.mapping {
      var body: [String: String?] = [:]
      for member in members {
        let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        body[String(parts[0])] = .some(parts[1].isEmpty ? nil : String(parts[1]))
      }
      let change = try await hub.client().change(
        .PATCH,
        "/v1/lists/\(list.rawValue)/\(PercentEncoding.encode(key))\(author.query)",
        body: Array(try JSONEncoder().encode(body))
      )
      try output.print(change, "\(key) is changed")
    }
  }
}

struct ListRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Take an entry off a list; what it was stays in the history."
  )

  @Argument(help: "The list: lots, work_orders, operators, programs or certificates.")
  var list: PlantListName
  @Argument(help: "The entry, by its key.") var key: String
  @OptionGroup var author: AuthorOptions
  @OptionGroup var hub: HubOption
  @OptionGroup var output: ListOutput

  func run() async throws {
    try await CommandFailure.mapping {
      let change = try await hub.client().change(
        .DELETE,
        "/v1/lists/\(list.rawValue)/\(PercentEncoding.encode(key))\(author.query)"
      )
      try output.print(change, "\(key) is taken off the list")
    }
  }
}
