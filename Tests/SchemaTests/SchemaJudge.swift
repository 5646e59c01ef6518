import Foundation
import MarkedYAML
import Profiles
import Settings
import TestSupport

/// What python-jsonschema says of files.
enum Verdict: Hashable {
  case accepted
  /// Where, and why.
  case refused(String)
  /// Not YAML, or with a key given twice.
  case unreadable(String)

  init(_ text: Substring) {
    if text.hasPrefix("refused ") {
      self = .refused(String(text.dropFirst("refused ".count)))
    } else {
      self = text == "accepted" ? .accepted : .unreadable(String(text))
    }
  }
}

/// One of the three schemas, and the check of the files that it is for.
enum FileKind: String, CaseIterable {
  case profile, agent, hub

  var schema: String {
    switch self {
    case .profile: ProfileLoader.schema
    case .agent: AgentSettings.schema
    case .hub: HubSettings.schema
    }
  }

  func findings(_ path: String) -> [Finding] {
    switch self {
    case .profile: return ProfileLoader.findings(path)
    case .agent:
      do throws(SettingsError) { _ = try AgentSettings.load(path) } catch { return error.findings }
    case .hub:
      do throws(SettingsError) { _ = try HubSettings.load(path) } catch { return error.findings }
    }
    return []
  }
}

/// Files of one kind that a pattern fits.
struct Judged {
  let kind: FileKind
  let pattern: String
}

enum SchemaJudge {
  /// The verdict on every file, by its path.
  static func verdicts(_ files: [Judged]) async throws -> [String: (FileKind, Verdict)] {
    let folder = try TemporaryFolder()
    var arguments = [Repository.root.appending(path: "Tests/Peers/schema_judge.py").path]
    for judged in files {
      arguments += [
        try folder.write(judged.kind.schema, to: "\(judged.kind).json"), judged.pattern,
      ]
    }
    let peer = try PeerProcess(Repository.python.path, arguments)
    let answer = try await peer.finish()
    guard answer.status == 0 else {
      throw PeerProcess.Silent(description: "the judge failed: \(answer.output)")
    }
    var verdicts: [String: (FileKind, Verdict)] = [:]
    for line in answer.output.split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1)
      let path = String(parts[0])
      let kind = files.first { $0.fits(path) }?.kind ?? .profile
      verdicts[path] = (kind, Verdict(parts[1]))
    }
    return verdicts
  }

  /// Where checker and schema disagree, in words; rules of YAML itself are not a schema's.
  static func disagreements(_ verdicts: [String: (FileKind, Verdict)]) -> [String] {
    let ofYAML: Set<FindingCode> = [
      .yamlSyntax, .yamlAlias, .yamlTag, .yamlDepth, .fileTooLarge, .fileUnreadable,
    ]
    return verdicts.compactMap { path, entry in
      let (kind, verdict) = entry
      let findings = kind.findings(path)
      if findings.contains(where: { ofYAML.contains($0.code) }) { return nil }
      let shown = findings.map { "\($0) [\($0.code.name), \($0.schemaRefuses)]" }
        .joined(separator: "\n")
      switch verdict {
      case .unreadable(let reason):
        // A key given twice, or a list as a key, which JSON does not have.
        let isFound = findings.contains { [.duplicateKey, .wrongType].contains($0.code) }
        return isFound ? nil : "\(path): \(reason)\n\(shown)"
      case .accepted:
        let isAccepted = !findings.contains(where: \.schemaRefuses)
        return isAccepted ? nil : "\(path): the schema accepts\n\(shown)"
      case .refused(let reason):
        let isRefused = findings.contains(where: \.schemaRefuses)
        return isRefused ? nil : "\(path): the schema refuses \(reason)\n\(shown)"
      }
    }
  }
}

extension Judged {
  fileprivate func fits(_ path: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    return path.hasPrefix(parts[0]) && parts.allSatisfy { $0.isEmpty || path.contains($0) }
  }
}
