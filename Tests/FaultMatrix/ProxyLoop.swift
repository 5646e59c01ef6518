import Glibc
import Synchronization

/// The thread of a ``ByteProxy``: one poll over all descriptors, and replies that wait.
final class ProxyLoop {
  enum Start: Sendable {
    case listener(Int32, spare: Int32, port: UInt16)
    case terminal(Terminal, link: String)
  }

  private struct Client {
    let number: Int
    let descriptor: Int32
    var pending: [UInt8] = []
  }

  private struct Waiting {
    let due: Int64
    /// How long it is held back on purpose.
    let delay: Duration
    let order: Int
    let client: Int
    let bytes: [UInt8]
    let request: [UInt8]
  }

  private let proxy: ByteProxy
  private let device: Int32
  private let wake: Int32
  private let start: Start
  private var listener: Int32?
  private var spare: Int32 = -1
  private var terminal: Terminal?
  private var turnsAway = false
  private var clients: [Client] = []
  private var clientCount = 0
  private var fromDevice: [UInt8] = []
  private var asked: [(client: Int, request: [UInt8])] = []
  /// By due time, then order.
  private var waiting: [Waiting] = []
  private var order = 0
  /// When the last reply in order is due.
  private var lastInOrder: Int64 = 0
  /// For the next connection.
  private var kept: (after: Int, bytes: [UInt8])?
  /// What a device server has for whoever connects next.
  private var unheard: [UInt8] = []
  private var isStopped = false

  init(_ proxy: ByteProxy, device: Int32, wake: Int32, start: Start) {
    self.proxy = proxy
    self.device = device
    self.wake = wake
    self.start = start
    switch start {
    case .listener(let listener, let spare, _):
      self.listener = listener
      self.spare = spare
    case .terminal(let terminal, _): attach(terminal)
    }
  }

  private var isSocket: Bool { if case .listener = start { true } else { false } }

