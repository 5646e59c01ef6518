internal import ArgumentParser
internal import CommandSupport
internal import Profiles

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Write, check, try and import device profiles, and list those there are.",
    subcommands: [
      ProfileCheck.self, ProfileTest.self, ProfileVerify.self, ProfilePlan.self,
      ProfileExpand.self, ProfileImportCommand.self, ProfileSchema.self, ProfileList.self,
    ]
  )
}

/// Where device profiles are looked up by name.
struct ProfilesOption: ParsableArguments {
  @Option(help: ArgumentHelp("Folder with device profiles.", valueName: "folder"))
  var profiles = "DeviceProfiles"

  var library: ProfileLibrary { ProfileLibrary(folder: profiles) }

  /// Names of all profiles in the folder.
  func names() throws -> [String] {
    do throws(ProfileError) {
      return try library.names()
    } catch {
      throw CommandFailure(.badData, error.description)
    }
  }

  /// A profile by its name in the folder, or by the path of its file.
  func profile(_ text: String) throws -> DeviceProfile {
    do throws(ProfileError) {
      return try isPath(text) ? ProfileLoader.load(text) : library.profile(named: text)
    } catch {
      throw CommandFailure(.badData, error.description)
    }
  }

  /// The file of a profile that is named so.
  func path(of text: String) -> String { isPath(text) ? text : library.path(of: text) }

  private func isPath(_ text: String) -> Bool { text.contains("/") || text.hasSuffix(".yaml") }
}

struct ProfileCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check profiles: every finding with file, line, column, and what would be right.",
    discussion: """
      EXAMPLES
        lotline profile check DeviceProfiles/*.yaml
        lotline profile check --format github DeviceProfiles/*.yaml
      """
  )

  @Argument(help: "Profile files.") var files: [String]
  @OptionGroup var report: FindingOptions

  func run() throws {
    try report.report(
      files.flatMap { ProfileLoader.findings($0) },
      summary: "\(counted(files.count, "profile")), no problems found."
    )
  }
}

struct ProfileExpand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "expand",
    abstract: "Print a profile in its plain form: what it extends filled in, blocks repeated.",
    discussion: """
      EXAMPLE
        lotline profile expand DeviceProfiles/reflow-oven-10-zone.yaml
      """
  )

  @Argument(help: "The profile's file.") var file: String

  func run() throws {
    do throws(ProfileError) {
      Terminal.text(try ProfileLoader.expanded(file))
    } catch {
      throw CommandFailure(.badData, error.description)
    }
  }
}

struct ProfileSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of profiles, by which editors complete and underline.",
    discussion: """
      EXAMPLE
        lotline profile schema > profile.schema.json
        The first line of a profile then names it:
        # yaml-language-server: $schema=profile.schema.json
      """
  )

  func run() { Terminal.text(ProfileLoader.schema) }
}

struct ProfileList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the profiles in a folder."
  )

  @OptionGroup var folder: ProfilesOption
  @Flag(help: "Print a table in Markdown, by kind of device, with sources.") var markdown = false

  func run() throws {
    let names = try folder.names()
    if names.isEmpty { Terminal.error("lotline: there are no profiles in \(folder.profiles)") }
    let profiles = names.map { (name: $0, profile: try? folder.library.profile(named: $0)) }
    if markdown {
      Terminal.text(ProfileIndex.markdown(of: profiles.compactMap(\.profile)))
    } else {
      Terminal.table(
        profiles.map { name, profile in
          [name, profile?.title ?? "has problems: lotline profile check"]
        }
      )
    }
  }
}
