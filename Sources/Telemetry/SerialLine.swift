/// How the bits go over a serial line.
package struct SerialLine: Sendable, Hashable {
  package enum Parity: String, Sendable, Hashable, CaseIterable { case none, even, odd }

  /// Device file: `/dev/ttyUSB0`, or better a link under `/dev/serial/by-id`.
  package let port: String

  /// Bits per second.
  package let baud: Int
  package let parity: Parity

  /// 7 or 8.
  package let dataBits: Int

  /// 1 or 2.
  package let stopBits: Int

  /// How the kernel switches the port between sending and receiving; nil where the adapter does it
  /// by itself, or the line is not shared.
  package let direction: DirectionControl?

  /// Silence that the devices want before a request; the standard's where it is shorter or nil.
  package let wantedGap: Duration?

  /// Whether the adapter gives back what it sends, as two-wire adapters without a receive switch do.
  package let echoes: Bool

  package init(
    port: String,
    baud: Int = 19_200,
    parity: Parity = .even,
    dataBits: Int = 8,
    stopBits: Int = 1,
    direction: DirectionControl? = nil,
    wantedGap: Duration? = nil,
    echoes: Bool = false
  ) {
    precondition(baud > 0 && (7...8).contains(dataBits) && (1...2).contains(stopBits))
    self.port = port
    self.baud = baud
    self.parity = parity
    self.dataBits = dataBits
    self.stopBits = stopBits
    self.direction = direction
    self.wantedGap = wantedGap
    self.echoes = echoes
  }

  /// The same line with other settings; what is left out stays.
  package func with(
    baud: Int? = nil,
    parity: Parity? = nil,
    dataBits: Int? = nil,
    stopBits: Int? = nil,
    direction: DirectionControl? = nil,
    wantedGap: Duration? = nil,
    echoes: Bool? = nil
  ) -> SerialLine {
    SerialLine(
      port: port,
      baud: baud ?? self.baud,
      parity: parity ?? self.parity,
      dataBits: dataBits ?? self.dataBits,
      stopBits: stopBits ?? self.stopBits,
      direction: direction ?? self.direction,
      wantedGap: wantedGap ?? self.wantedGap,
      echoes: echoes ?? self.echoes
    )
  }

  /// Time that one character takes: start bit, data bits, parity bit, stop bits.
  package var characterTime: Duration {
    let bits = 1 + dataBits + (parity == .none ? 0 : 1) + stopBits
    return .nanoseconds(Int64(bits) * 1_000_000_000 / Int64(baud))
  }

  /// Silence that ends an RTU frame: 3.5 characters, and 1.75 ms above 19,200 baud
  /// (MODBUS over Serial Line V1.02, 2.5.1.1).
  package var frameGap: Duration {
    baud > 19_200 ? .microseconds(1_750) : characterTime * 7 / 2
  }

  /// Silence before a request: ``frameGap``, or more where a device wants more.
  package var requestGap: Duration { max(frameGap, wantedGap ?? .zero) }

  /// Data bits, parity and stop bits as people write them: `8E1`.
  package var characterFormat: String {
    "\(dataBits)\(parity.rawValue.prefix(1).uppercased())\(stopBits)"
  }

  /// Speed and character as people write them: `19200 8E1`.
  package var settingsText: String { "\(baud) \(characterFormat)" }
}

/// How the kernel turns an RS-485 transceiver between sending and receiving, with the line RTS
/// (Linux, `serial_rs485`).
package struct DirectionControl: Sendable, Hashable {
  /// The level of RTS while the port sends; otherwise it has the other one.
  package enum Level: String, Sendable, Hashable, CaseIterable { case high, low }

  package let whileSending: Level

  /// From switching to sending until the first bit; the kernel takes whole milliseconds.
  package let delayBefore: Duration

  /// From the last bit until switching back; the kernel takes whole milliseconds.
  package let delayAfter: Duration

  package init(
    whileSending: Level = .high,
    delayBefore: Duration = .zero,
    delayAfter: Duration = .zero
  ) {
    self.whileSending = whileSending
    self.delayBefore = delayBefore
    self.delayAfter = delayAfter
  }

  /// What both delays add to each request.
  package var delay: Duration { delayBefore + delayAfter }
}
