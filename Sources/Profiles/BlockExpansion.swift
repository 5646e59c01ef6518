internal import MarkedYAML

/// Repeats the blocks in the signals of a profile's groups.
struct BlockExpansion {
  /// Numbers of one block.
  static let maximumCount = 256

  /// Signals of all blocks of a profile together; a hostile file must not take all memory.
  static let maximumSignals = 10_000

  let log: FindingLog

  func expand(_ root: YAMLNode) -> YAMLNode {
    var room = Self.maximumSignals
    return root.mapValue(of: "groups") { groups in
      groups.mapItems { group in
        group.mapValue(of: RepeatShape.signals.name) { signals in
          signals.flatMapItems { item in
            item.has(RepeatShape.index.name) ? expanded(item, room: &room) : [item]
          }
        }
      }
    }
  }

  private func expanded(_ item: YAMLNode, room: inout Int) -> [YAMLNode] {
    let fields = FieldReader(item, shape: RepeatShape.shape, into: log)
    let index = fields.value(RepeatShape.index)
    let first = fields.value(RepeatShape.first)
    let last = fields.value(RepeatShape.last)
    let step = fields.mapping(RepeatShape.step).map(BlockStep.init)
    _ = fields.mappings(RepeatShape.signals)
    fields.finish()
    guard case .sequence(let nodes)? = item.value(of: RepeatShape.signals.name)?.content else {
      return []
    }
    // What is wrong in the signals of a block that cannot be repeated is still found, once.
    let single = nodes.map { $0.numbered(first?.value ?? 1, index?.value ?? "") }
    guard let index, let first, let last else { return single }
    guard first.value <= last.value, last.value - first.value < Self.maximumCount else {
      log.add(
        .badRepeat,
        at: last.mark,
        "the block runs from \(first.value) to \(last.value); it has 1 to \(Self.maximumCount) "
          + "numbers, the lower one first"
      )
      return single
    }
    let isNamed = nodes.map { hasIndex($0, index.value, isSingle: first.value == last.value) }
    guard isNamed.allSatisfy({ $0 }) else { return single }
    let count = (last.value - first.value + 1) * nodes.count
    guard count <= room else {
      log.add(
        .badRepeat,
        at: item.mark,
        "the blocks of this profile make more than \(Self.maximumSignals) signals; "
          + "describe the device in several profiles"
      )
      return single
    }
    room -= count
    return (first.value...last.value).flatMap { number in
      nodes.map { node in
        let named = node.numbered(number, index.value)
        return step?.moved(named, by: number - first.value, log: log) ?? named
      }
    }
  }

  /// Whether the signal has a name of its own for every number.
  private func hasIndex(_ node: YAMLNode, _ index: String, isSingle: Bool) -> Bool {
    guard let name = node.value(of: "name"), let text = name.text, !isSingle,
      !text.contains("<\(index)>")
    else { return true }
    log.add(
      .badRepeat,
      at: name.mark,
      "every signal of the block needs <\(index)> in its name, such as "
        + (Self.corrected(text, index) ?? "\(index)<\(index)>.\(text)")
    )
    return false
  }

  /// The name with the number's own name between its `<` and `>`.
  private static func corrected(_ name: String, _ index: String) -> String? {
    guard let start = name.firstIndex(of: "<"), let end = name[start...].firstIndex(of: ">") else {
      return nil
    }
    return name[..<start] + "<\(index)>" + name[name.index(after: end)...]
  }
}

/// What is added to a signal from one number of a block to the next.
private struct BlockStep {
  private let address: Int
  private let position: YAMLDecimal?
  private let bit: Int

  init(_ fields: FieldReader) {
    address = fields.value(StepShape.address)?.value ?? 0
    position = fields.value(StepShape.position)?.value
    bit = fields.value(StepShape.bit)?.value ?? 0
    fields.finish()
  }

  /// The signal, so many steps on; what cannot be read is left to the signal's own check.
  func moved(_ signal: YAMLNode, by steps: Int, log: FindingLog) -> YAMLNode {
    signal
      .mapScalar(of: PlaceShape.address.name) { scalar in
        guard let notation = try? AddressNotation.kind.read(scalar) else { return nil }
        guard let text = notation.advanced(by: address * steps) else {
          log.add(.badRepeat, at: scalar.mark, "step \(steps) of the block leads below address 0")
          return nil
        }
        return text
      }
      .mapScalar(of: PlaceShape.bit.name) { scalar in
        guard let start = try? PlaceShape.bit.kind.read(scalar) else { return nil }
        guard (0...15).contains(start + bit * steps) else {
          log.add(
            .badRepeat,
            at: scalar.mark,
            "step \(steps) of the block leads to bit \(start + bit * steps); a register has bits 0 to 15"
          )
          return nil
        }
        return "\(start + bit * steps)"
      }
      .mapScalar(of: SignalShape.position.name) { scalar in
        guard let position, let start = try? ScalarKind<YAMLDecimal>.decimal.read(scalar) else {
          return nil
        }
        return start.adding(position, times: steps)
      }
  }
}

extension YAMLDecimal {
  /// The digits of this number and so many times another.
  fileprivate func adding(_ other: YAMLDecimal, times count: Int) -> String? {
    let places = max(self.places, other.places)
    func aligned(_ decimal: YAMLDecimal) -> Int128? {
      Scaling.Decimal.aligned(Int128(decimal.mantissa), by: places - decimal.places)
    }
    guard let left = aligned(self), let right = aligned(other) else { return nil }
    let sum = left + right * Int128(count)
    let digits = String(sum.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = sum < 0 ? "-" : ""
    return places == 0
      ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
  }
}

extension YAMLNode {
  /// The mapping with the scalar behind a key changed; nil leaves it.
  fileprivate func mapScalar(of key: String, _ change: (YAMLScalar) -> String?) -> YAMLNode {
    mapValue(of: key) { node in
      guard case .scalar(let scalar) = node.content, let text = change(scalar) else { return node }
      return YAMLNode(
        mark: node.mark,
        content: .scalar(YAMLScalar(text: text, isPlain: scalar.isPlain, mark: scalar.mark))
      )
    }
  }
}

extension YAMLNode {
  /// Keys of a signal, and of what is in it, whose values are texts of any kind.
  private static let textKeys: Set = [
    "name", "title", "quantity", "calibration", "signal", "equals",
  ]

  /// The signal of a block with the index's number in its texts.
  fileprivate func numbered(_ number: Int, _ index: String) -> YAMLNode {
    guard case .mapping(let entries) = content else { return self }
    func numbered(_ node: YAMLNode) -> YAMLNode {
      node.mapScalars { $0.replacing("<\(index)>", with: "\(number)") }
    }
    let changed = entries.map { entry -> Entry in
      switch entry.key.text {
      case let key where Self.textKeys.contains(key):
        return Entry(key: entry.key, value: numbered(entry.value))
      case "good_when": return Entry(key: entry.key, value: entry.value.numbered(number, index))
      case "values":
        guard case .mapping(let names) = entry.value.content else { return entry }
        let named = names.map { Entry(key: $0.key, value: numbered($0.value)) }
        return Entry(
          key: entry.key,
          value: YAMLNode(mark: entry.value.mark, content: .mapping(named))
        )
      default: return entry
      }
    }
    return YAMLNode(mark: mark, content: .mapping(changed))
  }
}

extension YAMLScalar {
  fileprivate func replacing(_ part: String, with text: String) -> YAMLScalar {
    guard self.text.contains(part) else { return self }
    return with(
      text: self.text.split(separator: part, omittingEmptySubsequences: false)
        .joined(separator: text)
    )
  }
}
