import Testing

@testable import Fieldbus

@Suite("Thread executor")
struct ThreadExecutorTests {
  private actor Counter {
    private let executor = ThreadExecutor(name: "/dev/serial/by-id/counter")
    private(set) var count = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor {
      executor.asUnownedSerialExecutor()
    }

    func add() {
      executor.preconditionIsolated()
      count += 1
    }
  }

  @Test("Jobs of one actor run one at a time, on its own thread")
  func serial() async {
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<1_000 { group.addTask { await counter.add() } }
    }
    #expect(await counter.count == 1_000)
  }

  @Test("An executor goes with its actor")
  func manyExecutors() async {
    for _ in 0..<200 { await Counter().add() }
  }
}
