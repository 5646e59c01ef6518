internal import NIOCore
internal import Telemetry

/// A request that was written and not answered yet.
struct TCPAsked {
  let transaction: UInt16
  let index: Int
  let request: ModbusRequest
  let isRepeated: Bool
  /// Whether what answers it cannot be a second copy of an earlier reply.
  let isSure: Bool
  let sent: Moment
  /// When it was sent, by ``monotonicNow()``; zero where no serial line is at the other end.
  let started: Duration
  let deadline: NIODeadline
}
