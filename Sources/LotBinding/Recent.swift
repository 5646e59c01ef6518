/// A dictionary that forgets its oldest keys, so that it never outgrows its limit.
struct Recent<Key: Hashable & Sendable, Value: Hashable & Sendable>: Sendable, Hashable {
  private let limit: Int
  private var values: [Key: Value] = [:]

  /// The keys as a ring, the oldest at ``oldest`` once it is full.
  private var keys: [Key] = []
  private var oldest = 0

  init(limit: Int) {
    precondition(limit > 0)
    self.limit = limit
  }

  subscript(key: Key) -> Value? { values[key] }

  /// Keeps a value; a key that is known keeps its place.
  mutating func set(_ key: Key, to value: Value) {
    guard values.updateValue(value, forKey: key) == nil else { return }
    guard keys.count == limit else {
      keys.append(key)
      return
    }
    values[keys[oldest]] = nil
    keys[oldest] = key
    oldest = (oldest + 1) % limit
  }
}
