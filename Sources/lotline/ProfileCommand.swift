internal import ArgumentParser
internal import CommandSupport
internal import MarkedYAML
internal import Profiles

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Check device profiles, and list those there are.",
    subcommands: [ProfileCheck.self, ProfileList.self]
  )
}

/// Where device profiles are looked up by name.
struct ProfilesOption: ParsableArguments {
  @Option(help: ArgumentHelp("Folder with device profiles.", valueName: "folder"))
  var profiles = "DeviceProfiles"

  var library: ProfileLibrary { ProfileLibrary(folder: profiles) }

  /// A profile by its name in the folder, or by the path of its file.
  func profile(_ text: String) throws -> DeviceProfile {
    do throws(ProfileError) {
      if text.contains("/") || text.hasSuffix(".yaml") { return try ProfileLoader.load(text) }
      return try library.profile(named: text)
    } catch {
      throw CommandFailure(.badData, error.description)
    }
  }
}

struct ProfileCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check profiles: every finding with file, line, column, and what would be right.",
    discussion: """
      EXAMPLE
        lotline profile check DeviceProfiles/*.yaml
      """
  )

  @Argument(help: "Profile files.") var files: [String]
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    let findings = files.flatMap { ProfileLoader.findings($0) }
    if json {
      try Terminal.json(
        FindingsDocument(findings: findings.map(FindingsDocument.Entry.init))
      )
    } else {
      for finding in findings { Terminal.line(finding.lineWithCode) }
      if findings.isEmpty {
        Terminal.line("\(counted(files.count, "profile")), no problems found.")
      }
    }
    if findings.contains(where: { $0.severity == .error }) {
      throw ExitCode(ExitStatus.findings.rawValue)
    }
  }
}

extension Finding {
  /// As people and editors read it, with the code for a search in the documents.
  var lineWithCode: String { "\(self) [\(code.rawValue)]" }
}

/// Findings as programs read them.
private struct FindingsDocument: Encodable {
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
      code = finding.code.rawValue
      message = finding.message
    }
  }

  let schema = 1
  let findings: [Entry]
}

struct ProfileList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the profiles in a folder."
  )

  @OptionGroup var folder: ProfilesOption

  func run() throws {
    let names: [String]
    do {
      names = try folder.library.names()
    } catch {
      throw CommandFailure(.badData, "\(error)")
    }
    let width = names.reduce(0) { max($0, $1.count) } + 2
    for name in names {
      let title = (try? folder.library.profile(named: name))?.title
      let padding = String(repeating: " ", count: width - name.count)
      Terminal.line(name + padding + (title ?? "has problems: lotline profile check"))
    }
  }
}
