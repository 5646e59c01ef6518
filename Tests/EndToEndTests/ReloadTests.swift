import Foundation
import TestSupport
import Testing

@Suite("Reload of a running agent", .serialized)
struct ReloadTests {
  private func events(_ kind: String, in plant: Plant) async throws -> [String] {
    try await plant.query(
      "journal.sqlite",
      "SELECT seq || ' ' || (body ->> 'detail') FROM record WHERE body ->> 'event' = '\(kind)'"
    ).split(separator: "\n").map(String.init)
  }

  /// Longest time in seconds between two frames of a device.
  private func longestRest(of device: String, in plant: Plant) async throws -> Double {
    let sql = """
      WITH f AS (SELECT unixepoch(substr(body ->> 'at', 1, 19)) + substr(body ->> 'at', 20, 7) AS at
        FROM record WHERE body ->> 'type' = 'frame' AND body ->> 'layout' IN
          (SELECT seq FROM record WHERE body ->> 'type' = 'layout' AND body ->> 'device' = '\(device)'))
      SELECT max(rest) FROM (SELECT at - lag(at) OVER (ORDER BY at) AS rest FROM f)
      """
    return try #require(Double(try await plant.query("journal.sqlite", sql)))
  }

  @Test("A changed bus begins anew, the other loses nothing, and the journal has the new file")
  func applied() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    try await Task.sleep(for: .seconds(5))
    try plant.editConfiguration { $0.replacing("timeout: 1s", with: "timeout: 700ms") }
    let reloaded = try await plant.lotline("reload")
    #expect(reloaded.status == 0, "\(reloaded.output)")
    #expect(reloaded.output.contains("buses: changed oven"), "\(reloaded.output)")
    #expect(reloaded.output.contains("undisturbed: bus oxygen"))
    let sum = try Tool.run("sha256sum", plant.folder.path("agent.yaml")).output.prefix(64)
    #expect(reloaded.output.contains(sum))
    let again = try await plant.lotline("reload")
    #expect(again.status == 0 && again.output.contains("no file has changed"), "\(again.output)")

    try plant.editConfiguration { $0.replacing("timeout: 700ms", with: "timeout: 800ms") }
    let agent = try #require(plant.agent)
    kill(agent.processIdentifier, SIGHUP)
    try await Plant.until("SIGHUP is heeded") {
      try await events("configuration_applied", in: plant).count == 2
    }
    try await Task.sleep(for: .seconds(5))
    agent.end(SIGTERM)
    #expect(try await longestRest(of: "oxygen-1", in: plant) < 3)
    let documents = try await plant.query(
      "journal.sqlite",
      """
      SELECT count(*), count(DISTINCT body ->> 'sha256') FROM record
      WHERE body ->> 'type' = 'document' AND body ->> 'kind' = 'configuration'
      """
    )
    #expect(documents == "3|3")
  }

  @Test("A file with a mistake is refused with its place, and the agent goes on as before")
  func refused() async throws {
    let plant = try await Plant()
    try plant.startAgent()
    try await plant.awaitAgent()
    try plant.editConfiguration { $0 + "\nuplink: []\n" }
    let refused = try await plant.lotline("reload")
    #expect(refused.status == 2)
    #expect(refused.output.contains("agent.yaml:"), "\(refused.output)")
    #expect(refused.output.contains("[unknown-key]"), "\(refused.output)")
    try await Task.sleep(for: .seconds(5))
    #expect(try await events("configuration_refused", in: plant).count == 1)
    #expect(try await events("configuration_applied", in: plant).isEmpty)
    plant.agent?.end(SIGTERM)
    for device in ["oven-1", "oxygen-1"] {
      #expect(try await longestRest(of: device, in: plant) < 3)
    }
  }
}
