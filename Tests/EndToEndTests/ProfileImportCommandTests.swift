import Foundation
import TestSupport
import Testing

/// `lotline profile import` as a process engineer runs it.
@Suite("lotline profile import")
struct ProfileImportCommandTests {
  private static let table = "Tag Name,Address,Data Type\nPump.Speed,40001,Word\nx,9,Word\n"

  private func run(_ arguments: String...) throws -> (status: Int32, output: String) {
    try Tool.run(built: "lotline", ["profile", "import"] + arguments)
  }

  @Test("The profile is written where it is told, passes the check, and the summary comes last")
  func written() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(Self.table, to: "tags.csv")
    let target = folder.path("pump.yaml")
    let result = try run(source, "--output", target)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("\(source):3: not carried over: row x: it was left out:"))
    #expect(
      result.output.hasSuffix("1 signal; 1 thing was not carried over; 1 to check\n"),
      "\(result.output)"
    )
    let check = try Tool.run(built: "lotline", ["profile", "check", target])
    #expect(check.status == 0, "\(check.output)")
    #expect(try String(contentsOfFile: target, encoding: .utf8).contains("profile: pump\n"))
  }

  @Test("A file that is there is not written over, but with --force")
  func force() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(Self.table, to: "tags.csv")
    let target = try folder.write("mine\n", to: "pump.yaml")
    let refused = try run(source, "--output", target)
    #expect(refused.status == 73)
    #expect(refused.output.contains("is there already"))
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine\n")
    #expect(try run(source, "--output", target, "--force").status == 0)
    #expect(try String(contentsOfFile: target, encoding: .utf8).contains("profile: pump\n"))
  }

  @Test("Without --output the profile goes to standard output, and its name is the source's")
  func standardOutput() throws {
    let folder = try TemporaryFolder()
    let result = try run(try folder.write(Self.table, to: "tags.csv"))
    #expect(result.status == 0)
    #expect(result.output.contains("profile: tags\n"))
  }

  @Test(
    "What cannot be imported says so, with its status",
    arguments: [
      (["nothing.csv"], 65, "there is no such file"),
      (["tags.dat"], 64, "--from telegraf, edgex or csv"),
      (["tags.csv", "--columns", "name=A"], 64, "lacks address"),
      (["tags.csv", "--name", "a b"], 64, "give another with --name"),
      (["tags.csv", "--from", "edgex"], 65, "not a mapping"),
      (["tags.csv", "--from", "excel"], 64, "--from"),
    ] as [([String], Int32, String)]
  )
  func refused(arguments: [String], status: Int32, text: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.table, to: "tags.csv")
    _ = try folder.write(Self.table, to: "tags.dat")
    let result = try Tool.run(
      built: "lotline",
      ["profile", "import", folder.path(arguments[0])] + arguments.dropFirst()
    )
    #expect(result.status == status, "\(result.output)")
    #expect(result.output.contains(text), "\(result.output)")
  }
}
