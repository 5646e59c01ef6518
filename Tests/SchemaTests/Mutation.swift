import MarkedYAML
import TestSupport

/// Makes one small change somewhere in a file, as people who write files do.
struct Mutation {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// What stands in the place of a value: a word, a number of each kind, and what YAML's versions
  /// read differently.
  private static let values = [
    "word", "\"quoted text\"", "\"\"", "7", "\"7\"", "-1", "0", "1", "70000", "1e3", "0.5", "5.0",
    ".5",
    "+5", "0x10", "0X10", "0o17", "010", "0999", "1_000", "12:30", "2026-01-31", "true", "False",
    "off",
    "y", "null", "~", "", "=", ".inf", "1e999", "99999999999999999999", "[]", "[1, 2]", "[a, b, c]",
    "[[1]]", "{}", "{a: 1}", "{1: a}", "holding:1", "holding:-1", "100ms", "0ms", "1.5s", "always",
    "generic", "modicon", "int16", "string", "ABCD",
  ]

  /// The file's mapping with one thing changed.
  mutating func changed(_ root: YAMLNode) -> YAMLNode { changed(root, depth: 0) }

  private mutating func changed(_ node: YAMLNode, depth: Int) -> YAMLNode {
    switch node.content {
    case .scalar: return value(at: node.mark)
    case .sequence(let nodes):
      guard !nodes.isEmpty, Int.random(in: 0..<8, using: &generator) > 0 else {
        return list(nodes, at: node.mark)
      }
      let place = Int.random(in: nodes.indices, using: &generator)
      var nodes = nodes
      nodes[place] = changed(nodes[place], depth: depth + 1)
      return YAMLNode(mark: node.mark, content: .sequence(nodes))
    case .mapping(let entries):
      return YAMLNode(mark: node.mark, content: .mapping(changed(entries, depth: depth)))
    }
  }

  private mutating func changed(
    _ entries: [YAMLNode.Entry],
    depth: Int
  ) -> [YAMLNode.Entry] {
    var entries = entries
    let place = entries.indices.randomElement(using: &generator)
    let choice = Int.random(in: 0..<14, using: &generator)
    guard let place, choice != 0 else {
      entries.append(entry("colour", value(at: .start)))
      return entries
    }
    let old = entries[place]
    switch choice {
    case 1, 2: entries.remove(at: place)
    case 3: entries[place] = entry(String(old.key.text.dropLast()) + "x", old.value)
    case 4:
      let borrowed = Self.keys.randomElement(using: &generator) ?? "name"
      if !entries.contains(where: { $0.key.text == borrowed }) {
        entries.append(entry(borrowed, value(at: .start)))
      }
    case 5: entries[place] = entry(old.key.text, value(at: old.value.mark))
    default: entries[place] = entry(old.key.text, changed(old.value, depth: depth + 1))
    }
    return entries
  }

  /// Keys that are known somewhere, put where they may not belong.
  private static let keys = [
    "name", "table", "function", "type", "bit", "bits", "length", "scale", "values", "range",
    "deadband", "good_when", "not_available", "modbus", "serial", "extends", "drop", "identify",
    "start", "end", "terminator", "checksum", "request", "hex", "order", "repeat", "step", "from",
    "tcp", "rtu", "station", "stations", "unit", "api", "phase", "pause", "max_registers",
    "heartbeat", "moves_within", "restart", "settle", "wraps_at", "writes", "signal", "reason",
    "multiple",
  ]

  private mutating func list(_ nodes: [YAMLNode], at mark: SourceMark) -> YAMLNode {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return YAMLNode(mark: mark, content: .sequence([]))
    case 1: return YAMLNode(mark: mark, content: .sequence(nodes + nodes.prefix(1)))
    case 2: return YAMLNode(mark: mark, content: .sequence(nodes + [value(at: mark)]))
    default: return value(at: mark)
    }
  }

  private mutating func value(at mark: SourceMark) -> YAMLNode {
    let text = Self.values.randomElement(using: &generator) ?? ""
    let parsed = YAMLDocument.compose("v: \(text)\n", into: FindingLog(file: "value"))
    return parsed?.value(of: "v") ?? YAMLNode(mark: mark, content: .sequence([]))
  }

  private func entry(_ key: String, _ value: YAMLNode) -> YAMLNode.Entry {
    YAMLNode.Entry(key: YAMLScalar(text: key, isPlain: true, mark: value.mark), value: value)
  }
}
