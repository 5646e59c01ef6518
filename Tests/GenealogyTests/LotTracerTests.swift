import Foundation
import Genealogy
import Telemetry
import Testing

@Suite("Lot tracer")
struct LotTracerTests {
  private func lots(_ trace: LotTrace?) -> [String] { trace?.lots.map(\.lot.text) ?? [] }

  private func edges(_ edges: [TraceEdge]?) -> [String] {
    edges?.map { "\($0.input)>\($0.output)" } ?? []
  }

  @Test("A recorded consumption leads down and up")
  func recorded() throws {
    var store = MemoryGenealogy()
    try store.visit("DEV", at: "test", 3, to: 4)
    try store.consume("PCB", into: "DEV", 2, 24)
    let down = try store.trace("DEV")
    #expect(edges(down?.inputs) == ["PCB>DEV"])
    #expect(down?.outputs == [])
    let up = try store.trace("PCB")
    #expect(up?.inputs == [])
    #expect(edges(up?.outputs) == ["PCB>DEV"])
    #expect(lots(up) == ["PCB", "DEV"])
  }

  @Test(
    "Material counts when it stood at the station at any moment of the visit, and only then",
    arguments: [
      (load: 1, unload: 5 as Int?, counts: true), (12, 15, true), (1, nil, true),
      (1, 9, false), (25, nil, false), (12, nil, true),
    ]
  )
  func loaded(load: Int, unload: Int?, counts: Bool) throws {
    // The visit lasts from record 3 to record 20; in the fourth case it begins at record 10.
    var store = MemoryGenealogy()
    let begin = unload == 9 ? 10 : 3
    try store.visit("PCB", at: "reflow-1", begin, to: 20)
    try store.stay("PASTE", at: "reflow-1", load, to: unload)
    #expect(edges(try store.trace("PCB")?.inputs) == (counts ? ["PASTE>PCB"] : []))
    #expect(edges(try store.trace("PASTE")?.outputs) == (counts ? ["PASTE>PCB"] : []))
  }

  @Test("Material at another station, or in another agent's journal, does not count")
  func elsewhere() throws {
    var store = MemoryGenealogy()
    try store.visit("PCB", at: "reflow-1", 3, to: 20)
    try store.stay("GLUE", at: "reflow-2", 1)
    try store.stay("PASTE", at: "reflow-1", 1, agent: "line-b")
    #expect(try store.trace("PCB")?.inputs == [])
  }

  @Test("An input used twice is listed once, with an edge for each use")
  func shared() throws {
    var store = MemoryGenealogy()
    try store.consume("A", into: "DEV", 1)
    try store.consume("B", into: "DEV", 2)
    try store.consume("COPPER", into: "A", 3)
    try store.consume("COPPER", into: "B", 4)
    let trace = try store.trace("DEV")
    #expect(lots(trace) == ["DEV", "A", "B", "COPPER"])
    #expect(edges(trace?.inputs) == ["A>DEV", "B>DEV", "COPPER>A", "COPPER>B"])
    #expect(trace?.inputs.contains { $0.closesCycle } == false)
  }

  @Test("Several reasons for one edge stay together")
  func reasons() throws {
    var store = MemoryGenealogy()
    try store.visit("PCB", at: "reflow-1", 3, to: 6)
    try store.stay("PASTE", at: "reflow-1", 1, to: 4)
    try store.stay("PASTE", at: "reflow-1", 5, to: 9)
    try store.consume("PASTE", into: "PCB", 10)
    #expect(try store.trace("PCB")?.inputs.map(\.reasons.count) == [3])
  }

  @Test("Records that go in a circle end, and the edge that closes it says so")
  func cycle() throws {
    var store = MemoryGenealogy()
    try store.consume("B", into: "A", 1)
    try store.consume("C", into: "B", 2)
    try store.consume("A", into: "C", 3)
    let trace = try #require(try store.trace("A"))
    #expect(edges(trace.inputs.filter(\.closesCycle)) == ["A>C"])
    #expect(lots(trace) == ["A", "B", "C"])
    #expect(TraceReport(trace).text.contains("goes in a circle"))
  }

  @Test("A lot bound twice at one station has two visits, and the material of each")
  func again() throws {
    var store = MemoryGenealogy()
    try store.visit("PCB", at: "reflow-1", 3, to: 6)
    try store.visit("PCB", at: "reflow-1", 20, to: 26)
    try store.stay("PASTE-1", at: "reflow-1", 1, to: 10)
    try store.stay("PASTE-2", at: "reflow-1", 11)
    let trace = try store.trace("PCB")
    #expect(trace?.lots.first?.visits.map(\.span.start.seq) == [3, 20])
    #expect(edges(trace?.inputs) == ["PASTE-1>PCB", "PASTE-2>PCB"])
  }

  @Test("A lot that no record names has no trace")
  func unknown() throws {
    #expect(try MemoryGenealogy().trace("NOBODY") == nil)
  }

  @Test("A trace that reaches its depth says where it stopped")
  func depth() throws {
    var store = MemoryGenealogy()
    for step in 0..<10 { try store.consume("L\(step + 1)", into: "L\(step)", step + 1) }
    let trace = try #require(try store.trace("L0", limits: TraceLimits(depth: 3)))
    #expect(lots(trace) == ["L0", "L1", "L2", "L3"])
    #expect(trace.notFollowed.map(\.text) == ["L3"])
    #expect(TraceReport(trace).text.contains("This is not all"))
  }

  @Test("A trace that reaches its number of lots says where it stopped")
  func breadth() throws {
    var store = MemoryGenealogy()
    for step in 0..<10 { try store.consume("IN-\(step)", into: "DEV", step + 1) }
    let trace = try #require(try store.trace("DEV", limits: TraceLimits(lots: 4)))
    #expect(trace.lots.count == 4)
    #expect(trace.notFollowed.map(\.text) == ["DEV"])
  }

  @Test("A trace reads back from its JSON")
  func json() throws {
    let trace = try #require(try MemoryGenealogy.ventilator().trace("DEV-0042"))
    let bytes = try JSONEncoder().encode(trace)
    #expect(try JSONDecoder().decode(LotTrace.self, from: bytes) == trace)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("\"schema\":1"))
    #expect(text.contains("\"why\":\"loaded\""))
    #expect(text.contains("\"work_order\":\"WO-7001\""))
  }
}
