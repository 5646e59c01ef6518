internal import MarkedYAML
internal import Telemetry

/// Brings a profile to its plain form: what it extends filled in, its blocks repeated.
struct ProfileExpansion {
  let log: FindingLog

  /// The plain form of a file's mapping; what is wrong goes into the log.
  func expand(_ root: YAMLNode) -> YAMLNode {
    let fields = FieldReader(root, shape: ProfileShape.modbus, into: log)
    let own = BlockExpansion(log: log).expand(root)
    guard fields.has(ProfileShape.extends.name) else { return own }
    log.requiredOfPartial = ProfileShape.requiredOfPartial
    let dropped = fields.values(ProfileShape.drop) ?? []
    let rest = own.without(["extends", "drop"])
    guard let name = fields.value(ProfileShape.extends), let base = base(name) else {
      log.lacksBase = true
      return rest
    }
    // The name is the one thing that a profile does not get from another.
    let named = rest.has(ProfileShape.profile.name) ? base : base.without(["profile"])
    let plain = BlockExpansion(log: log).expand(named)
    return ProfileMerge.merge(drop(dropped, from: plain), with: rest)
  }

  /// The mapping of the extended profile.
  private func base(_ name: Marked<String>) -> YAMLNode? {
    func refuse(_ reason: String) -> YAMLNode? {
      log.add(.badBase, at: name.mark, "\"extends\": \(reason)")
      return nil
    }
    if let violation = IdentifierRule.name.violation(in: name.value) {
      return refuse("\"\(name.value)\" is not the name of a profile: \(violation)")
    }
    let folder = log.file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let path = (folder + ["\(name.value).yaml"]).joined(separator: "/")
    guard path != log.file else { return refuse("a profile does not extend itself; name another") }
    let baseLog = FindingLog(file: path)
    let root = SourceText(path: path, into: baseLog)
      .flatMap { YAMLDocument.compose($0.text, into: baseLog) }
    guard let root, !baseLog.hasErrors else {
      let first = baseLog.findings.first.map { "\($0)" } ?? "it cannot be read"
      return refuse("\(name.value) cannot be extended: \(first)")
    }
    guard !root.has(ProfileShape.extends.name) else {
      return refuse(
        "\(name.value) extends another profile itself; extend that one, and say here what differs"
      )
    }
    return root.placed(in: path)
  }

  private func drop(_ names: [Marked<String>], from root: YAMLNode) -> YAMLNode {
    guard !names.isEmpty else { return root }
    var unknown = Dictionary(names.map { ($0.value, $0.mark) }) { first, _ in first }
    let dropped = root.mapValue(of: "groups") { groups in
      groups.filterItems { group in
        guard let name = group.value(of: "name")?.text else { return true }
        return unknown.removeValue(forKey: name) == nil
      }
      .mapItems { group in
        ["signals", "fields"].reduce(group) { group, key in
          group.mapValue(of: key) { list in
            list.filterItems { signal in
              guard let name = signal.value(of: "name")?.text else { return true }
              return unknown.removeValue(forKey: name) == nil
            }
          }
        }
      }
    }
    for (name, mark) in unknown {
      log.add(
        .unknownName,
        at: mark,
        "\"drop\": the extended profile has no signal or group \"\(name)\"; remove it from the list"
      )
    }
    return dropped
  }
}

/// Lays one mapping over another, by the few rules that profiles have.
enum ProfileMerge {
  /// The extended profile with everything that `over` says otherwise.
  static func merge(_ base: YAMLNode, with over: YAMLNode) -> YAMLNode {
    merge(base, with: over) { key, base, over in
      switch key {
      case "modbus", "serial", "identify", "restart":
        merge(base, with: over) { _, _, value in value }
      case "groups": list(base, with: over, each: group)
      default: over
      }
    }
  }

  private static func group(_ base: YAMLNode, with over: YAMLNode) -> YAMLNode {
    merge(base, with: over) { key, base, over in
      guard key == "signals" || key == "fields" else { return over }
      return list(base, with: over) { base, over in
        merge(base, with: over) { _, _, value in value }
      }
    }
  }

  private static func merge(
    _ base: YAMLNode,
    with over: YAMLNode,
    each: (String, YAMLNode, YAMLNode) -> YAMLNode
  ) -> YAMLNode {
    guard case .mapping(let old) = base.content, case .mapping(let new) = over.content else {
      return over
    }
    let kept = old.map { entry in
      guard let other = new.first(where: { $0.key.text == entry.key.text }) else { return entry }
      return YAMLNode.Entry(key: other.key, value: each(entry.key.text, entry.value, other.value))
    }
    let added = new.filter { entry in !old.contains { $0.key.text == entry.key.text } }
    return YAMLNode(mark: over.mark, content: .mapping(kept + added))
  }

  /// Items with the name of one in the base are laid over it; others are put behind.
  private static func list(
    _ base: YAMLNode,
    with over: YAMLNode,
    each: (YAMLNode, YAMLNode) -> YAMLNode
  ) -> YAMLNode {
    guard case .sequence(let old) = base.content, case .sequence(let new) = over.content else {
      return over
    }
    func name(_ node: YAMLNode) -> String? { node.value(of: "name")?.text }
    let kept = old.map { item in
      guard let own = name(item), let other = new.first(where: { name($0) == own }) else {
        return item
      }
      return each(item, other)
    }
    let known = Set(old.compactMap(name))
    let added = new.filter { name($0).map { !known.contains($0) } ?? true }
    return YAMLNode(mark: over.mark, content: .sequence(kept + added))
  }
}

extension YAMLNode {
  /// The mapping without some keys.
  fileprivate func without(_ keys: [String]) -> YAMLNode {
    guard case .mapping(let entries) = content else { return self }
    return YAMLNode(
      mark: mark,
      content: .mapping(entries.filter { !keys.contains($0.key.text) })
    )
  }

  /// The mapping with the value of one key changed.
  func mapValue(of key: String, _ change: (YAMLNode) -> YAMLNode) -> YAMLNode {
    guard case .mapping(let entries) = content else { return self }
    let changed = entries.map { entry in
      entry.key.text == key ? Entry(key: entry.key, value: change(entry.value)) : entry
    }
    return YAMLNode(mark: mark, content: .mapping(changed))
  }

  func mapItems(_ change: (YAMLNode) -> YAMLNode) -> YAMLNode { flatMapItems { [change($0)] } }

  func flatMapItems(_ change: (YAMLNode) -> [YAMLNode]) -> YAMLNode {
    guard case .sequence(let nodes) = content else { return self }
    return YAMLNode(mark: mark, content: .sequence(nodes.flatMap(change)))
  }

  fileprivate func filterItems(_ isKept: (YAMLNode) -> Bool) -> YAMLNode {
    flatMapItems { isKept($0) ? [$0] : [] }
  }
}