  func run() {
    while !isStopped {
      var entries = [wake, device] + (listener.map { [$0] } ?? [])
      entries += clients.map(\.descriptor)
      let count = entries.count
      var polls = entries.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&polls, nfds_t(count), patience) >= 0 || errno == EINTR else { break }
      entries = polls.filter { $0.revents != 0 }.map(\.fd)
      for descriptor in entries {
        if descriptor == wake {
          takeCommands()
        } else if descriptor == device {
          takeReplies()
        } else if descriptor == listener {
          accept()
        } else {
          takeRequests(from: descriptor)
        }
      }
      sendDue()
    }
    for client in clients { drop(client.number) }
    if let listener { close(listener) }
    if isSocket { close(spare) }
    close(device)
    close(wake)
  }

  /// Milliseconds until something is due, rounded up.
  private var patience: Int32 {
    guard let first = waiting.first else { return -1 }
    return Int32(clamping: max(0, (first.due - Clock.monotonic() + 999_999) / 1_000_000))
  }

  // MARK: The client's side

  private func accept() {
    guard let listener else { return }
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      guard !turnsAway else {
        close(descriptor)
        continue
      }
      Descriptors.sendAtOnce(on: descriptor)
      add(descriptor)
    }
  }

  private func attach(_ terminal: Terminal) {
    self.terminal = terminal
    add(terminal.controller)
  }

  private func add(_ descriptor: Int32) {
    clientCount += 1
    clients.append(Client(number: clientCount, descriptor: descriptor))
    if !unheard.isEmpty { Descriptors.write(unheard, to: descriptor, isSocket: isSocket) }
    unheard = []
  }

  private func drop(_ number: Int, reset: Bool = false) {
    guard let index = clients.firstIndex(where: { $0.number == number }) else { return }
    let client = clients.remove(at: index)
    if !proxy.isTunnel {
      waiting.removeAll { $0.client == number }
      lastInOrder = 0
    }
    if let terminal {
      self.terminal = nil
      terminal.pull()
    } else {
      if reset { Descriptors.resetOnClose(client.descriptor) }
      close(client.descriptor)
    }
  }

  private func takeRequests(from descriptor: Int32) {
    guard let index = clients.firstIndex(where: { $0.descriptor == descriptor }) else { return }
    guard let bytes = Descriptors.read(descriptor) else {
      // A terminal goes away only when it is pulled.
      if isSocket { drop(clients[index].number) }
      return
    }
    clients[index].pending += bytes
    var forwarded: [UInt8] = []
    let now = Clock.uptime()
    while let request = proxy.framing.take(from: &clients[index].pending, isReply: false) {
      asked.append((clients[index].number, request))
      forwarded += request
      let key = Array(proxy.framing.parts(of: request).pdu.prefix(3))
      proxy.shared.withLock { $0.log.passages[key, default: []].append(.init(came: now)) }
    }
    Descriptors.write(forwarded, to: device, isSocket: true)
  }

  // MARK: The device's side

  private func takeReplies() {
    guard let bytes = Descriptors.read(device) else {
      isStopped = true
      return
    }
    fromDevice += bytes
    while !asked.isEmpty,
      let reply = proxy.framing.take(from: &fromDevice, isReply: true)
    {
      let (client, request) = asked.removeFirst()
      if let kept, client > kept.after {
        self.kept = nil
        put(kept.bytes, for: client, after: .zero, inOrder: false, request: [])
      }
      let acts = proxy.shared.withLock { $0.tamper.acts(on: reply, answering: request) }
      for act in acts { perform(act, for: client, request: request) }
    }
  }

  private func perform(_ act: Act, for client: Int, request: [UInt8]) {
    switch act {
    case .send(let bytes, let delay, let inOrder):
      put(bytes, for: client, after: delay, inOrder: inOrder, request: request)
    case .keep(let bytes): kept = (client, bytes)
    case .hangUp(let reset):
      sendDue()
      drop(client, reset: reset)
    case .unplug: drop(client)
    }
  }

  private func put(
    _ bytes: [UInt8],
    for client: Int,
    after delay: Duration,
    inOrder: Bool,
    request: [UInt8]
  ) {
    let nanoseconds =
      delay.components.seconds * 1_000_000_000
      + delay.components.attoseconds / 1_000_000_000
    let now = Clock.monotonic()
    var due = now + nanoseconds
    if inOrder {
      due = max(due, lastInOrder)
      lastInOrder = due
    }
    order += 1
    let entry = Waiting(
      due: due,
      delay: .nanoseconds(due - now),
      order: order,
      client: client,
      bytes: bytes,
      request: request
    )
    let index = waiting.firstIndex { $0.due > due } ?? waiting.endIndex
    waiting.insert(entry, at: index)
  }

  private func sendDue() {
    while let first = waiting.first, first.due <= Clock.monotonic() {
      waiting.removeFirst()
      let client =
        proxy.isTunnel ? clients.last : clients.first { $0.number == first.client }
      if let client {
        Descriptors.write(first.bytes, to: client.descriptor, isSocket: isSocket)
      } else if proxy.isTunnel {
        unheard += first.bytes
      } else {
        continue
      }
      guard !first.request.isEmpty else { continue }
      let key = Array(proxy.framing.parts(of: first.request).pdu.prefix(3))
      let now = Clock.uptime()
      proxy.shared.withLock { shared in
        let index = shared.log.passages[key]?.firstIndex { $0.left == nil }
        guard let index else { return }
        shared.log.passages[key]?[index].left = now
        shared.log.passages[key]?[index].delay = first.delay
      }
    }
  }

  // MARK: Commands

  private func takeCommands() {
    _ = Descriptors.read(wake)
    let commands = proxy.shared.withLock { shared in
      defer { shared.commands = [] }
      return shared.commands
    }
    for (command, continuation) in commands {
      perform(command)
      continuation?.resume()
    }
  }

  private func perform(_ command: ByteProxy.Command) {
    switch command {
    case .say(let bytes):
      if let client = clients.last {
        Descriptors.write(bytes, to: client.descriptor, isSocket: isSocket)
      }
    case .hangUp(let reset): for client in clients { drop(client.number, reset: reset) }
    case .listen(let isOn): listen(isOn)
    case .turnAway(let isOn):
      turnsAway = isOn
      if isOn { for client in clients { drop(client.number) } }
    case .unplug: for client in clients { drop(client.number) }
    case .plug:
      if case .terminal(_, let link) = start, terminal == nil, let new = try? Terminal(link: link) {
        attach(new)
      }
    case .stop: isStopped = true
    }
  }

  /// The port is kept while nobody listens, by a socket that only has it.
  private func listen(_ isOn: Bool) {
    guard case .listener(_, _, let port) = start else { return }
    if !isOn, let listener {
      close(listener)
      self.listener = nil
      for client in clients { drop(client.number) }
    } else if isOn, listener == nil {
      Glibc.listen(spare, 16)
      listener = spare
      spare = (try? Descriptors.bound(port: port).descriptor) ?? -1
    }
  }
}
