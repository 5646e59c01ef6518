/// What a register pair of the oracle device says: which place it is, and in which scan it was read.
///
/// A device's answer to an earlier request, or to a request for another address, is thereby another
/// number. The mark is mixed (a bijection of 32 bits, the finalizer of MurmurHash3), so that a
/// number made of parts of two answers is no mark of a scan that was ever made.
package struct Mark: Sendable, Hashable, CustomStringConvertible {
  /// Table and pair of registers, see ``Oracle/place(input:address:)``.
  package let place: UInt8
  /// Number of the scan, modulo 2^24.
  package let scan: UInt32

  package init(place: UInt8, scan: UInt32) {
    self.place = place
    self.scan = scan & 0xFF_FFFF
  }

  /// Reads a number back; every number is some mark.
  package init(number: UInt32) {
    var mixed = number
    mixed ^= mixed >> 16
    mixed = mixed &* 0x7ED1_B41D
    mixed ^= (mixed >> 13) ^ (mixed >> 26)
    mixed = mixed &* 0xA5CB_9243
    mixed ^= mixed >> 16
    self.init(place: UInt8(mixed >> 24), scan: mixed & 0xFF_FFFF)
  }

  package var number: UInt32 {
    var mixed = UInt32(place) << 24 | scan
    mixed ^= mixed >> 16
    mixed = mixed &* 0x85EB_CA6B
    mixed ^= mixed >> 13
    mixed = mixed &* 0xC2B2_AE35
    return mixed ^ (mixed >> 16)
  }

  package var description: String { "place \(place) of scan \(scan)" }
}
