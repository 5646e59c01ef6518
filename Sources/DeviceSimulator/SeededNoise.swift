#if canImport(Glibc)
internal import Glibc
#endif

/// Noise that is a function of a seed and a time: the same twice, and with no state to keep.
struct SeededNoise: Sendable, Hashable {
  private let seed: UInt64

  init(seed: UInt64) { self.seed = Self.mixed(seed) }

  /// Noise of its own for a named thing, by FNV-1a over the name.
  func stream(_ name: String) -> SeededNoise {
    let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return SeededNoise(seed: seed ^ hash)
  }

  /// White noise from −1 to 1, one value for each index.
  func white(_ index: Int64) -> Double {
    let bits = Self.mixed(seed &+ UInt64(bitPattern: index) &* 0x9e37_79b9_7f4a_7c15)
    return Double(bits >> 11) * 0x1p-52 - 1
  }

  /// A part of a whole, 0 up to but not including 1, one for each index.
  func part(_ index: Int) -> Double { (white(Int64(index)) + 1) / 2 }

  /// White noise that changes every half second, as a display does.
  func jitter(_ seconds: Double) -> Double { white(Int64((seconds * 2).rounded(.down))) }

  /// Noise from −1 to 1 that wanders without a step, with about `period` seconds from turn to turn.
  func wander(_ seconds: Double, period: Double) -> Double {
    let position = seconds / period
    let left = position.rounded(.down)
    let part = position - left
    let weight = part * part * (3 - 2 * part)
    return white(Int64(left)) * (1 - weight) + white(Int64(left) + 1) * weight
  }

  /// The finalizer of SplitMix64: every bit of the input moves about half of the output's.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value &+ 0x9e37_79b9_7f4a_7c15
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
