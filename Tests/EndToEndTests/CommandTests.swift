import Foundation
import TestSupport
import Testing

/// The built `lotline`, as a person runs it for the first time.
@Suite("lotline")
struct CommandTests {
  private let folder: TemporaryFolder
  private let configuration: String

  /// A port where nothing listens, since nobody but root may.
  private static let deadAddress = "http://127.0.0.1:1"

  init() throws {
    folder = try TemporaryFolder()
    configuration = """
      agent: edge-test
      site: Test plant
      stations: [{id: reflow-1}]
      buses: [{id: oven, tcp: "127.0.0.1:1"}]
      devices: [{id: oven-1, profile: reflow-oven-10-zone, bus: oven, unit: 1, station: reflow-1}]
      profiles: \(Repository.root.appending(path: "DeviceProfiles").path)
      journal: {path: journal.sqlite}
      """
  }

  @Test("What goes wrong on the command line has its exit status and a sentence with what to do")
  func mistakes() throws {
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      (["statsu"], 64, "Did you mean 'status'?"),
      (["lot", "start", "reflow-1"], 64, "<lot>"),
      (["lot", "start", "reflow-1", "A", "--quantity", "0"], 64, "above zero"),
      (["lot", "end", "re flow"], 64, "use letters, digits"),
      (["lot", "end", "reflow-1", "--agent", Self.deadAddress], 69, "nothing listens there"),
      (["status", "--agent", "http://exa mple"], 64, "is no address"),
      (
        ["correct", "lot-late", "s", "A", "--from", "noon", "--by", "m", "--reason", "r"], 64,
        "the last time that the clock on the wall showed it"
      ),
      (["correct", "never-was", "s", "A", "--by", "mara"], 64, "--reason"),
      (["correct", "material", "s", "A", "--by", "m", "--reason", "r"], 64, "Say one of"),
      (
        ["simulate", "reflow-oven-10-zone"], 64,
        "one of --tcp, --tls, --rtu-over-tcp, --rtu and --serial"
      ),
      (["profile", "list", "--profiles", folder.path("none")], 65, "there is no such folder"),
      (["profile", "list", "--profiles", folder.url.path], 0, "there are no profiles in"),
    ]
    for (arguments, status, words) in cases { try expect(arguments, status, words) }
  }

  @Test("What is wrong with a configuration has its exit status and a sentence with what to do")
  func configurations() throws {
    let good = try folder.write(configuration, to: "good.yaml")
    let typo = try write("stations:", "statoins:")
    let unit = try write("unit: 1", "unit: 300")
    let profile = try write("reflow-oven-10-zone", "reflow-oven")
    let journal = try write("journal.sqlite", "none/journal.sqlite")
    try expect(["config", "check", good], 0, "1 station, 1 bus, 1 device. No problems found.")
    try expect(["config", "check", typo], 2, "did you mean \"stations\"?")
    try expect(["config", "check", unit], 2, "from 1 to 247, or 255 on TCP, such as 1")
    try expect(["config", "check", profile], 2, "there is no profile \"reflow-oven\"")
    try expect(["run", "--config", typo], 78, "did you mean \"stations\"?")
    try expect(["run", "--config", profile], 78, "there is no profile \"reflow-oven\"")
    try expect(["run", "--config", journal], 73, "its folder must exist")
    try expect(["run", "--config", folder.path("none")], 78, "there is no such file")
  }

  private static let golden = Repository.root.appending(path: "Tests/ProfilesTests/Golden").path

  @Test(
    "A check of profiles ends with 0, or with 2 when one cannot be used; warnings are shown only"
  )
  func profileCheck() throws {
    let good = Self.golden + "/good-block.yaml"
    let warning = Self.golden + "/warning-range-partly.yaml"
    let bad = Self.golden + "/key-unknown.yaml"
    let place = "\(bad):10:60: \"colour\" is not a key of a signal"
    try expect(["profile", "check", good, good], 0, "2 profiles, no problems found.")
    try expect(["profile", "check", warning], 0, "warning: ")
    try expect(["profile", "check", good, bad], 2, place)
    try expect(["profile", "check", bad], 2, "[unknown-key]")
    try expect(["profile", "check", folder.path("none.yaml")], 2, "[file-unreadable]")
    try expect(["profile", "check"], 64, "files")
    try expect(["profile", "check", "--format", "xml", bad], 64, "xml")
  }

  @Test("Findings come in every form, with the same status")
  func formats() throws {
    let bad = Self.golden + "/key-unknown.yaml"
    try expect(
      ["profile", "check", "--format", "github", bad],
      2,
      "::error file=\(bad),line=10,col=60"
    )
    try expect(["profile", "check", "--json", bad], 2, "\"code\":\"unknown-key\"", spaces: false)
    try expect(
      ["profile", "check", "--format", "sarif", bad],
      2,
      "\"version\":\"2.1.0\"",
      spaces: false
    )
    let typo = try write("stations:", "statoins:")
    try expect(["config", "check", "--json", typo], 2, "\"code\":\"unknown-key\"", spaces: false)
    let good = try folder.write(configuration, to: "good.yaml")
    try expect(["config", "check", "--json", good], 0, "\"findings\":[]", spaces: false)
  }

  @Test("A profile is printed in its plain form, or refused with 65 and its findings")
  func profileExpand() throws {
    let plain = try Tool.run(
      built: "lotline",
      ["profile", "expand", Self.golden + "/good-child.yaml"]
    )
    #expect(plain.status == 0)
    let path = try folder.write(plain.output, to: "good-child.yaml")
    try expect(["profile", "check", path], 0, "1 profile, no problems found.")
    let bad = Self.golden + "/repeat-bounds.yaml"
    try expect(["profile", "expand", bad], 65, "\(bad):12:13: the block runs from 5 to 1")
  }

  @Test("Schemas are printed as they are published")
  func schemas() throws {
    for (program, command, file) in [
      ("lotline", "profile", "profile"), ("lotline", "config", "agent"),
      ("lotline-hub", "config", "hub"),
    ] {
      let answer = try Tool.run(built: program, [command, "schema"])
      #expect(answer.status == 0)
      #expect(answer.output == (try Repository.text(of: "Documentation/Schemas/\(file).json")))
    }
  }

  @Test(
    "No help text is torn at 80 columns",
    arguments: [
      "", "run", "status", "lot", "lot start", "lot end", "lot consume", "unit",
      "unit enter", "unit scrap", "operator", "operator on", "operator off", "material",
      "material load", "material unload", "assemble", "calibration", "calibration record",
      "calibration list", "calibration show", "profile", "profile check", "profile test",
      "profile verify", "profile plan", "profile expand", "profile import", "profile schema",
      "profile list", "config", "config check", "config schema", "scan",
      "simulate",
    ]
  )
  func help(command: String) throws {
    let help = try Tool.run(
      built: "lotline",
      command.split(separator: " ").map(String.init) + ["--help"]
    )
    #expect(help.status == 0)
    let lines = help.output.split(separator: "\n").filter { !$0.hasPrefix("USAGE:") }
    #expect(lines.allSatisfy { $0.count <= 80 })
    // The rest of an example that was too long begins a line.
    #expect(!lines.contains { $0.hasPrefix("--") })
  }

  private func write(_ old: String, _ new: String) throws -> String {
    try folder.write(
      configuration.replacingOccurrences(of: old, with: new),
      to: "\(UUID().uuidString).yaml"
    )
  }

  private func expect(
    _ arguments: [String],
    _ status: Int32,
    _ words: String,
    spaces: Bool = true
  ) throws {
    let answer = try Tool.run(built: "lotline", arguments)
    #expect(answer.status == status, "\(arguments): \(answer.output)")
    let output = spaces ? answer.output : answer.output.filter { !$0.isWhitespace }
    #expect(output.contains(words), "\(arguments): \(answer.output)")
  }
}
