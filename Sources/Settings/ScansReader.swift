internal import MarkedYAML
internal import Scans
internal import Telemetry

/// Reads what `agent.yaml` says of codes.
struct ScansReader {
  let fields: FieldReader
  let paths: PathResolver
  let stations: [StationID]

  /// Of each station that has lanes.
  let lanes: [StationID: [LaneID]]
  let buses: [BusSettings]

  func rules() -> (rules: CodeRules, separatorKeys: [String]) {
    guard let reader = fields.mapping(AgentShape.scans) else { return (CodeRules(), []) }
    let codes = reader.mappings(ScansShape.codes).compactMap(code)
    var names = UniqueNames(noun: "article", log: fields.log)
    let articles = reader.mappings(ScansShape.articles).compactMap { article($0, &names) }
    let standIns = reader.values(ScansShape.standIns)?.map(\.value)
    let keys = reader.values(ScansShape.separatorKeys)?.map(\.value) ?? []
    reader.finish()
    return (
      CodeRules(codes: codes, articles: articles, standIns: standIns ?? CodeRules.usualStandIns),
      keys
    )
  }

  private func code(_ reader: FieldReader) -> CodePattern? {
    let kind = reader.value(CodeShape.kind)
    let pattern = reader.value(CodeShape.pattern)
    var stated = CodeFacts()
    stated.part = reader.value(CodeShape.part)?.value.text
    stated.revision = reader.value(CodeShape.revision)?.value.text
    stated.workOrder = reader.value(CodeShape.workOrder)?.value.text
    stated.program = reader.value(CodeShape.program)?.value.text
    stated.operatorName = reader.value(CodeShape.operatorName)?.value.text
    stated.material = reader.value(CodeShape.material)?.value.text
    stated.station = reader.value(CodeShape.station).flatMap(known)?.text
    stated.command = reader.value(CodeShape.command)?.value
    reader.finish()
    guard let kind, let pattern else { return nil }
    return CodePattern(kind.value, pattern.value, stating: stated)
  }

  private func article(_ reader: FieldReader, _ names: inout UniqueNames) -> CodeArticle? {
    let identifier = reader.value(ArticleShape.identifier)
    let kind = reader.value(ArticleShape.kind)
    var stated = CodeFacts()
    stated.part = reader.value(CodeShape.part)?.value.text
    stated.revision = reader.value(CodeShape.revision)?.value.text
    stated.program = reader.value(CodeShape.program)?.value.text
    stated.material = reader.value(CodeShape.material)?.value.text
    reader.finish()
    guard let identifier, let kind else { return nil }
    names.take(identifier, advice: "say once what it is")
    return CodeArticle(
      identifier.value,
      kind.value == .lot ? .lot : .material,
      stating: stated
    )
  }

  func known(_ station: Marked<StationID>) -> StationID? {
    if stations.contains(station.value) { return station.value }
    fields.log.add(
      .unknownName,
      at: station.mark,
      "there is no station \"\(station.value)\"; "
        + Suggestion.text(
          for: station.value.text,
          among: stations.map(\.text),
          noun: "stations of this file"
        )
    )
    return nil
  }
}
