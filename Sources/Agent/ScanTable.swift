internal import LotBinding
internal import Scans
internal import StationAPI
internal import Telemetry

/// What codes mean at the stations: codes for the next lot are kept until they are complete.
///
/// A value without clocks or I/O.
struct ScanTable: Sendable {
  /// How long codes for the next lot are kept.
  static let patience: Duration = .seconds(600)

  private struct Pending: Sendable {
    var facts = CodeFacts()

    /// The code of the lot, once that was scanned.
    var code: String?
    var since: Duration
  }

  private var pending: [StationLane: Pending] = [:]

  /// Takes a code that was understood.
  ///
  /// - Parameters:
  ///   - code: What it says.
  ///   - place: Where it was scanned.
  ///   - known: What is going on there.
  ///   - now: On the monotonic clock.
  /// - Returns: What follows from it.
  mutating func take(
    _ code: ScannedCode,
    at place: StationLane,
    _ known: StationFacts,
    now: Duration
  ) -> ScanStep {
    if let since = pending[place]?.since, now - since > Self.patience { pending[place] = nil }
    if let note = code.notes.first(where: { $0.code == .unproven }) {
      return .refuse(.unproven(note.sentence))
    }
    guard let kind = code.facts.kind else { return .refuse(.meaningless(Self.question(code))) }
    do throws(ScanProblem) {
      switch kind {
      case .badge: return try badge(code.facts, at: place, known)
      case .lot: return try lot(code, at: place, known, now)
      case .part, .workOrder, .program: return try next(code.facts, at: place, known, now)
      case .material: return try material(code.facts, known, pending[place]?.facts)
      case .unit: return try unit(code.facts, at: place, known)
      case .station: return try other(code.facts, at: place)
      case .command: return command(code.facts.command, at: place, known)
      }
    } catch {
      return .refuse(error)
    }
  }

  /// Forgets what was kept for the next lot, which has been started.
  mutating func forget(at place: StationLane) { pending[place] = nil }

  // MARK: The next lot

  /// The lot that waits at a place, where everything is known of it now.
  func waiting(at place: StationLane, _ known: StationFacts) -> ScanOrder? {
    guard pending[place]?.code != nil, let step = try? complete(at: place, known),
      case .carryOut(let order) = step
    else { return nil }
    return order
  }

  private mutating func keep(
    _ facts: CodeFacts,
    code: String? = nil,
    at place: StationLane,
    _ now: Duration
  ) {
    var kept = pending[place] ?? Pending(since: now)
    kept.facts.add(facts, overriding: true)
    kept.code = code ?? kept.code
    kept.since = now
    pending[place] = kept
  }

  private mutating func lot(
    _ code: ScannedCode,
    at place: StationLane,
    _ known: StationFacts,
    _ now: Duration
  ) throws(ScanProblem) -> ScanStep {
    let lot: LotID = try Self.checked(code.facts.lot, "the code names no lot")
    if known.lot == lot { return .tell(.known, "\(place) works on lot \(lot) already") }
    keep(code.facts, code: code.text, at: place, now)
    return try complete(at: place, known)
  }

  private mutating func next(
    _ facts: CodeFacts,
    at place: StationLane,
    _ known: StationFacts,
    _ now: Duration
  ) throws(ScanProblem) -> ScanStep {
    keep(facts, at: place, now)
    if pending[place]?.facts.lot != nil { return try complete(at: place, known) }
    let said = facts.stated.map { "\($0.name.replacing("_", with: " ")) \($0.value)" }
    return .tell(
      .noted,
      "\(said.joined(separator: ", ")) is kept for the next lot at \(place); scan the lot"
    )
  }

  /// Starts the lot that was scanned, or says what is still needed.
  private func complete(
    at place: StationLane,
    _ known: StationFacts
  ) throws(ScanProblem) -> ScanStep {
    let facts = pending[place]?.facts ?? CodeFacts()
    let lot: LotID = try Self.checked(facts.lot, "the code names no lot")
    let listed = known.lists.lots?[lot]
    let workOrder = try label(facts.workOrder) ?? listed?.workOrder
    let order = workOrder.flatMap { known.lists.workOrders?[$0] }
    let part = try label(facts.part) ?? listed?.part ?? order?.part
    let named = try label(facts.operatorName)
    let operatorName = known.operators.last ?? named
    guard let part, let workOrder, let operatorName else {
      let missing = [
        part == nil ? "part number" : nil, workOrder == nil ? "work order" : nil,
        operatorName == nil ? "operator's badge" : nil,
      ].compactMap { $0 }
      return .tell(
        .waiting,
        "lot \(lot) is read and not started yet; still needed: \(missing.joined(separator: ", ")). "
          + "Scan that, or start the lot by hand"
      )
    }
    return .carryOut(
      .start(
        ScannedLot(
          lot: lot,
          part: part,
          revision: try label(facts.revision) ?? listed?.revision ?? order?.revision,
          workOrder: workOrder,
          operatorName: operatorName,
          program: try label(facts.program) ?? listed?.program ?? order?.program,
          code: pending[place]?.code ?? lot.text
        )
      )
    )
  }

