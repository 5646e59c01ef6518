import Settings
import Telemetry
import TestSupport
import Testing

@Suite("Lists and interlocks in agent.yaml")
struct ListSettingsTests {
  private func settings(_ text: String) throws -> AgentSettings {
    let common = """
      agent: edge-1
      site: Plant 7
      profiles: .
      journal: {path: j.sqlite}
      stations: [{id: reflow-1}]
      uplinks: [{id: hub, url: "http://hub.plant:8480/"}]

      """
    return try AgentSettings.load(
      bytes: Array((common + text).utf8),
      path: "/etc/lotline/agent.yaml"
    )
  }

  @Test("Without a word nothing is taken and nothing put out")
  func none() throws {
    let settings = try settings("")
    #expect(settings.lists == nil && settings.interlocks.isEmpty)
  }

  @Test("Lists come from the hub of an uplink, every two seconds where nothing else is said")
  func lists() throws {
    let lists = try #require(try settings("lists: {uplink: hub}").lists)
    #expect(lists.uplink == "hub" && lists.url == "http://hub.plant:8480")
    #expect(lists.interval == .seconds(2))
  }

  @Test("An interlock stops in every doubt where nothing else is said")
  func interlock() throws {
    let text = "interlock: [{station: reflow-1, file: {path: x}, command: {program: bin/relay}}]"
    let interlock = try #require(try settings(text).interlocks.first)
    #expect(try interlock.station == StationID("reflow-1"))
    #expect(interlock.stopsWithoutLot && interlock.stopsWhenSilent)
    #expect(interlock.file?.path == "/etc/lotline/x" && interlock.file?.atExit == .stop)
    #expect(interlock.file?.refresh == .seconds(1))
    #expect(interlock.command?.program == "/etc/lotline/bin/relay")
    #expect(interlock.command?.arguments == [] && interlock.command?.atExit == .stop)
    #expect(interlock.command?.timeout == .seconds(5))
  }

  @Test("What is said is taken")
  func said() throws {
    let text = """
      interlock:
        - station: reflow-1
          without_lot: run
          silent_device: run
          file: {path: /run/x, refresh: 500ms, at_exit: remove}
          command: {program: /bin/relay, arguments: ["3", "a b"], timeout: 2s, at_exit: keep}
      """
    let interlock = try #require(try settings(text).interlocks.first)
    #expect(!interlock.stopsWithoutLot && !interlock.stopsWhenSilent)
    #expect(interlock.file?.atExit == .remove && interlock.file?.refresh == .milliseconds(500))
    #expect(interlock.command?.arguments == ["3", "a b"] && interlock.command?.atExit == .keep)
  }
}
