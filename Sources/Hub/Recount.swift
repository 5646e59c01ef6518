internal import HubStore
internal import Logging

/// Counts the readings of lots that were corrected anew, between the batches that agents send.
struct Recount {
  private let database: HubDatabase
  private let logger: Logger

  init(_ database: HubDatabase, _ logger: Logger) {
    self.database = database
    self.logger = logger
  }

  /// Counts whenever there is something to count, until its task is cancelled.
  ///
  /// A slice that fails, on a full disk, say, is tried again with the next correction or start.
  func run() async {
    for await _ in database.recounts {
      do {
        while try await database.recount() {
          if Task.isCancelled { return }
        }
      } catch is CancellationError {
        return
      } catch {
        logger.error(
          """
          cannot count anew what lots read that were corrected: \(error). Their traces say that they \
          are being recounted; the hub tries again with the next correction, or when it is restarted
          """
        )
      }
    }
  }
}