  // MARK: Everything else

  private func badge(
    _ facts: CodeFacts,
    at place: StationLane,
    _ known: StationFacts
  ) throws(ScanProblem) -> ScanStep {
    let who: Label = try Self.checked(facts.operatorName, "the badge names nobody")
    if known.operators.contains(who) {
      return .tell(.known, "\(who) is signed on at \(place) already")
    }
    return .carryOut(.signOn(who))
  }

  private func material(
    _ facts: CodeFacts,
    _ known: StationFacts,
    _ kept: CodeFacts?
  ) throws(ScanProblem) -> ScanStep {
    let lot: LotID = try Self.checked(
      facts.lot ?? facts.serial,
      "the code says what the material is, and not which lot"
    )
    if known.materials.contains(lot) {
      return .tell(.known, "material lot \(lot) is loaded already")
    }
    let part = try label(facts.part)
    let named = try label(kept?.operatorName)
    guard let material = try label(facts.material) ?? part else {
      throw .meaningless(
        "material lot \(lot) is read, and not what it is; say it as material: in scans.codes or "
          + "scans.articles"
      )
    }
    return .carryOut(
      .load(
        ScannedMaterial(
          lot: lot,
          material: material,
          part: part,
          expires: facts.expires,
          operatorName: known.operators.last ?? named
        )
      )
    )
  }

  private func unit(
    _ facts: CodeFacts,
    at place: StationLane,
    _ known: StationFacts
  ) throws(ScanProblem) -> ScanStep {
    let serial: SerialNumber = try Self.checked(facts.serial, "the code names no serial number")
    guard let active = known.lot else {
      throw .impossible(
        "unit \(serial) is read, and \(place) works on no lot that it could belong to; scan the "
          + "lot first"
      )
    }
    if let lot = facts.lot, lot != active.text {
      throw .impossible(
        "unit \(serial) belongs to lot \(lot), and \(place) works on lot \(active); end that, and "
          + "scan the unit's lot"
      )
    }
    return .carryOut(.enter(serial))
  }

  private func other(
    _ facts: CodeFacts,
    at place: StationLane
  ) throws(ScanProblem) -> ScanStep {
    let other: StationID = try Self.checked(facts.station, "the code names no station")
    return .tell(
      .station,
      other == place.station ? "this is \(place)" : "the next codes are meant for \(other)",
      station: other
    )
  }

  private mutating func command(
    _ command: CodeCommand?,
    at place: StationLane,
    _ known: StationFacts
  ) -> ScanStep {
    switch command {
    case .endLot: return .carryOut(.end)
    case .signOff:
      if let who = known.operators.first, known.operators.count == 1 {
        return .carryOut(.signOff(who))
      }
      return .refuse(
        .impossible(
          known.operators.isEmpty
            ? "nobody is signed on at \(place)"
            : "several are signed on at \(place); sign off by name: lotline operator off "
              + "\(place.station) NAME"
        )
      )
    case .cancel, nil:
      pending[place] = nil
      return .tell(.cancelled, "what was scanned for the next lot at \(place) is forgotten")
    }
  }

  // MARK: Words

  private func label(_ text: String?) throws(ScanProblem) -> Label? {
    guard let text else { return nil }
    return try Self.checked(text, "")
  }

  /// A text of a code as what it is taken for.
  private static func checked<Name: Identifier>(
    _ text: String?,
    _ absence: String
  ) throws(ScanProblem) -> Name {
    guard let text else { throw .meaningless(absence) }
    do throws(IdentifierError) {
      return try Name(text)
    } catch {
      throw .impossible(error.description)
    }
  }

  /// Why a code of a standard says nothing to the plant yet.
  private static func question(_ code: ScannedCode) -> String {
    if let identifier = code.facts.identifier {
      return "it is product \(identifier), and nothing says whether that is made here or goes in; "
        + "add it to scans.articles in the agent's configuration"
    }
    return
      "it is understood, and names no product, so that nothing says whether it is made here or "
      + "goes in; add the pattern of your lots to scans.codes, or scan the label's other code"
  }
}
