import Testing

@testable import LotBinding

@Suite("What was in force when")
struct SpansTests {
  @Test("It is known for a scan that was on its way while lots changed a hundred times")
  func manyChanges() {
    var spans = Spans()
    for change in 1...100 { spans.change(from: change - 1, to: change, at: .seconds(change)) }
    #expect(spans.inForce(at: .milliseconds(3_500), now: 100) == 3)
    #expect(spans.inForce(at: .milliseconds(500), now: 100) == 0)
    #expect(spans.inForce(at: .seconds(200), now: 100) == 100)
  }
}
