internal import Profiles
internal import Telemetry

/// That numbers with a range are off by a power of ten.
enum ScaleHypothesis {
  /// Powers of ten, the likeliest first.
  private static let powers = [-1, 1, -2, 2, -3, 3]

  /// One suggestion for each scale of the profile under which most values lie outside of their
  /// range, and all of those would lie within it with the same other scale.
  static func suggestions(from evidence: TrialEvidence) -> [TrialSuggestion] {
    let members = evidence.signals.indices.compactMap { index in
      Member(evidence, index).map { (index, $0) }
    }
    let byScale = Dictionary(grouping: members) {
      evidence.signals[$0.0].decoding.scaling?.scale.double ?? 1
    }
    return byScale.sorted { $0.key < $1.key }.compactMap { scale, members in
      suggestion(members.map(\.1), scale: scale)
    }
  }

  /// The numbers of one signal, and where they should lie.
  private struct Member {
    let values: [Double]
    let range: ClosedRange<Double>
    var isOutside: Bool { !values.allSatisfy(range.contains) }

    func fits(_ power: Int) -> Bool {
      values.allSatisfy { range.contains($0 * ScaleHypothesis.factor(power)) }
    }

    /// Only numbers whose digits speak: zeros fit every scale.
    init?(_ evidence: TrialEvidence, _ index: Int) {
      let signal = evidence.signals[index]
      guard let range = signal.signal.range, signal.decoding.type.isNumber else { return nil }
      let values = evidence.samples(index).compactMap {
        signal.decoding.reading(from: $0, range: nil).value?.number
      }
      guard !values.isEmpty, values.contains(where: { $0 != 0 }) else { return nil }
      self.values = values
      self.range = range
    }
  }

  private static func factor(_ power: Int) -> Double {
    [-3: 0.001, -2: 0.01, -1: 0.1, 1: 10, 2: 100, 3: 1_000][power] ?? 1
  }

  private static func suggestion(_ members: [Member], scale: Double) -> TrialSuggestion? {
    let outside = members.filter(\.isOutside)
    guard outside.count >= 2, outside.count * 4 >= members.count * 3,
      let power = powers.first(where: { power in members.allSatisfy { $0.fits(power) } }),
      // Ranges that allow for more and for less tell nothing.
      !members.allSatisfy({ $0.fits(-power) })
    else { return nil }
    let right = scale * factor(power)
    let rounded = Double("\(Float(right))") ?? right
    return TrialSuggestion(
      kind: .scale,
      sentence: "\(outside.count) of \(members.count) values with scale: \(text(scale)) lie "
        + "outside of their range, and all would lie within it with scale: \(text(rounded)): "
        + "look up the decimals in the manual"
    )
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }
}

/// That a whole number is signed, or is not.
enum TypeHypothesis {
  /// One suggestion for each signal whose values lie outside of its range, and within it when they
  /// are read the other way.
  static func suggestions(from evidence: TrialEvidence) -> [TrialSuggestion] {
    evidence.signals.indices.compactMap { index in
      let signal = evidence.signals[index]
      guard let range = signal.signal.range, let words = evidence.samples(index).last,
        let other = signal.decoding.type.otherSign,
        evidence.isPlausible(index, with: signal.decoding) == false,
        evidence.isPlausible(index, with: signal.decoding.with(type: other.type)) == true
      else { return nil }
      let now = signal.decoding.reading(from: words, range: nil)
      let then = signal.decoding.with(type: other.type).reading(from: words, range: nil)
      guard let now = now.value, let then = then.value, now != then else { return nil }
      return TrialSuggestion(
        kind: .type,
        sentence: "\(signal.signal.name) reads \(now), outside of \(range.lowerBound) to "
          + "\(range.upperBound), and would read \(then) as \(other.word): write type: \(other.word)"
      )
    }
  }
}

extension RegisterType {
  /// The whole number of the same width with a sign instead of none, or none instead of one.
  fileprivate var otherSign: (type: RegisterType, word: String)? {
    switch self {
    case .int16: (.uint16, "uint16")
    case .int32: (.uint32, "uint32")
    case .int64: (.uint64, "uint64")
    case .uint16: (.int16, "int16")
    case .uint32: (.int32, "int32")
    case .uint64: (.int64, "int64")
    default: nil
    }
  }
}
