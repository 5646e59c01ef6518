import NIOCore
import NIOPosix
import Telemetry
import TestSupport

@testable import Fieldbus

/// A serial device server on loopback whose line does what the test says for each request.
///
/// What the line says goes to whoever is connected then; while nobody is, it is kept for whoever
/// connects next, as device servers do.
final class ScriptedDeviceServer: Sendable {
  /// One thing that the line, or the device server, does.
  enum Step: Sendable {
    case say([UInt8])
    case wait(TimeAmount)
    case hangUp
  }

  struct Request: Sendable {
    /// Counted from 0 over all connections.
    let number: Int
    let connection: Int
    let unit: UInt8
    let pdu: [UInt8]

    var address: UInt16 { UInt16(pdu[1]) << 8 | UInt16(pdu[2]) }

    /// The right answer: each register holds its own address.
    var reply: [UInt8] { frame(values) }

    var values: [UInt8] { ownAddresses(answering: pdu) }

    func frame(_ pdu: [UInt8], unit: UInt8? = nil) -> [UInt8] {
      CRC16.frame([unit ?? self.unit] + pdu)
    }
  }

  let requests: Locked<[Request]>
  let connections: Locked<Int>
  private let channel: any Channel
  private let group: MultiThreadedEventLoopGroup
  private let line: NIOLoopBound<Line>

  init(_ script: @escaping @Sendable (Request) -> [Step]) async throws {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let (requests, connections) = (Locked<[Request]>([]), Locked(0))
    (self.requests, self.connections) = (requests, connections)
    line = try await loop.submit {
      NIOLoopBound(Line(requests: requests, script: script), eventLoop: loop)
    }.get()
    let line = line
    channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        let number = connections.with {
          $0 += 1
          return $0 - 1
        }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Session(line.value, number: number))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var port: Int { channel.localAddress?.port ?? 0 }

  /// Has the line, or the device server, do something unasked.
  func perform(_ steps: [Step]) async throws {
    let line = line
    try await line.eventLoop.submit { line.value.perform(steps[...]) }.get()
  }

  func stop() async throws {
    try await channel.close()
    try await group.shutdownGracefully()
  }

  fileprivate final class Line {
    private let requests: Locked<[Request]>
    private let script: @Sendable (Request) -> [Step]
    private var clients: [ObjectIdentifier: any Channel] = [:]
    private var kept: [UInt8] = []

    init(requests: Locked<[Request]>, script: @escaping @Sendable (Request) -> [Step]) {
      self.requests = requests
      self.script = script
    }

    func join(_ channel: any Channel) {
      clients[ObjectIdentifier(channel)] = channel
      if !kept.isEmpty { say(kept) }
      kept = []
    }

    func leave(_ channel: any Channel) { clients[ObjectIdentifier(channel)] = nil }

    func ask(_ frame: [UInt8], connection: Int) {
      let request = requests.with { all in
        let request = Request(
          number: all.count,
          connection: connection,
          unit: frame[0],
          pdu: Array(frame[1..<6])
        )
        all.append(request)
        return request
      }
      perform(script(request)[...])
    }

    func perform(_ steps: ArraySlice<Step>) {
      guard let step = steps.first else { return }
      switch step {
      case .say(let bytes):
        say(bytes)
        perform(steps.dropFirst())
      case .hangUp:
        for client in clients.values { client.close(promise: nil) }
        perform(steps.dropFirst())
      case .wait(let time):
        guard let loop = loop else { return }
        let line = NIOLoopBound(self, eventLoop: loop)
        _ = loop.scheduleTask(in: time) { line.value.perform(steps.dropFirst()) }
      }
    }

    private var loop: (any EventLoop)? { MultiThreadedEventLoopGroup.currentEventLoop }

    private func say(_ bytes: [UInt8]) {
      if clients.isEmpty { kept += bytes }
      for client in clients.values { client.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    }
  }

  private final class Session: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let line: Line
    private let number: Int
    private var pending: [UInt8] = []

    init(_ line: Line, number: Int) {
      self.line = line
      self.number = number
    }

    func channelActive(context: ChannelHandlerContext) { line.join(context.channel) }

    func channelInactive(context: ChannelHandlerContext) { line.leave(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      pending += unwrapInboundIn(data).readableBytesView
      while pending.count >= 8 {
        let frame = Array(pending.prefix(8))
        pending.removeFirst(8)
        line.ask(frame, connection: number)
      }
    }
  }
}
