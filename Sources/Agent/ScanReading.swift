internal import LotBinding
internal import Scans
internal import Telemetry

/// Reads codes by the configuration and, where that says nothing of one, by the plant's lists.
struct ScanReading {
  private let rules: CodeRules
  private let lists: PlantLists
  private let year: Int

  /// - Parameters:
  ///   - rules: What the configuration says.
  ///   - lists: What the plant's systems say.
  ///   - now: Today, which decides the century of dates.
  init(_ rules: CodeRules, _ lists: PlantLists, now: Instant) {
    self.rules = rules
    self.lists = lists
    year = Int(now.description.prefix(4)) ?? 0
  }

  func read(_ bytes: [UInt8], lot: LotID?) throws(CodeError) -> ScannedCode {
    let reader: CodeReader
    do throws(CodePatternError) {
      reader = try CodeReader(rules, year: year)
    } catch {
      // The configuration's reader has refused such a pattern.
      throw CodeError(
        .unknown,
        in: VisibleText.text(of: bytes),
        "a pattern of scans.codes cannot be used: \(error)",
        mend: "correct it, then: lotline reload"
      )
    }
    do throws(CodeError) {
      return try reader.read(bytes, lot: lot?.text)
    } catch {
      guard error.kind == .unknown, let listed = listed(error.code) else { throw error }
      return listed
    }
  }

  /// A code that is, as a whole, what a list of the plant names.
  private func listed(_ text: String) -> ScannedCode? {
    let symbology = Symbology(at: Array(text.utf8)[...])
    let name = symbology == nil ? text : String(text.dropFirst(3))
    var facts = CodeFacts()
    if let lot = try? LotID(name), lists.lots?[lot] != nil {
      facts.kind = .lot
      facts.lot = name
    } else if let label = try? Label(name), lists.operators?[label] != nil {
      facts.kind = .badge
      facts.operatorName = name
    } else if let label = try? Label(name), lists.workOrders?[label] != nil {
      facts.kind = .workOrder
      facts.workOrder = name
    } else {
      return nil
    }
    return ScannedCode(
      text: text,
      symbology: symbology,
      standard: .plain,
      elements: facts.elements,
      facts: facts
    )
  }
}
