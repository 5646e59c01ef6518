internal import MarkedYAML
internal import Telemetry

/// Writes a profile as an engineer would by hand.
struct ProfileWriter {
  let profile: ImportedProfile

  /// The name of the source's file, without its folders.
  let source: String

  /// As long as a line gets where it can be broken.
  static let width = 100

  func text() -> String {
    (head() + modbus() + profile.groups.flatMap(group))
      .joined(separator: "\n") + "\n"
  }

  private func head() -> [String] {
    let origin = (profile.origin + [source]).joined(separator: " ")
    return [
      "# yaml-language-server: $schema=../Documentation/Schemas/profile.json",
      "# Imported from \(YAMLText.comment(origin)).",
      "# Compare it with the manual before values count: lotline profile test",
      "profile: \(YAMLText.written(profile.name))",
      "title: \(YAMLText.written(profile.title))",
      "kind: other",
      "source: generic",
      "",
    ]
  }

  private func modbus() -> [String] {
    var lines = ["modbus:", "  address_base: \(profile.isModicon ? "modicon" : "0")"]
    lines.append("  order: \(profile.order.rawValue)" + comment(profile.orderComment))
    if let count = profile.maxRegisters { lines.append("  max_registers: \(count)") }
    if let count = profile.maxBits { lines.append("  max_bits: \(count)") }
    if let gap = profile.maxGap { lines.append("  max_gap: \(gap)") }
    if let pause = profile.pause { lines.append("  pause: \(pause)") }
    return lines + ["", "groups:"]
  }

  private func group(_ group: ImportedGroup) -> [String] {
    var lines = ["  - name: \(YAMLText.written(group.name))"]
    lines.append("    period: \(group.period)" + comment(group.periodComment))
    if let gap = group.maxGap { lines.append("    max_gap: \(gap)") }
    lines.append("    signals:")
    return lines + group.signals.flatMap(signal)
  }

  private func comment(_ text: String?) -> String {
    text.map { " # " + YAMLText.comment($0) } ?? ""
  }

  private func signal(_ signal: ImportedSignal) -> [String] {
    let pairs = self.pairs(signal)
    var lines = signal.comment.map(Self.commentLines) ?? []
    let flow = "      - {" + pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    if flow.count <= Self.width {
      lines.append(flow)
    } else {
      for (index, pair) in pairs.enumerated() {
        lines.append((index == 0 ? "      - " : "        ") + "\(pair.key): \(pair.value)")
      }
    }
    return lines
  }

  private static func commentLines(_ text: String) -> [String] {
    var lines: [String] = []
    var line = "      #"
    for word in YAMLText.comment(text).split(separator: " ") {
      if line.count + 1 + word.count > width, line != "      #" {
        lines.append(line)
        line = "      #"
      }
      line += " " + word
    }
    return line == "      #" ? lines : lines + [line]
  }

  private func pairs(_ signal: ImportedSignal) -> [(key: String, value: String)] {
    var pairs = [("name", YAMLText.written(signal.name))]
    if let title = signal.title { pairs.append(("title", YAMLText.written(title))) }
    pairs += place(signal) + type(signal)
    if let order = signal.order, signal.orderDiffers(from: profile.order) {
      pairs.append(("order", order.rawValue))
    }
    if let scale = signal.scale { pairs.append(("scale", scale.text)) }
    if let offset = signal.offset { pairs.append(("offset", offset.text)) }
    if let decimals = signal.decimals { pairs.append(("decimals", String(decimals))) }
    if let unit = signal.unit { pairs.append(("unit", YAMLText.written(unit))) }
    if let range = signal.range {
      pairs.append(("range", "[\(range.lowerBound.text), \(range.upperBound.text)]"))
    }
    if !signal.values.isEmpty {
      let names = signal.values.map { "\($0.code): \(YAMLText.written($0.name))" }
      pairs.append(("values", "{\(names.joined(separator: ", "))}"))
    }
    return pairs
  }

  private func place(_ signal: ImportedSignal) -> [(String, String)] {
    if profile.isModicon, let notation = signal.notation {
      // YAML 1.1 takes a number with 0 in front for an octal one.
      let isOctal = notation.hasPrefix("0")
      return [("address", isOctal ? YAMLText.quoted(notation) : notation)]
    }
    return [("table", signal.table.rawValue), ("address", String(signal.address))]
  }

  private func type(_ signal: ImportedSignal) -> [(String, String)] {
    if signal.table.holdsBits { return [] }
    switch signal.type {
    case .bool: return [("type", "bool")]
    case .bit(let bit): return [("type", "bit"), ("bit", String(bit))]
    case .bits(let low, let high): return [("type", "bits"), ("bits", "[\(low), \(high)]")]
    case .number(let word): return [("type", word)]
    case .string(let bytes): return [("type", "string"), ("length", String(bytes))]
    }
  }
}
