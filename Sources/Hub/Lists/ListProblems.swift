internal import HubStore
internal import Telemetry

extension HubProblem {
  static func unknownList(_ name: String) -> HubProblem {
    HubProblem(
      "unknown-list",
      "There is no such list",
      status: 404,
      detail: "there is no list \(name.debugDescription); there are "
        + PlantListName.allCases.map(\.rawValue).joined(separator: ", ")
    )
  }

  static func listTooLarge(_ detail: String) -> HubProblem {
    HubProblem("list-too-large", "The list is too large", status: 413, detail: detail)
  }

  init(_ error: PlantListError) {
    let detail = error.description
    switch error {
    case .missing:
      self.init("no-list", "Nobody has put this list", status: 404, detail: detail)
    case .noSuchRevision:
      self.init("no-revision", "The list has no such revision", status: 404, detail: detail)
    case .noSuchEntry(_, _, let near):
      self.init(
        "no-entry",
        "The list has no such entry",
        status: 404,
        detail: detail,
        near: near.isEmpty ? nil : near
      )
    case .changedMeanwhile:
      self.init("list-changed", "The list was changed meanwhile", status: 412, detail: detail)
    case .tooManyEntries, .tooLong: self = .listTooLarge(detail)
    }
  }

  init(_ refused: ListRefused) {
    let count = refused.count
    let first = refused.findings.first.map { ": \($0)" } ?? ""
    self.init(
      "list-refused",
      "The list is refused",
      status: 422,
      detail: "nothing was changed; "
        + (count == 1 ? "one thing is wrong" : "\(count) things are wrong, the first") + first,
      findings: refused.findings
    )
  }
}

extension ListReading {
  /// A badge names one person.
  ///
  /// - Throws: ``ListRefused`` when another operator has the same.
  static func checkBadge(of entry: PlantListEntry, in content: PlantListContent) throws {
    guard case .person(let person) = entry, let badge = person.badge else { return }
    for case .person(let other) in content.entries.values
    where other.badge == badge && other.name != person.name {
      throw ListRefused([
        ListFinding(
          line: 1,
          column: nil,
          member: "badge",
          message: "the badge \(badge) is \(other.name)'s already; a badge names one person"
        )
      ])
    }
  }
}
