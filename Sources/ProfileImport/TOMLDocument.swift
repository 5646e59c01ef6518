/// Reads TOML (toml.io, 1.0.0, and the looser inline tables of 1.1.0) into nodes with lines.
enum TOMLDocument {
  /// Reads a document.
  ///
  /// - Throws: ``ImportError/source(file:line:reason:)`` when the text is not TOML.
  static func read(_ text: String, file: String) throws(ImportError) -> SourceNode {
    var parser = TOMLParser(text)
    do throws(TOMLError) {
      return try parser.document()
    } catch {
      throw .source(file: file, line: error.line, reason: "not TOML: \(error.reason)")
    }
  }
}

/// Why a text is not TOML.
struct TOMLError: Error, Sendable, Hashable {
  let line: Int
  let reason: String
}

/// A table that grows while the document is read.
final class TOMLTable {
  enum Origin {
    /// On the way to another: `a` in `[a.b]`.
    case implicit
    /// By a header of its own, or a dotted key.
    case stated
    /// Between braces; nothing can be added to it.
    case closed
  }

  enum Value {
    case node(SourceNode)
    case table(TOMLTable)
    case tables([TOMLTable])
  }

  let line: Int
  var origin: Origin
  private var order: [(key: String, line: Int)] = []
  private var values: [String: Value] = [:]

  init(line: Int, origin: Origin) {
    self.line = line
    self.origin = origin
  }

  subscript(key: String) -> Value? { values[key] }

  func set(_ key: String, _ value: Value, line: Int) {
    if values.updateValue(value, forKey: key) == nil { order.append((key, line)) }
  }

  var node: SourceNode {
    let entries = order.compactMap { item in
      values[item.key].map { value in
        SourceEntry(key: item.key, line: item.line, value: Self.node(value, line: item.line))
      }
    }
    return SourceNode(line: line, content: .mapping(entries))
  }

  private static func node(_ value: Value, line: Int) -> SourceNode {
    switch value {
    case .node(let node): node
    case .table(let table): table.node
    case .tables(let tables): SourceNode(line: line, content: .list(tables.map(\.node)))
    }
  }
}

/// Headers, keys and the values behind them.
struct TOMLParser {
  var scanner: TOMLScanner
  private let root = TOMLTable(line: 1, origin: .stated)

  /// Deeper than any configuration goes.
  private static let maximumDepth = 32

  init(_ text: String) { scanner = TOMLScanner(text) }

  mutating func document() throws(TOMLError) -> SourceNode {
    var table = root
    while scanner.skipBlank(acrossLines: true) {
      if scanner.take("[") {
        table = try header()
      } else {
        try pair(in: table)
      }
      guard scanner.skipComment(), scanner.isAtLineEnd else {
        throw scanner.error("there is something behind the value; begin a line for each key")
      }
    }
    return root.node
  }

  /// `[a.b]` or `[[a.b]]`, behind its first bracket.
  private mutating func header() throws(TOMLError) -> TOMLTable {
    let line = scanner.line
    let isItem = scanner.take("[")
    var keys = try scanner.key()
    guard let last = keys.popLast(), scanner.take("]"), !isItem || scanner.take("]") else {
      throw scanner.error("a header ends with \(isItem ? "]]" : "]")")
    }
    var table = root
    for key in keys { table = try step(into: key, of: table, line: line, origin: .implicit) }
    let added = TOMLTable(line: line, origin: .stated)
    switch table[last] {
    case nil: table.set(last, isItem ? .tables([added]) : .table(added), line: line)
    case .tables(let tables)? where isItem:
      table.set(last, .tables(tables + [added]), line: line)
    case .table(let there)? where !isItem && there.origin == .implicit:
      there.origin = .stated
      return there
    default:
      throw TOMLError(line: line, reason: "\(last) is there already; give each table once")
    }
    return added
  }

  private func step(
    into key: String,
    of table: TOMLTable,
    line: Int,
    origin: TOMLTable.Origin
  ) throws(TOMLError) -> TOMLTable {
    switch table[key] {
    case nil:
      let added = TOMLTable(line: line, origin: origin)
      table.set(key, .table(added), line: line)
      return added
    case .table(let there)? where there.origin != .closed: return there
    case .tables(let tables)?:
      if let last = tables.last { return last }
    default: break
    }
    throw TOMLError(line: line, reason: "\(key) has a value already, and is no table to add to")
  }

  private mutating func pair(in table: TOMLTable, depth: Int = 0) throws(TOMLError) {
    let line = scanner.line
    var keys = try scanner.key()
    guard let last = keys.popLast(), scanner.take("=") else {
      throw scanner.error("a key has = and a value behind it")
    }
    var table = table
    for key in keys { table = try step(into: key, of: table, line: line, origin: .stated) }
    _ = scanner.skipBlank(acrossLines: false)
    let value = try value(depth: depth)
    guard table[last] == nil else {
      throw TOMLError(line: line, reason: "\(last) is given twice; remove one")
    }
    table.set(last, .node(value), line: line)
  }

  private mutating func value(depth: Int) throws(TOMLError) -> SourceNode {
    guard depth < Self.maximumDepth else {
      throw scanner.error("more than \(Self.maximumDepth) levels deep")
    }
    let line = scanner.line
    if scanner.take("[") {
      return SourceNode(line: line, content: .list(try items(depth: depth + 1)))
    }
    if scanner.take("{") {
      let table = TOMLTable(line: line, origin: .closed)
      repeat {
        _ = scanner.skipBlank(acrossLines: true)
        if scanner.take("}") { return table.node }
        try pair(in: table, depth: depth + 1)
        _ = scanner.skipBlank(acrossLines: true)
      } while scanner.take(",")
      guard scanner.take("}") else { throw scanner.error("close the table with }") }
      return table.node
    }
    return SourceNode(line: line, content: .scalar(try scanner.scalar()))
  }

  private mutating func items(depth: Int) throws(TOMLError) -> [SourceNode] {
    var items: [SourceNode] = []
    repeat {
      _ = scanner.skipBlank(acrossLines: true)
      if scanner.take("]") { return items }
      items.append(try value(depth: depth))
      _ = scanner.skipBlank(acrossLines: true)
    } while scanner.take(",")
    guard scanner.take("]") else { throw scanner.error("close the list with ]") }
    return items
  }
}
