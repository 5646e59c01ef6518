internal import NIOCore
internal import Telemetry

/// Sends the replies of one channel at their times; only on its event loop.
struct ReplySchedule {
  typealias Write = (_ bytes: [UInt8]) -> Void

  /// Replies, or pieces of them, that may wait at a time.
  private static let limit = 1_024

  /// Tasks by number; a task that has run may still be here.
  fileprivate final class Waiting {
    var tasks: [Int: Scheduled<Void>] = [:]
  }

  private let late = Waiting()
  private let inTurn = Waiting()
  private var count = 0

  /// When the last of those in turn is sent.
  private var lastDue = NIODeadline.uptimeNanoseconds(0)

  /// Sends a reply, at once or later.
  ///
  /// Replies are sent in the order in which they were given, each after its delay or when the one
  /// before is out; late ones are not part of that order.
  ///
  /// - Parameters:
  ///   - bytes: What is sent.
  ///   - delay: Zero writes at once and leaves it to the caller to flush.
  ///   - isLate: Not held back by others, nor they by it, and not cancelled by ``cancelInTurn()``.
  ///   - context: Whose event loop is used.
  ///   - write: Writes the bytes.
  /// - Returns: False when too many wait already.
  mutating func send(
    _ bytes: [UInt8],
    after delay: Duration,
    isLate: Bool,
    in context: ChannelHandlerContext,
    write: @escaping Write
  ) -> Bool {
    let now = context.eventLoop.now
    let wanted = now + .microseconds(delay.wholeMicroseconds)
    // The next nanosecond, since tasks of one time may run in any order.
    let isNext = isLate || inTurn.tasks.isEmpty
    let due = isNext ? wanted : max(wanted, lastDue + .nanoseconds(1))
    if !isLate { lastDue = due }
    guard due > now else {
      write(bytes)
      return true
    }
    let waiting = isLate ? late : inTurn
    guard waiting.tasks.count < Self.limit else { return false }
    count += 1
    let number = count
    waiting.tasks[number] = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) {
      waiting.tasks[number] = nil
      write(bytes)
      context.flush()
    }
    return true
  }

  /// Gives up the replies that wait, but for late ones.
  func cancelInTurn() { inTurn.cancel() }

  func cancelAll() {
    inTurn.cancel()
    late.cancel()
  }
}

extension ReplySchedule.Waiting {
  fileprivate func cancel() {
    for task in tasks.values { task.cancel() }
    tasks = [:]
  }
}
