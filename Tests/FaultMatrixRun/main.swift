import FaultMatrix
import Foundation

// fault-matrix [scans] [seed] [workers]: plays the fault matrix, prints its table, and fails when a
// reading broke the invariant or a fault never struck.
let numbers = CommandLine.arguments.dropFirst().map { UInt64($0) }
guard !numbers.contains(nil), numbers.count <= 3 else {
  print("usage: fault-matrix [scans] [seed] [workers]")
  exit(2)
}
let given = numbers.compactMap(\.self)
let matrix = Matrix(
  scans: Int(given.first ?? 1_000_000),
  seed: given.count > 1 ? given[1] : 1,
  workers: given.count > 2 ? Int(given[2]) : 8
)
let table = try await matrix.run()
print(table.text)
exit(table.isPassed ? 0 : 1)
