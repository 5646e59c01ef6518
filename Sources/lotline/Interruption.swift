internal import UnixSignals

/// Works until the work ends, or until Ctrl-C or SIGTERM cancels it and it returns what it has.
func untilInterrupted<Result: Sendable>(
  _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
  return try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await work() }
    group.addTask {
      for await _ in signals { break }
      return nil
    }
    // Whichever ends first ends the other; only the work has a result.
    var result: Result?
    for try await ended in group {
      group.cancelAll()
      if let ended { result = ended }
    }
    guard let result else { throw CancellationError() }
    return result
  }
}
