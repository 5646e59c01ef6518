internal import NIOCore
internal import NIOPosix
internal import Telemetry

/// The event loop's side of a ``TCPBus``: batches in order, one connection at most.
final class TCPLine {
  let settings: TCPSettings
  /// Goes on over connections, so that a new one never repeats what an old one asked lately.
  var nextTransaction: UInt16

  private let eventLoop: any EventLoop
  private var waiting: [TCPBatch] = []
  private var current: TCPBatch?
  private var connection: TCPConnection?
  /// Tells a connection attempt from an earlier one that was given up.
  private var attempt = 0

  init(_ settings: TCPSettings, firstTransaction: UInt16, on eventLoop: any EventLoop) {
    self.settings = settings
    self.eventLoop = eventLoop
    nextTransaction = firstTransaction
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
    let line = NIOLoopBound(self, eventLoop: eventLoop)
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(settings.timeout)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
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
    connecting.whenComplete { line.value.connected($0, attempt: attempt) }
  }

  private func connected(_ result: Result<any Channel, any Error>, attempt: Int) {
    guard attempt == self.attempt, let batch = current else {
      if case .success(let channel) = result { channel.close(promise: nil) }
      return
    }
    do {
      let channel = try result.get()
      let connection = try channel.pipeline.syncOperations.handler(type: TCPConnection.self)
      guard connection.isOpen else { throw ChannelError.eof }
      self.connection = connection
      connection.carry(batch)
    } catch {
      batch.failRest(.noConnection, ConnectError.sentence(error, endpoint: settings.endpoint))
      finished(batch)
    }
  }
}

/// One exchange: what was asked, and what became of it so far.
final class TCPBatch {
  let requests: [BusRequest]
  private(set) var next = 0
  private(set) var unsettled: Int

  private let settings: TCPSettings
  private var outcomes: [BusOutcome?]
  private let continuation: CheckedContinuation<[BusOutcome], Never>

  init(
    _ requests: [BusRequest],
    _ settings: TCPSettings,
    _ continuation: CheckedContinuation<[BusOutcome], Never>
  ) {
    self.requests = requests
    self.settings = settings
    self.continuation = continuation
    unsettled = requests.count
    outcomes = Array(repeating: nil, count: requests.count)
  }

  /// The next request that was not asked yet, and its index.
  func takeNext() -> (Int, ModbusRequest)? {
    while next < requests.count {
      let index = next
      next += 1
      if case .modbus(let request) = requests[index] { return (index, request) }
      let detail = "\(settings.endpoint) carries Modbus, not text: put the device on a serial bus"
      settle(index, BusOutcome(.noConnection, detail, at: settings.time.moment()))
    }
    return nil
  }

  func settle(_ index: Int, _ outcome: BusOutcome) {
    if outcomes[index] == nil { unsettled -= 1 }
    outcomes[index] = outcome
  }

  /// Fails everything that has no outcome yet.
  func failRest(_ cause: Cause, _ detail: String) {
    let moment = settings.time.moment()
    for index in outcomes.indices where outcomes[index] == nil {
      settle(index, BusOutcome(cause, detail, at: moment, wasSent: index < next))
    }
    next = requests.count
  }

  /// - Precondition: Every request has an outcome.
  func finish() {
    precondition(unsettled == 0)
    continuation.resume(returning: outcomes.compactMap(\.self))
  }
}

extension BusOutcome {
  /// Something that was never sent, unless said otherwise.
  init(_ cause: Cause, _ detail: String, at moment: Moment, wasSent: Bool = false) {
    self.init(
      result: .failure(BusFailure(cause, detail)),
      sent: moment,
      elapsed: .zero,
      wasSent: wasSent
    )
  }
}
