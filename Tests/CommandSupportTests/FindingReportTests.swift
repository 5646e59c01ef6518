import Foundation
import MarkedYAML
import Testing

@testable import CommandSupport

@Suite("Reports of findings")
struct FindingReportTests {
  private static let findings = [
    Finding(
      file: "profiles/oven 1,a.yaml",
      mark: SourceMark(line: 3, column: 8),
      code: .wrongType,
      message: "100% wrong:\nwrite a, or b"
    ),
    Finding(
      file: "/etc/lotline/ü.yaml",
      mark: SourceMark(line: 12, column: 1),
      severity: .warning,
      code: .unknownKey,
      message: "hm"
    ),
    Finding(
      file: "profiles/oven 1,a.yaml",
      mark: SourceMark(line: 4, column: 2),
      code: .wrongType,
      message: "again"
    ),
  ]

  /// What programs make of a report.
  private func parsed(_ report: some Encodable) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(report))
    return try #require(object as? [String: Any])
  }

  @Test("People get place, severity, message and code in a line")
  func text() {
    #expect(
      FindingReport.line(Self.findings[1])
        == "/etc/lotline/ü.yaml:12:1: warning: hm [unknown-key]"
    )
    #expect(
      FindingReport.line(Self.findings[2])
        == "profiles/oven 1,a.yaml:4:2: again [wrong-type]"
    )
  }

  @Test("Programs get every part of a finding under its own name")
  func json() throws {
    let document = try parsed(FindingReport.Document(Self.findings))
    #expect(document["schema"] as? Int == 1)
    let entries = try #require(document["findings"] as? [[String: Any]])
    #expect(entries.count == 3)
    #expect(
      Set(entries[0].keys) == ["file", "line", "column", "severity", "code", "message"]
    )
    #expect(entries[0]["message"] as? String == "100% wrong:\nwrite a, or b")
    #expect(entries.map { $0["severity"] as? String } == ["error", "warning", "error"])
    #expect(entries.map { $0["line"] as? Int } == [3, 12, 4])
  }

  @Test("A pull request gets workflow commands in which nothing can end a property early")
  func github() {
    #expect(
      Self.findings.map(FindingReport.annotation) == [
        "::error file=profiles/oven 1%2Ca.yaml,line=3,col=8,title=wrong-type"
          + "::100%25 wrong:%0Awrite a, or b",
        "::warning file=/etc/lotline/ü.yaml,line=12,col=1,title=unknown-key::hm",
        "::error file=profiles/oven 1%2Ca.yaml,line=4,col=2,title=wrong-type::again",
      ]
    )
  }

  /// The properties that SARIF 2.1.0 requires: 3.13.2 and 3.13.4 (version, runs), 3.14.6 (tool),
  /// 3.18.2 (driver), 3.19.8 (name), 3.49.3 (id of a rule), 3.11 (a message's text), 3.27.11
  /// (message of a result), 3.30.5 (lines and columns from 1).
  @Test("Code scanning gets SARIF 2.1.0 with all that it requires")
  func sarif() throws {
    let log = try parsed(SARIFLog(Self.findings))
    #expect(log["version"] as? String == "2.1.0")
    #expect((log["$schema"] as? String)?.hasSuffix("sarif-2.1.0.json") == true)
    let runs = try #require(log["runs"] as? [[String: Any]])
    #expect(runs.count == 1)
    #expect(runs[0]["columnKind"] as? String == "unicodeCodePoints")
    let tool = try #require(runs[0]["tool"] as? [String: Any])
    let driver = try #require(tool["driver"] as? [String: Any])
    #expect(driver["name"] as? String == "lotline")
    let rules = try #require(driver["rules"] as? [[String: Any]])
    let ids = rules.compactMap { $0["id"] as? String }
    #expect(ids == ["wrong-type", "unknown-key"])
    for rule in rules {
      let description = try #require(rule["shortDescription"] as? [String: Any])
      #expect((description["text"] as? String)?.isEmpty == false)
    }
    let results = try #require(runs[0]["results"] as? [[String: Any]])
    #expect(results.count == 3)
    for (result, finding) in zip(results, Self.findings) {
      let rule = try #require(result["ruleIndex"] as? Int)
      #expect(ids[rule] == result["ruleId"] as? String && ids[rule] == finding.code.name)
      // 3.27.10: none, note, warning or error.
      #expect(result["level"] as? String == finding.severity.rawValue)
      #expect((result["message"] as? [String: Any])?["text"] as? String == finding.message)
      let locations = try #require(result["locations"] as? [[String: Any]])
      let place = try #require(locations.first?["physicalLocation"] as? [String: Any])
      let region = try #require(place["region"] as? [String: Any])
      #expect(region["startLine"] as? Int == finding.line)
      #expect(region["startColumn"] as? Int == finding.column)
    }
  }

  @Test("Files are named by URIs: a relative one as it is, an absolute one with its scheme")
  func uris() throws {
    let uris = Self.findings.map { finding in
      let location = SARIFLog.Location(finding).physicalLocation
      return location.artifactLocation.uri
    }
    // 3.4.3: a valid URI reference (RFC 3986).
    #expect(uris.allSatisfy { URL(string: $0, encodingInvalidCharacters: false) != nil })
    #expect(uris[0].hasPrefix("profiles/oven%201"))
    #expect(uris[1] == "file:///etc/lotline/%C3%BC.yaml")
  }

  @Test("Nothing to find is an empty list of results, not none")
  func empty() throws {
    let runs = try parsed(SARIFLog([]))["runs"] as? [[String: Any]]
    #expect((runs?.first?["results"] as? [Any])?.isEmpty == true)
  }
}
