internal import ArgumentParser
package import MarkedYAML
internal import Telemetry

/// How findings are written: for people, for programs, for code scanning, for a pull request.
package enum FindingFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
  /// `file:line:column: what is wrong; what would be right [code]`.
  case text
  case json
  /// Static Analysis Results Interchange Format (SARIF 2.1.0, OASIS).
  case sarif
  /// Workflow commands that GitHub turns into annotations.
  case github
}

/// The option that every command with findings has.
package struct FindingOptions: ParsableArguments {
  @Option(help: "How findings are written: text, json, sarif or github.")
  var format: FindingFormat?
  @Flag(help: "Print JSON for programs; the same as --format json.") var json = false

  package init() {}

  /// Whether a person reads what is printed.
  package var isForPeople: Bool { (format ?? (json ? .json : .text)) == .text }

  /// Prints the findings, or `summary` where a person reads and there is nothing to find, and ends
  /// the command with the status of findings when one of them is an error.
  package func report(_ findings: [Finding], summary: String) throws {
    try report(findings, isFailure: findings.contains { $0.severity == .error }, summary: summary)
  }

  private func report(_ findings: [Finding], isFailure: Bool, summary: String) throws {
    switch format ?? (json ? .json : .text) {
    case .text:
      for finding in findings { Terminal.line(FindingReport.line(finding)) }
      if findings.isEmpty { Terminal.line(summary) }
    case .json: try Terminal.json(FindingReport.Document(findings))
    case .sarif: try Terminal.json(SARIFLog(findings))
    case .github: for finding in findings { Terminal.line(FindingReport.annotation(finding)) }
    }
    if isFailure { throw ExitCode(ExitStatus.findings.rawValue) }
  }
}

/// How one finding is written.
package enum FindingReport {
  /// As people and editors read it, with the code for a search in the documents.
  package static func line(_ finding: Finding) -> String { "\(finding) [\(finding.code.name)]" }

  /// A workflow command: `::error file=…,line=…,col=…,title=…::message`.
  static func annotation(_ finding: Finding) -> String {
    let properties = [
      ("file", finding.file), ("line", "\(finding.line)"), ("col", "\(finding.column)"),
      ("title", finding.code.name),
    ]
    let list = properties.map { "\($0.0)=\(escaped($0.1, also: [":", ","]))" }
    return "::\(finding.severity.rawValue) \(list.joined(separator: ","))"
      + "::\(escaped(finding.message, also: []))"
  }

  private static func escaped(_ text: String, also: Set<Unicode.Scalar>) -> String {
    text.unicodeScalars.map { scalar in
      guard ["%", "\r", "\n"].contains(scalar) || also.contains(scalar) else {
        return String(scalar)
      }
      return "%" + scalar.value.hexadecimal(digits: 2)
    }
    .joined()
  }

  struct Document: Encodable {
    struct Entry: Encodable {
      let file: String
      let line: Int
      let column: Int
      let severity: String
      let code: String
      let message: String

      init(_ finding: Finding) {
        file = finding.file
        line = finding.line
        column = finding.column
        severity = finding.severity.rawValue
        code = finding.code.name
        message = finding.message
      }
    }

    let schema = 1
    let findings: [Entry]

    init(_ findings: [Finding]) { self.findings = findings.map(Entry.init) }
  }
}

/// A log file of SARIF 2.1.0 (3.13) with one run.
struct SARIFLog: Encodable {
  let schema = "https://json.schemastore.org/sarif-2.1.0.json"
  let version = "2.1.0"
  let runs: [Run]

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  init(_ findings: [Finding]) { runs = [Run(findings)] }

  struct Run: Encodable {
    let tool: Tool

    /// Columns count Unicode scalars (3.14.17).
    let columnKind = "unicodeCodePoints"
    let results: [Entry]

    init(_ findings: [Finding]) {
      var codes: [FindingCode] = []
      for finding in findings where !codes.contains(finding.code) { codes.append(finding.code) }
      tool = Tool(driver: Tool.Driver(rules: codes.map(Tool.Rule.init)))
      results = findings.map { Entry($0, rule: codes.firstIndex(of: $0.code) ?? 0) }
    }
  }

  struct Tool: Encodable {
    struct Driver: Encodable {
      let name = "lotline"
      let version = Software.version
      let rules: [Rule]
    }

    struct Rule: Encodable {
      let id: String
      let shortDescription: Message

      init(_ code: FindingCode) {
        id = code.name
        shortDescription = Message(text: code.meaning)
      }
    }

    let driver: Driver
  }

  struct Message: Encodable { let text: String }

  struct Entry: Encodable {
    let ruleId: String
    let ruleIndex: Int
    let level: String
    let message: Message
    let locations: [Location]

    init(_ finding: Finding, rule: Int) {
      ruleId = finding.code.name
      ruleIndex = rule
      level = finding.severity.rawValue
      message = Message(text: finding.message)
      locations = [Location(finding)]
    }
  }

  struct Location: Encodable {
    struct Physical: Encodable {
      let artifactLocation: Artifact
      let region: Region
    }

    struct Artifact: Encodable { let uri: String }

    struct Region: Encodable {
      let startLine: Int
      let startColumn: Int
    }

    let physicalLocation: Physical

    init(_ finding: Finding) {
      let path = finding.file.split(separator: "/", omittingEmptySubsequences: false)
        .map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
      physicalLocation = Physical(
        artifactLocation: Artifact(uri: path.hasPrefix("/") ? "file://" + path : path),
        region: Region(startLine: finding.line, startColumn: finding.column)
      )
    }
  }
}
