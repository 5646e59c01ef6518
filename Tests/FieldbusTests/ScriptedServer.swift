import NIOCore
import NIOPosix
import TestSupport

@testable import Fieldbus

/// A Modbus TCP server on loopback that does what the test says for each request.
final class ScriptedServer: Sendable {
  /// One thing that the server does.
  enum Step: Sendable {
    case send([UInt8])
    case wait(TimeAmount)
    case close
  }

  struct Request: Sendable {
    /// Counted from 0 over all connections.
    let number: Int
    let connection: Int
    let transaction: UInt16
    let unit: UInt8
    let pdu: [UInt8]

    var address: UInt16 { UInt16(pdu[1]) << 8 | UInt16(pdu[2]) }
    var count: Int { Int(pdu[3]) << 8 | Int(pdu[4]) }

    /// The right answer: each register holds its own address.
    var reply: [UInt8] { frame(values) }

    var values: [UInt8] { ownAddresses(answering: pdu) }

    func frame(_ pdu: [UInt8], transaction: UInt16? = nil, unit: UInt8? = nil) -> [UInt8] {
      let transaction = transaction ?? self.transaction
      return [
        UInt8(transaction >> 8), UInt8(truncatingIfNeeded: transaction), 0, 0, 0,
        UInt8(pdu.count + 1), unit ?? self.unit,
      ] + pdu
    }
  }

  let requests = Locked<[Request]>([])
  let connections = Locked(0)
  private let channel: any Channel
  private let group: MultiThreadedEventLoopGroup

  init(_ script: @escaping @Sendable (Request) -> [Step]) async throws {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (requests, connections) = (requests, connections)
    channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        let number = connections.with {
          $0 += 1
          return $0 - 1
        }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            Session(number: number, requests: requests, script: script)
          )
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  func stop() async throws {
    try await channel.close()
    try await group.shutdownGracefully()
  }
}

private final class Session: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let number: Int
  private let requests: Locked<[ScriptedServer.Request]>
  private let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Step]
  private var decoder = MBAPDecoder()

  init(
    number: Int,
    requests: Locked<[ScriptedServer.Request]>,
    script: @escaping @Sendable (ScriptedServer.Request) -> [ScriptedServer.Step]
  ) {
    self.number = number
    self.requests = requests
    self.script = script
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    decoder.take(unwrapInboundIn(data))
    while let frame = try? decoder.next() {
      let request = requests.with { all in
        let request = ScriptedServer.Request(
          number: all.count,
          connection: number,
          transaction: frame.transaction,
          unit: frame.unit,
          pdu: Array(frame.pdu)
        )
        all.append(request)
        return request
      }
      perform(script(request)[...], context)
    }
  }

  private func perform(_ steps: ArraySlice<ScriptedServer.Step>, _ context: ChannelHandlerContext) {
    guard let step = steps.first else { return }
    switch step {
    case .send(let bytes):
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
      perform(steps.dropFirst(), context)
    case .close: context.close(promise: nil)
    case .wait(let time):
      _ = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
        self.perform(steps.dropFirst(), context)
      }
    }
  }
}

/// The answer to a request to read, of a device whose registers hold their own addresses.
func ownAddresses(answering pdu: [UInt8]) -> [UInt8] {
  let address = UInt16(pdu[1]) << 8 | UInt16(pdu[2])
  let words = (0..<(UInt16(pdu[3]) << 8 | UInt16(pdu[4]))).flatMap { offset in
    let value = address &+ offset
    return [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
  }
  return [pdu[0], UInt8(words.count)] + words
}
