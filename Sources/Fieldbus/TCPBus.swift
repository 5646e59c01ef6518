internal import NIOCore
internal import NIOPosix
package import Telemetry

/// A Modbus TCP device, or a gateway and the units behind it, on SwiftNIO.
///
/// A batch crosses to the event loop once; there the next request is written as soon as a reply
/// came. The connection is opened by the first exchange and kept. After anything but an answer it
/// is closed, because what arrives later on it could be taken for the answer to something else
/// (`reliability`, finding 2); the next exchange opens another.
package final class TCPBus: Bus {
  /// Batches that may wait for the connection at a time.
  package static let maximumWaitingBatches = 1_024

  private let line: NIOLoopBoundBox<TCPLine>
  private let eventLoop: any EventLoop

  /// - Parameters:
  ///   - endpoint: The device or gateway.
  ///   - timeout: Longest wait for the connection, and for each reply.
  ///   - maximumInFlight: Requests that the device takes at once, at least 1.
  ///   - firstTransaction: Transaction identifier of the first request; best a random one.
  ///   - time: Clocks for the stamps.
  package init(
    to endpoint: Endpoint,
    timeout: Duration,
    maximumInFlight: Int = 1,
    firstTransaction: UInt16,
    time: any TimeSource
  ) {
    precondition(timeout > .zero && maximumInFlight > 0)
    let eventLoop = BusEventLoop.group.next()
    self.eventLoop = eventLoop
    let settings = TCPSettings(
      endpoint: endpoint,
      timeout: TimeAmount(timeout),
      maximumInFlight: maximumInFlight,
      time: time
    )
    line = NIOLoopBoundBox.makeBoxSendingValue(
      TCPLine(settings, firstTransaction: firstTransaction, on: eventLoop),
      eventLoop: eventLoop
    )
  }

  deinit {
    let line = line
    eventLoop.execute { line.value.close() }
  }

  package func exchange(_ requests: [BusRequest]) async -> [BusOutcome] {
    guard !requests.isEmpty else { return [] }
    let line = line
    return await withCheckedContinuation { continuation in
      eventLoop.execute { line.value.enqueue(requests, continuation) }
    }
  }

  package func close() async {
    let line = line
    await withCheckedContinuation { continuation in
      eventLoop.execute {
        line.value.close()
        continuation.resume()
      }
    }
  }
}

/// The one thread that all TCP buses share; it lives as long as the program.
enum BusEventLoop {
  static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
}

/// What stays the same over a bus's life.
struct TCPSettings: Sendable {
  let endpoint: Endpoint
  let timeout: TimeAmount
  let maximumInFlight: Int
  let time: any TimeSource
}
