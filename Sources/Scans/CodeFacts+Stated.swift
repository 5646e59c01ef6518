extension CodeFacts {
  /// Everything that is said, by the names that patterns give it, in one order.
  package var stated: [(name: String, value: String)] {
    let texts = CodePattern.groups.compactMap { name, place in
      self[keyPath: place].map { (name: name, value: $0) }
    }
    let others: [(name: String, value: String?)] = [
      ("identifier", identifier), ("expires", expires?.description),
      ("manufactured", manufactured?.description), ("command", command?.rawValue),
    ]
    return texts + others.compactMap { name, value in value.map { (name: name, value: $0) } }
  }
}
