internal import ArgumentParser
internal import CommandSupport
internal import FoundationEssentials
internal import ProfileImport
internal import Profiles

extension ImportFormat: ExpressibleByArgument {}

struct ProfileImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a profile from a Telegraf configuration, an EdgeX device profile or a table.",
    discussion: """
      What the profile cannot hold is listed on standard error, with its line.

      EXAMPLES
        lotline profile import telegraf.conf --output DeviceProfiles/dryer.yaml
        lotline profile import hvac.yaml --from edgex > DeviceProfiles/hvac.yaml
        lotline profile import tags.csv --name press
        lotline profile import list.csv --name press \\
          --columns 'name=Tag,address=Register,type=Type,table:holding,base:0'
      """
  )

  @Argument(help: "The file to import.") var file: String

  @Option(
    help: ArgumentHelp("What the file is; else its suffix tells it.", valueName: "format")
  )
  var from: ImportFormat?

  @Option(help: "The profile's name; else the output's, or the source's.") var name: String?

  @Option(help: "Which device of a Telegraf configuration, from 1.") var device = 1

  @Option(
    help: ArgumentHelp(
      "KEY=COLUMN for what a table's columns hold, KEY:VALUE for all rows, with commas between.",
      valueName: "map"
    )
  )
  var columns: String?

  @Option(help: "Where the profile goes; else to standard output.") var output: String?
  @Flag(help: "Write over a file that is there.") var force = false

  func validate() throws {
    if device < 1 { throw ValidationError("--device counts from 1.") }
  }

  func run() throws {
    let result = try imported()
    let findings = Self.findings(of: result)
    for note in result.notes { Terminal.error(note.description(file: file)) }
    if let output {
      try write(result, to: output)
    } else {
      Terminal.line(String(result.text.dropLast()))
    }
    for finding in findings { Terminal.error(finding) }
    Terminal.error(result.summary)
    if !findings.isEmpty { throw ExitCode(ExitStatus.findings.rawValue) }
  }

  private func imported() throws -> ImportResult {
    var importer = ProfileImporter()
    importer.format = from
    importer.name = name ?? output.flatMap(Self.stem(of:))
    importer.device = device
    importer.columns = columns
    do throws(ImportError) {
      return try importer.result(ofFile: file)
    } catch {
      switch error {
      case .columns, .name, .unknownFormat: throw CommandFailure(.usage, error.description)
      case .source, .noSignals: throw CommandFailure(.badData, error.description)
      }
    }
  }

  /// A profile's file is named for it.
  private static func stem(of path: String) -> String? {
    let name = URL(filePath: path).lastPathComponent
    return name.hasSuffix(".yaml") ? String(name.dropLast(".yaml".count)) : nil
  }

  private static func findings(of result: ImportResult) -> [String] {
    do throws(ProfileError) {
      _ = try ProfileLoader.load(bytes: Array(result.text.utf8), file: "\(result.name).yaml")
      return []
    } catch {
      switch error {
      case .findings(let findings): return findings.map(FindingReport.line)
      case .unknown, .folder: return [error.description]
      }
    }
  }

  private func write(_ result: ImportResult, to path: String) throws {
    if !force, FileManager.default.fileExists(atPath: path) {
      throw CommandFailure(
        .cannotCreate,
        "\(path) is there already; name another file, or say --force to write over it"
      )
    }
    do {
      try Data(result.text.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw CommandFailure(.cannotCreate, "\(path) cannot be written: \(error)")
    }
  }
}
