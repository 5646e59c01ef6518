internal import NIOCore
internal import NIOPosix
internal import Telemetry
internal import TransportSecurity

/// The event loop's side of a ``TCPBus``: batches in order, one connection at most.
final class TCPLine {
  let settings: TCPSettings
  /// Goes on over connections, so that a new one never repeats what an old one asked lately.
  var nextTransaction: UInt16
  /// When the serial line at the other end may be asked; nil where there is none.
  var quiet: TunnelQuiet?

  private let eventLoop: any EventLoop
  private var waiting: [TCPBatch] = []
  private var current: TCPBatch?
  private var connection: TCPConnection?
  /// Tells a connection attempt from an earlier one that was given up.
  private var attempt = 0
  /// With the units of a serial line at the other end.
  private var patience = UnitPatience()

  init(_ settings: TCPSettings, firstTransaction: UInt16, on eventLoop: any EventLoop) {
    self.settings = settings
    self.eventLoop = eventLoop
    nextTransaction = firstTransaction
    quiet = settings.tunnel.map { TunnelQuiet(quiet: $0.quiet, line: $0.line) }
    waiting.reserveCapacity(4)
  }

  func enqueue(
    _ requests: [BusRequest],
    _ continuation: CheckedContinuation<[BusOutcome], Never>
  ) {
    let batch = TCPBatch(requests, settings, continuation)
    if current == nil {
      start(batch)
    } else if waiting.count < TCPBus.maximumWaitingBatches {
      waiting.append(batch)
    } else {
      batch.failRest(
        .noConnection,
        "\(settings.endpoint): not asked, because \(waiting.count) scans wait already: "
          + "scan less often, or take devices off this bus"
      )
      batch.finish()
    }
  }

  /// Closes the connection; what is being carried, and what waits for it, fails.
  func close() {
    attempt += 1
    let detail = "connection to \(settings.endpoint) was closed by this program"
    let unheard = waiting
    waiting.removeAll()
    for batch in unheard {
      batch.failRest(.noConnection, detail)
      batch.finish()
    }
    if let connection {
      connection.abandon(.noConnection, detail)
    } else if let current {
      current.failRest(.noConnection, detail)
      finished(current)
    }
  }

  /// The connection settled all of `batch`.
  func finished(_ batch: TCPBatch) {
    current = nil
    batch.finish()
    if !waiting.isEmpty { start(waiting.removeFirst()) }
  }

  func lost(_ connection: TCPConnection) {
    if self.connection === connection { self.connection = nil }
  }

  private func start(_ batch: TCPBatch) {
    current = batch
    if let connection { connection.carry(batch) } else { connect() }
  }

  private func connect() {
    attempt += 1
    let attempt = attempt
    let began = monotonicNow()
    let line = NIOLoopBound(self, eventLoop: eventLoop)
    let timeout = TimeAmount(settings.timeout)
    let tls: TLSClient?
    do {
      tls = try settings.security?.get()
    } catch {
      return connected(.failure(error), attempt: attempt, began: began)
    }
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(timeout)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try tls?.secure(channel, within: timeout)
          try channel.pipeline.syncOperations.addHandler(TCPConnection(line.value))
        }
      }
    let endpoint = settings.endpoint
    let connecting: EventLoopFuture<any Channel>
    if let address = try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port) {
      connecting = bootstrap.connect(to: address)
    } else {
      connecting = bootstrap.connect(host: endpoint.host, port: endpoint.port)
    }
    let secured = connecting.flatMap { channel in
      tls.map { $0.handshake(on: channel).map { channel } }
        ?? channel.eventLoop.makeSucceededFuture(channel)
    }
    secured.whenComplete { line.value.connected($0, attempt: attempt, began: began) }
  }

  private func connected(
    _ result: Result<any Channel, any Error>,
    attempt: Int,
    began: Duration
  ) {
    guard attempt == self.attempt, let batch = current else {
      if case .success(let channel) = result { channel.close(promise: nil) }
      return
    }
    do {
      let channel = try result.get()
      let connection = try channel.pipeline.syncOperations.handler(type: TCPConnection.self)
      guard connection.isOpen else { throw ChannelError.eof }
      self.connection = connection
      let now = monotonicNow()
      quiet?.connected(at: now, after: now - began)
      connection.carry(batch)
    } catch {
      batch.failRest(.noConnection, ConnectError.sentence(error, endpoint: settings.endpoint))
      finished(batch)
    }
  }

  // MARK: A serial line at the other end

  /// The connection was lost before the next request of `batch` was sent.
  func reconnect(for batch: TCPBatch) {
    if batch.unsettled == 0 { finished(batch) } else { connect() }
  }

  /// `unit` answered.
  func heard(from unit: UnitID) { patience.answered(unit) }

  /// A request got no answer, and its connection was closed.
  ///
  /// What has not come may come yet, over the next connection too, which is opened at once for it to
  /// come to. The same is asked again if ``UnitPatience`` says so.
  func doubt(_ asked: TCPAsked, _ outcome: BusOutcome, _ failure: BusFailure, in batch: TCPBatch) {
    if !asked.isRepeated, patience.asksAgain(asked.request, after: failure) {
      batch.askAgain(asked.index, after: outcome)
    } else {
      batch.settle(asked.index, outcome)
      batch.failRest(failure.cause, "not asked, because \(failure.detail)", of: asked.request.unit)
    }
    reconnect(for: batch)
  }
}
