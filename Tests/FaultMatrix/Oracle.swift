internal import Synchronization

/// A Modbus device that shows in every register pair where it is and which scan is under way.
///
/// Written for the fault matrix from the standard alone (MODBUS Application Protocol V1.1b3, 6.3 and
/// 6.4), without the codec under test. It knows functions 3 and 4 and never errs.
package final class Oracle: Sendable {
  private struct State {
    var scan: UInt32 = 0
    /// While a value is stuck: the scan that is shown.
    var shown: UInt32?
  }

  private let state = Mutex(State())

  package init() {}

  /// The scan that is under way from now on.
  package func begin(_ scan: UInt32) { state.withLock { $0.scan = scan } }

  /// Has all registers stand still, or move on.
  package func hold(_ isHeld: Bool) {
    state.withLock { state in state.shown = isHeld ? state.shown ?? state.scan : nil }
  }

  /// What the registers show now.
  package var shown: UInt32 { state.withLock { $0.shown ?? $0.scan } }

  /// The place of a register pair that begins at an even address.
  ///
  /// Requests of the matrix begin at multiples of 100 and hold at most four pairs.
  package static func place(input: Bool, address: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: address / 100 * 4 + address % 100 / 2 % 4 + (input ? 128 : 0))
  }

  /// The reply's protocol data unit; nil for a request that it does not know.
  func reply(to pdu: ArraySlice<UInt8>) -> [UInt8]? {
    let bytes = Array(pdu)
    guard bytes.count == 5, bytes[0] == 3 || bytes[0] == 4 else { return nil }
    let address = Int(bytes[1]) << 8 | Int(bytes[2])
    let count = Int(bytes[3]) << 8 | Int(bytes[4])
    guard (1...125).contains(count) else { return nil }
    let scan = shown
    var reply = [bytes[0], UInt8(count * 2)]
    for register in address..<(address + count) {
      let place = Self.place(input: bytes[0] == 4, address: register & ~1)
      let number = Mark(place: place, scan: scan).number
      let word =
        register.isMultiple(of: 2) ? UInt16(number >> 16) : UInt16(truncatingIfNeeded: number)
      reply += [UInt8(word >> 8), UInt8(truncatingIfNeeded: word)]
    }
    return reply
  }
}
