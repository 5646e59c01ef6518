internal import Telemetry

/// What is wrong with a material lot at a moment: pure.
struct MaterialDoubts {
  private let load: MaterialLoad
  private let now: Instant
  private let lists: PlantLists

  /// The content that its certificate had when it was first recorded.
  private let knownContent: Digest?

  init(_ load: MaterialLoad, at now: Instant, _ lists: PlantLists, knownContent: Digest?) {
    self.load = load
    self.now = now
    self.lists = lists
    self.knownContent = knownContent
  }

  /// Everything that stands against loading or using it.
  func find(in check: inout RuleCheck) {
    findWhatMayChange(in: &check)
    if let doubt = contentDoubt { check.find(.materialBlocked, doubt) }
    if let doubt = certificateDoubt { check.find(.materialUncertified, doubt) }
    if let lots = lists.lots, lots[load.lot] == nil {
      check.find(
        .materialUnknown,
        "\(name) is not in the list of lots, revision \(lots.revision); look at the label"
      )
    }
  }

  /// What may come to stand against it while it is loaded.
  func findWhatMayChange(in check: inout RuleCheck) {
    if let doubt = expiryDoubt { check.find(.materialExpired, doubt) }
    if let doubt = floorLifeDoubt { check.find(.materialExpired, doubt) }
    if let doubt = blockDoubt { check.find(.materialBlocked, doubt) }
  }

  /// What became of it while it is loaded, as events without their load.
  var events: [Event] {
    let place = "at \(load.station)"
    return [
      (Event.Kind.materialExpired, expiryDoubt), (.floorLifeExceeded, floorLifeDoubt),
      (.materialBlocked, blockDoubt),
    ].compactMap { kind, doubt in
      doubt.map { Event(kind, detail: "\(place): \($0)") }
    }
  }

  private var name: String { "\(load.material), lot \(load.lot)" }

  private var expiryDoubt: String? {
    guard let expires = load.expires, expires <= now else { return nil }
    return "\(name) expired \(expires); take another lot"
  }

  private var floorLifeDoubt: String? {
    guard let end = load.floorLifeUntil, end <= now else { return nil }
    let opened = load.opened.map { ", opened \($0)" } ?? ""
    return "the floor life of \(name)\(opened) ended \(end); take a fresh one"
  }

  private var blockDoubt: String? {
    if let listed = lists.lots?[load.lot] {
      let reason = listed.reason.map { " (\($0))" } ?? ""
      switch listed.state {
      case .hold: return "\(name) is on hold\(reason); ask quality to release it"
      case .scrapped: return "\(name) was scrapped\(reason); take another lot"
      case .released, .finished: break
      }
    }
    guard let id = certificateID, let status = lists.certificates?[id]?.status else { return nil }
    switch status {
    case .revoked: return "certificate \(id) of \(name) was revoked; ask quality"
    case .rejected: return "certificate \(id) of \(name) was rejected; ask quality"
    case .accepted, .draft, .superseded: return nil
    }
  }

  /// A certificate is one document: other bytes under its number and revision are another one.
  private var contentDoubt: String? {
    guard let certificate = load.certificateReference, let hash = certificate.sha256 else {
      return nil
    }
    let revision = certificate.revision.map { " rev \($0)" } ?? ""
    let listed = lists.certificates?[certificate.id]
    let ofList = listed?.revision == certificate.revision ? listed?.sha256 : nil
    guard let known = [knownContent, ofList].compactMap({ $0 }).first(where: { $0 != hash }) else {
      return nil
    }
    return "certificate \(certificate.id)\(revision) has SHA-256 \(hash.description.prefix(8))…, "
      + "and was known with \(known.description.prefix(8))…: one of the two files is not the "
      + "certificate; ask quality"
  }

  private var certificateID: Label? { load.certificateReference?.id ?? load.certificate }

  private var certificateDoubt: String? {
    guard let id = certificateID else {
      return "no certificate is stated for \(name); add its number, type and SHA-256"
    }
    guard let certificates = lists.certificates else { return nil }
    guard let listed = certificates[id] else {
      return "certificate \(id) of \(name) is not in the list, revision \(certificates.revision); "
        + "ask quality to accept it"
    }
    switch listed.status {
    case .draft: return "certificate \(id) of \(name) is not accepted yet; ask quality"
    case .superseded: return "certificate \(id) of \(name) is superseded; state the one in force"
    case .accepted where !listed.lots.isEmpty && !listed.lots.contains(load.lot):
      return "certificate \(id) is not for lot \(load.lot); look at the label and the certificate"
    case .accepted, .revoked, .rejected: return nil
    }
  }
}
