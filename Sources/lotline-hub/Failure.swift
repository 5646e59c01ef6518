internal import Hub
internal import HubStore

/// Why a command ends, in a sentence, and the exit code that says so to a program.
struct Failure: Error {
  /// BSD's `sysexits.h`, where it has one; documented in `lotline-hub --help`.
  enum Code: Int32 {
    case failed = 1
    case problemsFound = 2
    case usage = 64
    case badData = 65
    case notFound = 66
    case unavailable = 69
    case cannotCreate = 73
    case configuration = 78
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// - Returns: nil for an error of the command line, which its parser words.
  init?(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as HubStoreError: self.init(Self.code(error), error.description)
    case let error as ListenError: self.init(.unavailable, error.description)
    default: return nil
    }
  }

  private static func code(_ error: HubStoreError) -> Code {
    switch error {
    case .missing: .notFound
    case .cannotOpen, .notDurable: .cannotCreate
    case .foreign, .newer, .damaged: .badData
    case .inUse, .contended: .unavailable
    }
  }

  /// Runs a command's work; every error that is not one already becomes a failure.
  static func mapping<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch {
      throw Failure(error) ?? Failure(.failed, "\(error)")
    }
  }

  func end() -> Never {
    if !message.isEmpty { Terminal.err("lotline-hub: \(message)") }
    Terminal.exit(code.rawValue)
  }
}
