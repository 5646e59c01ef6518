package import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Synchronization
package import Telemetry

/// The agent's side of TLS with one device.
package struct TLSClient: Sendable {
  private let server: SecureEndpoint
  private let context: NIOSSLContext
  private let demand: Demand

  /// - Parameter server: The device, and the files.
  /// - Throws: ``CredentialError``
  package init(_ server: SecureEndpoint) throws(CredentialError) {
    self.server = server
    let demand = Demand()
    let credentials = try Credentials(server.files)
    var configuration = credentials.clientConfiguration
    configuration.sslContextCallback = { _, promise in
      demand.note()
      promise.succeed(.noChanges)
    }
    context = try credentials.context(configuration)
    self.demand = demand
  }

  /// Adds TLS to a new connection, before what reads and writes on it.
  ///
  /// - Parameters:
  ///   - channel: The connection.
  ///   - timeout: Longest wait for the device, until both sides have shown their certificates.
  /// - Throws: When the name of the device cannot be one.
  package func secure(_ channel: any Channel, within timeout: TimeAmount) throws {
    demand.reset()
    let isAddress = (try? SocketAddress(ipAddress: server.expectedName, port: 0)) != nil
    let handler = try NIOSSLClientHandler(
      context: context,
      serverHostname: isAddress ? nil : server.expectedName
    )
    let handshake = TLSHandshake(
      handler,
      server: server,
      demand: demand,
      timeout: timeout,
      done: channel.eventLoop.makePromise(of: Void.self)
    )
    try channel.pipeline.syncOperations.addHandlers([handler, handshake])
  }

  /// When both sides of a connection have shown their certificates; it fails with ``TLSFailure``.
  package func handshake(on channel: any Channel) -> EventLoopFuture<Void> {
    do {
      return try channel.pipeline.syncOperations.handler(type: TLSHandshake.self).done.futureResult
    } catch {
      return channel.eventLoop.makeFailedFuture(TLSWords(server).closed)
    }
  }
}

/// Whether the device demanded our certificate.
final class Demand: Sendable {
  private let isNoted = Mutex(false)

  func note() { isNoted.withLock { $0 = true } }

  func reset() { isNoted.withLock { $0 = false } }

  var wasMade: Bool { isNoted.withLock { $0 } }
}

/// Why a connection over TLS is not, or no longer, to be had; its description is a sentence.
package struct TLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Waits for the end of a handshake, and says in sentences what TLS says in numbers.
private final class TLSHandshake: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let handler: NIOSSLClientHandler
  private let words: TLSWords
  private let demand: Demand
  let done: EventLoopPromise<Void>
  private let timeout: TimeAmount
  private var timer: Scheduled<Void>?
  private var isDone = false
  private var hasHeard = false

  init(
    _ handler: NIOSSLClientHandler,
    server: SecureEndpoint,
    demand: Demand,
    timeout: TimeAmount,
    done: EventLoopPromise<Void>
  ) {
    self.handler = handler
    words = TLSWords(server)
    self.demand = demand
    self.timeout = timeout
    self.done = done
  }

  func channelActive(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
      self.end(.failure(self.words.silent(for: self.timeout)))
      context.close(promise: nil)
    }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? TLSUserEvent, case .handshakeCompleted = event, !isDone {
      if demand.wasMade {
        end(.success(()))
      } else {
        end(.failure(words.noDemand))
        context.close(promise: nil)
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasHeard = true
    context.fireChannelRead(data)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A device that hangs up without a good-bye is closed as any other.
    if isDone, let error = error as? NIOSSLError, error == .uncleanShutdown { return }
    let presented = isDone ? nil : handler.peerCertificate.map { CertificateDetails($0) }
    let failure = words.failure(for: error, presented: presented, now: SystemTime().now())
    if isDone { return context.fireErrorCaught(failure) }
    end(.failure(failure))
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    // In TLS 1.3 the client is done before the server has looked at its certificate.
    if isDone, !hasHeard { context.fireErrorCaught(words.turnedAway) }
    end(.failure(words.closed))
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end(.failure(words.closed)) }

  private func end(_ result: Result<Void, TLSFailure>) {
    guard !isDone else { return }
    isDone = true
    timer?.cancel()
    timer = nil
    done.completeWith(result.mapError { $0 as any Error })
  }
}
