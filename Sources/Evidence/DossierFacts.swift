internal import MerkleLog
internal import Telemetry

/// What a dossier's README says of it.
struct DossierFacts {
  private let lot: LotID
  private let opening: JournalOpening
  private let checkpoint: Checkpoint
  private let timestamp: CheckpointTimestamp?
  private let missing: Int
  private var counts: [String: Int] = [:]
  private var first: Instant?
  private var last: Instant?
  private var stations: Set<StationID> = []
  private var key = "none"

  init(
    lot: LotID,
    opening: JournalOpening,
    checkpoint: Checkpoint,
    timestamp: CheckpointTimestamp?,
    missing: Int
  ) {
    self.lot = lot
    self.opening = opening
    self.checkpoint = checkpoint
    self.timestamp = timestamp
    self.missing = missing
  }

  mutating func take(_ record: Record) {
    counts[record.content.type, default: 0] += 1
    switch record.content {
    case .key(let change): key = change.key
    case .binding(let binding) where binding.lot == lot:
      stations.insert(binding.station)
      span(record.at)
    case .bindingEnd(let end) where end.lot == lot: span(record.at)
    case .frame: span(record.at)
    default: break
    }
  }

  private mutating func span(_ at: Instant) {
    first = min(first ?? at, at)
    last = max(last ?? at, at)
  }

  private static let tokenFile = """

        checkpoint.tst  the timestamp token of checkpoint.txt (RFC 3161)
    """

  /// Frames that were there once.
  private var gone: String {
    guard missing > 0 else { return "" }
    return """

      \(missing) frames of that time are no longer in the journal that this was made from: they were
      pruned, as the records of type "pruned" say. Those of the lot among them are not in this folder.
      Where a hub confirmed them, a folder that is made from its copy of the journal has them.

      """
  }

  /// How the time is checked that somebody outside of the plant has vouched for.
  private var stamp: String {
    guard let timestamp else { return "" }
    return """
      The time-stamping authority
        \(timestamp.authority ?? "without a name")
      says that checkpoint.txt was there at
        \(timestamp.time)
      To check that, with the certificate that the authority publishes as its root:
        openssl ts -verify -token_in -in checkpoint.tst -data checkpoint.txt -CAfile ROOT.pem
      Once that certificate has expired, add: -attime \(timestamp.time.microseconds / 1_000_000)


      """
  }

  var readme: String {
    let total = counts.values.reduce(0, +)
    let token = timestamp == nil ? "" : Self.tokenFile
    let types = counts.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    return """
      Evidence for lot \(lot)

      Agent \(opening.agent) at \(opening.site), journal \(opening.journal).
      Stations: \(stations.isEmpty ? "none" : stations.sorted().map(\.text).joined(separator: ", "))
      From \(first.map { "\($0)" } ?? "no time") to \(last.map { "\($0)" } ?? "no time").
      \(total) records:
      \(types.joined(separator: "\n"))
      \(gone)
      The checkpoint covers \(checkpoint.size) records with the root
        \(checkpoint.root)
      and is signed by
        \(key)
      Compare this key with the one that you were given on another way.

      Files
        records.jsonl   the records, each on one line, as they were committed and hashed
        proofs.txt      for each of them its number and its inclusion proof (RFC 9162)
        checkpoint.txt  the signed note over the journal's root (C2SP tlog-checkpoint)\(token)
        files/          device profiles and configurations in force, as the records hold them
        SHA256SUMS      the hash of every other file

      To check it
        lotline verify FOLDER --key KEY
        python3 verify_dossier.py FOLDER KEY    (needs nothing but Python 3; it is in Lotline's
                                                 Documentation folder)

      \(stamp)What a check shows: every record here was in the journal before the checkpoint was signed, at its
      number, and not a byte of it has changed since. What it does not show: that these are all records
      of the lot. Whoever has the journal, or the hub's copy of it, writes this folder anew from the same
      checkpoint and gets the same bytes. This text itself is not signed.

      """
  }
}
