internal import CommandSupport
internal import Hub
internal import HubStore

extension CommandFailure {
  /// Runs a command's work; the errors of the hub's parts become failures with an exit status.
  static func mapping<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as HubStoreError {
      throw CommandFailure(status(of: error), error.description)
    } catch let error as UnknownLot {
      throw CommandFailure(.notFound, error.description)
    } catch let error as ListenError {
      throw CommandFailure(.cannotCreate, error.description)
    }
  }

  private static func status(of error: HubStoreError) -> ExitStatus {
    switch error {
    case .missing: .notFound
    case .cannotOpen, .notDurable: .cannotCreate
    case .foreign, .newer, .damaged: .badData
    case .inUse, .contended: .unavailable
    }
  }
}
