import FaultMatrix
import Testing

@Suite("Mark")
struct MarkTests {
  @Test("A mark is read back from its number, and no two places or scans share one")
  func roundTrip() {
    var seen = Set<UInt32>()
    for place in UInt8(0)...255 {
      for scan in [UInt32(0), 1, 2, 1_000, 0xFF_FFFF] {
        let mark = Mark(place: place, scan: scan)
        #expect(Mark(number: mark.number) == mark)
        #expect(seen.insert(mark.number).inserted)
      }
    }
  }
}
