/// Reads a device profile of EdgeX Foundry, version 2 to 4, for its Modbus device service.
struct EdgeXReader {
  let file: String
  let notes: NoteLog

  func profile(in text: String) throws(ImportError) -> ImportedProfile {
    guard let entries = try YAMLSource.read(text, file: file).entries else {
      throw .source(file: file, line: nil, reason: "it is not a mapping, as a device profile is")
    }
    let root = SourceFields(entries, line: nil, noun: "the device profile", notes: notes)
    try check(root)
    var profile = ImportedProfile(name: root.text("name") ?? "", title: "")
    profile.title = title(root)
    profile.origin = ["the EdgeX device profile"]
    let commands = EdgeXCommands(root, notes: notes)
    profile.groups = [
      ImportedGroup(
        name: "all",
        period: Self.period,
        periodComment: "to be set: EdgeX has it in a device's autoEvents",
        signals: signals(root, commands)
      )
    ]
    notes.add(
      .check,
      "period",
      "the profile does not state one; \(Self.period) is written. Take it from the interval of the "
        + "device's autoEvents",
      line: nil
    )
    profile.chooseOrder()
    commands.noteUnused()
    for (key, reason) in Self.dropped { root.drop(key, reason) }
    root.finish()
    return profile
  }

  private static let period = "1s"

  private func check(_ root: SourceFields) throws(ImportError) {
    if root.has("deviceList") {
      throw .source(
        file: file,
        line: root.line(of: "deviceList"),
        reason: "this is a list of devices; give the device profile that it names in profileName"
      )
    }
    guard root.has("deviceResources") else {
      throw .source(
        file: file,
        line: nil,
        reason: "there is no deviceResources in it; give a device profile of EdgeX"
      )
    }
  }

  private func title(_ root: SourceFields) -> String {
    let maker = root.text("manufacturer")
    let model = root.text("model")
    let description = root.text("description")
    let made = [maker, model].compactMap(\.self).joined(separator: " ")
    if let description, !made.isEmpty {
      notes.add(
        .notCarriedOver,
        "description = \(description)",
        "the title is the maker's and the model's name; keep the description as a caveat if it "
          + "matters",
        line: root.line(of: "description")
      )
    }
    return made.isEmpty ? description ?? "" : made
  }

  private static let dropped = [
    ("labels", "a profile has no labels"),
    ("apiVersion", "it is about EdgeX itself"),
    ("id", "it is about EdgeX itself"),
    ("created", "it is about EdgeX itself"),
    ("modified", "it is about EdgeX itself"),
    ("origin", "it is about EdgeX itself"),
    ("tags", "a profile has no tags"),
  ]

  private func signals(_ root: SourceFields, _ commands: EdgeXCommands) -> [ImportedSignal] {
    var names = SignalNames()
    return (root.list("deviceResources") ?? []).compactMap { item in
      guard let entries = item.entries else {
        notes.add(.notCarriedOver, item.shown, "a resource is a mapping", line: item.line)
        return nil
      }
      let name = entries.first { $0.key == "name" }?.value.text ?? "without a name"
      let fields = SourceFields(entries, line: item.line, noun: "resource \(name)", notes: notes)
      var reader = EdgeXResourceReader(fields: fields, mappings: commands.mappings[name])
      return reader.signal(names: &names)
    }
  }
}

/// The commands of an EdgeX profile: they name codes, and say what is read together.
struct EdgeXCommands {
  /// The names of codes, by resource.
  private(set) var mappings: [String: SourceFields] = [:]

  private let notes: NoteLog

  init(_ root: SourceFields, notes: NoteLog) {
    self.notes = notes
    for item in root.list("deviceCommands") ?? [] {
      guard let entries = item.entries else { continue }
      let name = entries.first { $0.key == "name" }?.value.text ?? "without a name"
      let fields = SourceFields(entries, line: item.line, noun: "command \(name)", notes: notes)
      for key in ["name", "isHidden", "readWrite", "tags"] { _ = fields.node(key) }
      let resources = (fields.list("resourceOperations") ?? []).compactMap { take($0) }
      notes.add(
        .notCarriedOver,
        resources.isEmpty
          ? "command \(name)" : "command \(name) of \(resources.joined(separator: ", "))",
        "all signals are in one group; make groups of those that are read together",
        line: item.line
      )
      fields.finish()
    }
  }

  /// - Returns: The resource that the operation is on.
  private mutating func take(_ operation: SourceNode) -> String? {
    guard let entries = operation.entries else { return nil }
    let fields = SourceFields(entries, line: operation.line, noun: "operation", notes: notes)
    let resource = fields.text("deviceResource") ?? ""
    fields.noun = "operation on \(resource)"
    fields.drop("defaultValue", "it is for writing, and Lotline only reads")
    fields.drop("deviceCommand", "a profile has no commands")
    if let mapping = fields.mapping("mappings", noun: "mappings of \(resource)") {
      if let first = mappings[resource], Self.differ(first, mapping) {
        notes.add(
          .notCarriedOver,
          "mappings of \(resource)",
          "another command maps the same resource otherwise, and that was taken",
          line: operation.line
        )
      } else if mappings[resource] == nil {
        mappings[resource] = mapping
      }
    }
    fields.finish()
    return resource
  }

  private static func differ(_ left: SourceFields, _ right: SourceFields) -> Bool {
    let pairs = { (fields: SourceFields) in
      Set(fields.entries.map { [$0.key, $0.value.text ?? ""] })
    }
    return pairs(left) != pairs(right)
  }

  /// Notes mappings of resources that are not there or could not use them.
  func noteUnused() {
    for (_, mapping) in mappings.sorted(by: { $0.key < $1.key }) {
      mapping.finish("values name only the codes of whole numbers")
    }
  }
}
