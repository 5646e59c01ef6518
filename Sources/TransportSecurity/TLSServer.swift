package import NIOCore
internal import NIOSSL
internal import NIOTLS
package import Telemetry

/// A device's side of TLS, which shows a certificate and demands one.
package struct TLSServer: Sendable {
  private let context: NIOSSLContext

  /// - Parameter files: The device's certificate and key, and the authorities of its clients.
  /// - Throws: ``CredentialError``
  package init(_ files: CredentialFiles) throws(CredentialError) {
    let credentials = try Credentials(files)
    context = try credentials.context(credentials.serverConfiguration)
  }

  /// Adds TLS to a client's connection, before what reads and writes on it.
  ///
  /// - Parameters:
  ///   - channel: The connection.
  ///   - onClient: Called when the client has shown its certificate.
  /// - Throws: When the pipeline takes no handlers.
  package func secure(
    _ channel: any Channel,
    onClient: @escaping @Sendable (CertificateDetails) -> Void
  ) throws {
    let handler = NIOSSLServerHandler(context: context)
    try channel.pipeline.syncOperations.addHandlers([handler, ClientGreeting(handler, onClient)])
  }
}

/// Tells who the client is.
private final class ClientGreeting: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let handler: NIOSSLServerHandler
  private let onClient: @Sendable (CertificateDetails) -> Void

  init(
    _ handler: NIOSSLServerHandler,
    _ onClient: @escaping @Sendable (CertificateDetails) -> Void
  ) {
    self.handler = handler
    self.onClient = onClient
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? TLSUserEvent, case .handshakeCompleted = event,
      let certificate = handler.peerCertificate
    {
      onClient(CertificateDetails(certificate))
    }
    context.fireUserInboundEventTriggered(event)
  }
}
