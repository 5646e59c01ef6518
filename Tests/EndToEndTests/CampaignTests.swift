import Foundation
import TestSupport
import Testing

/// The short form of `Scripts/campaign`: Documentation/campaign.md.
@Suite("Fault campaign", .serialized)
struct CampaignTests {
  @Test("The independent checker passes a sound journal and names each alteration of a copy")
  func checkerIsChecked() async throws {
    let run = try await campaign("Tests/Campaign/test_checker.py")
    #expect(run.status == 0, "\(run.output)")
  }

  @Test(
    "After each fault, what was acknowledged is there once, and agent and hub hold the same",
    arguments: [["kill", "10"], ["errors", "1"]]
  )
  func faults(_ scenario: [String]) async throws {
    let run = try await campaign("Tests/Campaign", scenario)
    #expect(run.status == 0, "\(run.output)")
  }

  private func campaign(
    _ script: String,
    _ arguments: [String] = []
  ) async throws -> (status: Int32, output: String) {
    let path = Repository.root.appending(path: script).path
    return try await PeerProcess(Repository.python.path, [path] + arguments, isQuiet: true).finish()
  }
}
