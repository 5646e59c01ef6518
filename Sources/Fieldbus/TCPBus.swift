internal import NIOCore
internal import NIOPosix
package import Telemetry
internal import TransportSecurity

/// Modbus over TCP, on SwiftNIO: a Modbus TCP device, a gateway and the units behind it, or a serial
/// line behind a device server.
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
  package convenience init(
    to endpoint: Endpoint,
    timeout: Duration,
    maximumInFlight: Int = 1,
    firstTransaction: UInt16,
    time: any TimeSource
  ) {
    let settings = TCPSettings(
      endpoint: endpoint,
      timeout: timeout,
      maximumInFlight: maximumInFlight,
      time: time
    )
    self.init(settings, firstTransaction: firstTransaction)
  }

  /// The same over TLS (MODBUS/TCP Security V36).
  ///
  /// - Parameters:
  ///   - server: The device, and what both sides prove with who they are.
  ///   - timeout: Longest wait for the connection, for TLS on it, and for each reply.
  ///   - maximumInFlight: Requests that the device takes at once, at least 1.
  ///   - firstTransaction: Transaction identifier of the first request; best a random one.
  ///   - time: Clocks for the stamps.
  package convenience init(
    secured server: SecureEndpoint,
    timeout: Duration,
    maximumInFlight: Int = 1,
    firstTransaction: UInt16,
    time: any TimeSource
  ) {
    let security: Result<TLSClient, CredentialError>
    do throws(CredentialError) {
      security = .success(try TLSClient(server))
    } catch {
      security = .failure(error)
    }
    let settings = TCPSettings(
      endpoint: server.endpoint,
      timeout: timeout,
      maximumInFlight: maximumInFlight,
      time: time,
      security: security
    )
    self.init(settings, firstTransaction: firstTransaction)
  }

  /// A serial line behind a device server, which carries RTU frames as they are.
  ///
  /// One request is under way at a time, and ``LineHygiene`` says when the line may be asked again
  /// after a failure, over all connections.
  ///
  /// - Parameters:
  ///   - server: The device server.
  ///   - timeout: Longest wait for the connection, and for each reply, beside the time that its
  ///     bytes take on a line whose speed is known.
  ///   - quiet: How much later than `timeout` the slowest device may still answer.
  ///   - time: Clocks for the stamps.
  package convenience init(
    through server: DeviceServer,
    timeout: Duration,
    quiet: Duration,
    time: any TimeSource
  ) {
    precondition(quiet >= .zero)
    let settings = TCPSettings(
      endpoint: server.endpoint,
      timeout: timeout,
      time: time,
      tunnel: TCPSettings.Tunnel(line: server.knownLine, quiet: quiet)
    )
    self.init(settings, firstTransaction: 0)
  }

  init(_ settings: TCPSettings, firstTransaction: UInt16) {
    let eventLoop = BusEventLoop.group.next()
    self.eventLoop = eventLoop
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
  /// A serial line at the other end.
  struct Tunnel: Sendable {
    /// nil where its speed is not known.
    let line: SerialLine?
    /// How much later than the timeout the slowest device may still answer.
    let quiet: Duration
  }

  let endpoint: Endpoint
  let timeout: Duration
  let maximumInFlight: Int
  let time: any TimeSource

  /// nil where the device itself speaks Modbus TCP.
  let tunnel: Tunnel?

  /// TLS; nil where there is none, a failure where its files cannot be used.
  let security: Result<TLSClient, CredentialError>?

  init(
    endpoint: Endpoint,
    timeout: Duration,
    maximumInFlight: Int = 1,
    time: any TimeSource,
    tunnel: Tunnel? = nil,
    security: Result<TLSClient, CredentialError>? = nil
  ) {
    precondition(timeout > .zero && maximumInFlight > 0)
    precondition(tunnel == nil || maximumInFlight == 1)
    self.endpoint = endpoint
    self.timeout = timeout
    self.maximumInFlight = maximumInFlight
    self.time = time
    self.tunnel = tunnel
    self.security = security
  }

  /// What cuts the frames of a new connection.
  func makeWire() -> any TCPWire { tunnel == nil ? MBAPDecoder() : RTUStream() }

  /// The sentence on a `fault` in what answered `request`.
  func failure(_ fault: ReplyFault, _ request: ModbusRequest) -> BusFailure {
    BusFailure(fault.cause, "unit \(request.unit.rawValue) at \(endpoint): \(fault.detail)")
  }

  /// Longest wait for the reply to `request`.
  func wait(for request: ModbusRequest) -> Duration {
    timeout + (tunnel?.line.map { RTUFrame.lineTime(of: request, on: $0) } ?? .zero)
  }
}
