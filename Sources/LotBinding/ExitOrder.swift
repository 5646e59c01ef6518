package import Telemetry

/// Whether boards leave a lane of a conveyor in the order in which they entered: pure.
///
/// A belt does not let one board pass another. Where one with a later serial number has left and an
/// earlier one has not, the earlier was taken out, fell, or was not scanned.
package struct ExitOrder: Sendable, Hashable {
  private struct Board: Sendable, Hashable {
    let serial: SerialNumber
    let binding: Int

    /// The board that left before it.
    var passedBy: SerialNumber?
  }

  /// Boards that are followed, and lots whose boards are.
  private static let (boardLimit, lotLimit) = (1_024, 32)

  /// In the order in which they entered.
  private var boards: [Board] = []
  private var lots: [Int] = []

  package init() {}

  /// Takes a record of the lane.
  package mutating func apply(_ record: Record) {
    switch record.content {
    case .binding:
      lots = (lots + [record.seq]).suffix(Self.lotLimit)
      boards.removeAll { !lots.contains($0.binding) }
    case .unit(let passage): take(passage)
    default: break
    }
  }

  private mutating func take(_ passage: UnitPassage) {
    if passage.event == .left, let own = boards.firstIndex(where: { $0.serial == passage.serial }) {
      for index in boards.indices[..<own] where boards[index].passedBy == nil {
        boards[index].passedBy = passage.serial
      }
    }
    boards.removeAll { $0.serial == passage.serial }
    guard passage.event == .entered else { return }
    boards.append(Board(serial: passage.serial, binding: passage.binding))
    if boards.count > Self.boardLimit { boards.removeFirst() }
  }

  /// Boards that entered before one that is about to leave, and that none has passed so far.
  package func passed(by serial: SerialNumber) -> [SerialNumber] {
    guard let own = boards.firstIndex(where: { $0.serial == serial }) else { return [] }
    return boards[..<own].filter { $0.passedBy == nil }.map(\.serial)
  }

  /// Boards that others have passed and that have not gone yet, and which was the first that did.
  package var passed: [(serial: SerialNumber, by: SerialNumber)] {
    boards.compactMap { board in board.passedBy.map { (board.serial, $0) } }
  }
}
