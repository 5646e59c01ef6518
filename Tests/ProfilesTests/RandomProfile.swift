import TestSupport

/// A family of devices and a member of it, each in the compact form and written out by hand, so to
/// speak: the plain form here owes nothing to the expansion under test.
struct RandomProfile {
  private struct Item {
    var name: String
    var address: Int
    var position: Int?
    var deadband: Int?

    var text: String {
      let position = position.map { ", position: \(RandomProfile.metres($0))" }
      let deadband = deadband.map { ", deadband: \($0)" }
      return "{name: \(name), title: Signal \(name), table: holding, address: \(address), "
        + "type: int16"
        + (position ?? "") + (deadband ?? "") + "}"
    }
  }

  private struct Group {
    let name: String
    var compact: [String] = []
    var items: [Item] = []
  }

  private var generator: SeededGenerator
  private var nextAddress = 0

  /// Text of the family, and of its plain form.
  private(set) var base = ""
  private(set) var plainBase = ""

  /// Text of the member, and of its plain form.
  private(set) var child = ""
  private(set) var plainChild = ""

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    var groups: [Group] = []
    for number in 0..<Int.random(in: 1...3, using: &generator) {
      groups.append(group("g\(number)"))
    }
    base = Self.head("family") + Self.text(groups.map { ($0.name, $0.compact) })
    plainBase = Self.head("family") + Self.plain(groups)
    write(groups)
  }

  private static func head(_ name: String) -> String {
    """
    profile: \(name)
    title: Random
    kind: other
    source: generic
    modbus: {order: CDAB}

    """
  }

  /// Centimetres as metres.
  private static func metres(_ centimetres: Int) -> String {
    let rest = centimetres % 100
    return "\(centimetres / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func text(_ groups: [(name: String, items: [String])], period: Bool = true)
    -> String
  {
    "groups:\n"
      + groups.map { group in
        "  - name: \(group.name)\n" + (period ? "    period: 1s\n" : "") + "    signals:\n"
          + group.items.map { "      - \($0)\n" }.joined()
      }
      .joined()
  }

  private static func plain(_ groups: [Group]) -> String {
    text(groups.map { ($0.name, $0.items.map(\.text)) })
  }

  private mutating func group(_ name: String) -> Group {
    var group = Group(name: name)
    for number in 0..<Int.random(in: 1...4, using: &generator) {
      if Bool.random(using: &generator) {
        let item = item("\(name).s\(number)")
        group.items.append(item)
        group.compact.append(item.text)
      } else {
        let block = block("\(name).b\(number)")
        group.items += block.items
        group.compact.append(block.compact)
      }
    }
    return group
  }

  private mutating func item(_ name: String) -> Item {
    nextAddress += Int.random(in: 1...3, using: &generator)
    return Item(name: name, address: nextAddress)
  }

  /// A block of one or two signals, and what it stands for.
  private mutating func block(_ name: String) -> (compact: String, items: [Item]) {
    let first = Int.random(in: 0...3, using: &generator)
    let count = Int.random(in: 1...5, using: &generator)
    let members = Int.random(in: 1...2, using: &generator)
    let step = members + Int.random(in: 0...2, using: &generator)
    let start = nextAddress + 1
    let position = Int.random(in: 0...500, using: &generator)
    let stride = Int.random(in: 1...99, using: &generator)
    nextAddress += step * count + 1
    let templates = (0..<members).map { member in
      Item(name: "\(name)x<i>.m\(member)", address: start + member, position: position)
    }
    var items: [Item] = []
    for index in 0..<count {
      for member in 0..<members {
        items.append(
          Item(
            name: "\(name)x\(first + index).m\(member)",
            address: start + member + step * index,
            position: position + stride * index
          )
        )
      }
    }
    let signals = templates.map { "          - \($0.text)\n" }.joined()
    let compact = """
      repeat: i
              from: \(first)
              to: \(first + count - 1)
              step: {address: \(step), position: \(Self.metres(stride))}
              signals:

      """
    return (compact + String(signals.dropLast()), items)
  }

  /// Drops some of the family's, changes some, adds some.
  private mutating func write(_ groups: [Group]) {
    var plain: [Group] = []
    var said: [(name: String, items: [String])] = []
    var dropped: [String] = []
    for (index, group) in groups.enumerated() {
      // One signal at least stays.
      if index > 0, Int.random(in: 0..<4, using: &generator) == 0 {
        dropped.append(group.name)
        continue
      }
      var kept: [Item] = []
      var changes: [String] = []
      for (index, var item) in group.items.enumerated() {
        switch index == 0 ? 0 : Int.random(in: 0..<4, using: &generator) {
        case 1:
          dropped.append(item.name)
          continue
        case 2:
          item.deadband = Int.random(in: 1...9, using: &generator)
          changes.append("{name: \(item.name), deadband: \(item.deadband ?? 0)}")
        default: break
        }
        kept.append(item)
      }
      let added = self.group(group.name + ".new")
      plain.append(Group(name: group.name, items: kept + added.items))
      said.append((group.name, changes + added.compact))
    }
    let new = group("new")
    plain.append(new)
    let drop = dropped.isEmpty ? "" : "drop: [\(dropped.joined(separator: ", "))]\n"
    // A group that the family does not have states its period itself.
    child =
      "profile: member\nextends: family\n\(drop)" + Self.text(said, period: false)
      + Self.text([(new.name, new.compact)]).dropFirst("groups:\n".count)
    plainChild = Self.head("member") + Self.plain(plain)
  }
}
