import Telemetry
import TestSupport
import Testing

@testable import JournalStore

@Suite("The view of readings")
struct ReadingViewTests {
  @Test("The shell reads the lots of all lanes, and who was there")
  func lanes() async throws {
    let sample = try Sample()
    let journal = try sample.open()
    try await journal.append(Sample.layout(), at: sample.time.now())
    for (lane, lot) in [("front", "L-1"), ("rear", "L-2")] {
      let binding = Binding(
        station: StationID(checked: "reflow-1"),
        lane: LaneID(checked: lane),
        lot: LotID(checked: lot),
        part: Label(checked: "P"),
        workOrder: Label(checked: "W"),
        operatorName: Label(checked: "mara")
      )
      try await journal.append(.binding(binding), at: sample.time.now())
    }
    let crew = CrewChange(
      station: StationID(checked: "reflow-1"),
      operators: [Label(checked: "mara"), Label(checked: "jon")],
      change: .on,
      operatorName: Label(checked: "jon")
    )
    try await journal.append(.crew(crew), at: sample.time.now())
    let frame = Frame(
      at: sample.time.now(),
      spanMicroseconds: 1,
      layout: 2,
      bindings: [.several([3, 4]), nil],
      crews: [5, nil],
      readings: [Reading(.integer(7)), Reading(.timeout)]
    )
    try await journal.append([frame])
    try await journal.close()
    #expect(
      try sample.sqlite(
        """
        SELECT station, lot, lane, crew FROM reading WHERE signal = 'zone1' ORDER BY station, lot
        """
      ) == ["reflow-1|L-1|front|mara, jon", "reflow-1|L-2|rear|mara, jon", "reflow-2|||"]
    )
  }
}
