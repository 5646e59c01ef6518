/// Whether a condition comes to hold: waits for what other threads, sockets or processes do in
/// real time, without blocking a thread.
///
/// The bound, 30 seconds, only ends a run that is broken.
package func eventually(
  isolation: isolated (any Actor)? = #isolation,
  _ condition: () async -> Bool
) async throws -> Bool {
  for _ in 0..<15_000 {
    if await condition() { return true }
    try await Task.sleep(for: .milliseconds(2))
  }
  return await condition()
}
