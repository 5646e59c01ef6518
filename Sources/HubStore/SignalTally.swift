internal import Telemetry

/// What one signal read, counted while frames go by.
struct SignalTally: Sendable, Hashable {
  /// Distinct texts that are kept of one signal.
  static let textLimit = 8

  /// Bytes of one text that are kept.
  static let textBytesLimit = 128

  var good = 0
  var bad = 0

  /// Good readings that are numbers; the mean is over these.
  var numbers = 0
  var sum = 0.0
  var minimum = Double.infinity
  var maximum = -Double.infinity
  var causes: [String: Int] = [:]

  /// The distinct texts, the latest last.
  var texts: [String] = []
  var hasMoreTexts = false

  /// Counts a reading, and those that were left out since they were as good as the same.
  mutating func add(_ reading: Reading, times: Int = 1) {
    switch reading.quality {
    case .good: addGood(reading.value, times)
    case .bad(let cause):
      bad += times
      causes[cause.code, default: 0] += times
    }
  }

  private mutating func addGood(_ value: Value?, _ times: Int) {
    good += times
    guard let value else { return }
    guard let number = value.number else {
      add(text: value.description)
      return
    }
    numbers += times
    sum += number * Double(times)
    if number < minimum { minimum = number }
    if number > maximum { maximum = number }
  }

  private mutating func add(text: String) {
    if texts.last == text { return }
    let isLong = text.utf8.count > Self.textBytesLimit
    let kept =
      isLong ? String(decoding: text.utf8.prefix(Self.textBytesLimit), as: UTF8.self) : text
    hasMoreTexts = hasMoreTexts || isLong
    texts.removeAll { $0 == kept }
    texts.append(kept)
    if texts.count > Self.textLimit {
      texts.removeFirst()
      hasMoreTexts = true
    }
  }

  /// Adds what was counted later.
  mutating func merge(_ later: SignalTally) {
    good += later.good
    bad += later.bad
    numbers += later.numbers
    sum += later.sum
    minimum = min(minimum, later.minimum)
    maximum = max(maximum, later.maximum)
    causes.merge(later.causes) { $0 + $1 }
    for text in later.texts { add(text: text) }
    hasMoreTexts = hasMoreTexts || later.hasMoreTexts
  }

  /// The mean of the numbers; nil when there are none, or when they are too large to add.
  var mean: Double? {
    guard numbers > 0 else { return nil }
    let mean = sum / Double(numbers)
    return mean.isFinite ? mean : nil
  }
}

extension [SignalTally] {
  /// Those of the same signals, with what was counted later.
  func merged(with later: [SignalTally]) -> [SignalTally] {
    zip(self, later).map { earlier, later in
      var sum = earlier
      sum.merge(later)
      return sum
    }
  }
}
