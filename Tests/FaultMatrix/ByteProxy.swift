import Foundation
import Glibc
import Synchronization
import TestSupport

/// Stands between a client and a device, and passes their bytes on as the fault plan says.
///
/// Requests go to the device unchanged. A reply goes to the client as ``Tamper`` has it: at once,
/// later, changed, twice, not at all. The loop runs on a thread of its own until ``stop()``.
package final class ByteProxy: Sendable {
  /// What is done to the client's side, beside replies.
  package enum Command: Sendable, Hashable {
    case say([UInt8])
    case hangUp(reset: Bool)
    /// Whether anybody listens.
    case listen(Bool)
    /// Whether connections are closed as soon as they are made.
    case turnAway(Bool)
    case unplug
    case plug
    case stop
  }

  /// What passed in one scan.
  package struct Log: Sendable {
    /// When a request came and when its reply was sent, as uptime.
    struct Passage: Sendable {
      var came: Duration
      var left: Duration?
      /// How long the reply was held back on purpose.
      var delay: Duration = .zero
    }

    /// By function and address, one for each asking.
    var passages: [[UInt8]: [Passage]] = [:]
  }

  struct Shared {
    var tamper: Tamper
    var log = Log()
    var commands: [(Command, CheckedContinuation<Void, Never>?)] = []
  }

  package let place: ProxyPlace
  let framing: Framing
  /// Whether it is a device server: what the line says goes to whoever is connected then, or next.
  let isTunnel: Bool
  let shared: Mutex<Shared>
  private let wake: Int32

  /// - Parameters:
  ///   - carrier: What the client speaks.
  ///   - device: Descriptor of a stream to the device, which speaks the same; it is closed in the
  ///     end.
  ///   - link: Where a pseudo terminal is to be found.
  /// - Throws: The system's refusal of a descriptor.
  package init(_ carrier: Carrier, device: Int32, link: String) throws {
    framing = carrier.framing
    isTunnel = carrier.isTunnel
    shared = Mutex(Shared(tamper: Tamper(carrier)))
    let (wake, heard) = try Descriptors.pair()
    self.wake = wake
    let start: ProxyLoop.Start
    if carrier.usesTerminal {
      place = .terminal(link: link)
      start = .terminal(try Terminal(link: link), link: link)
    } else {
      let (listener, port) = try Descriptors.bound()
      // Before the first client can come; the loop's thread may begin later.
      Glibc.listen(listener, 16)
      place = .tcp(port: Int(port))
      start = .listener(listener, spare: try Descriptors.bound(port: port).descriptor, port: port)
    }
    Thread.detachNewThread { [self] in
      ProxyLoop(self, device: device, wake: heard, start: start).run()
    }
  }

  /// A scan begins; `target` is what the struck request's protocol data unit begins with.
  package func begin(_ strike: Strike?, target: [UInt8]) {
    shared.withLock { shared in
      shared.tamper.begin(strike, target: target)
      shared.log = Log()
    }
  }

  /// Replies struck since the scan began, and what passed.
  package func report() -> (fired: Int, log: Log) {
    shared.withLock { ($0.tamper.fired, $0.log) }
  }

  /// Has the loop do something, and waits until it has.
  package func perform(_ command: Command) async {
    await withCheckedContinuation { continuation in
      shared.withLock { $0.commands.append((command, continuation)) }
      Descriptors.write([1], to: wake, isSocket: true)
    }
  }

  package func stop() async {
    await perform(.stop)
    close(wake)
  }
}
