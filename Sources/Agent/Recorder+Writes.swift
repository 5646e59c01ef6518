internal import Acquisition
internal import Fieldbus
internal import JournalStore
internal import LotBinding
internal import Logging
internal import StationAPI
internal import Telemetry

extension Recorder {
  /// Records the order to write, unless its device is not known to be there and the right one.
  ///
  /// - Parameters:
  ///   - order: What is to be written.
  ///   - group: The scan group that reads the same signal.
  /// - Returns: What is recorded; it is durable, and only then may anything be sent.
  /// - Throws: `Problem`; then nothing may be sent.
  func order(_ order: WriteOrder, scannedBy group: ScanGroupID) throws -> Done {
    guard let scan = board.lastScan(of: group) else {
      throw Problem.deviceSilent(order.device, "it has not been read yet")
    }
    if let silence = scan.silence { throw Problem.deviceSilent(order.device, silence.detail) }
    do {
      return try perform { bindings, now in try bindings.write(order, now: now.wall) }
    } catch let error as BindingError {
      throw error.problem
    } catch let error as JournalError {
      if case .uncertain(_, let seq, _) = error {
        // The order may be in the journal, and must not stay open there: nothing was sent.
        let detail = "the journal could not be written"
        write(.writeOutcome(WriteOutcome(of: seq, .notSent, detail: detail)), at: time.now())
      }
      throw Problem.orderNotRecorded(error)
    }
  }

  /// Records what became of an order; durable when this returns.
  ///
  /// - Throws: `JournalError`; the record may then still become durable with a later commit.
  func conclude(_ outcome: WriteOutcome, of order: WriteOrder) throws -> Record {
    logger.notice(
      "write by \(order.operatorName), record \(outcome.write): \(order.sentence(outcome))"
    )
    followClock()
    let record = try append(.writeOutcome(outcome))
    try journal.assumeIsolated { try $0.commitAnchored() }
    return record
  }

  /// Says of orders that an earlier run left open that what became of them is not known.
  func concludeOpenWrites(_ open: [Int: WriteOrder]) throws {
    for (seq, order) in open.sorted(by: { $0.key < $1.key }) {
      let detail = "the agent ended before it recorded what became of it"
      let outcome = WriteOutcome(of: seq, .unknown, detail: detail)
      logger.warning("write by \(order.operatorName), record \(seq): \(order.sentence(outcome))")
      _ = try append(.writeOutcome(outcome))
    }
  }
}
