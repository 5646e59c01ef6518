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

  package init(
    port: String,
    baud: Int = 19_200,
    parity: Parity = .even,
    dataBits: Int = 8,
    stopBits: Int = 1
  ) {
    precondition(baud > 0 && (7...8).contains(dataBits) && (1...2).contains(stopBits))
    self.port = port
    self.baud = baud
    self.parity = parity
    self.dataBits = dataBits
    self.stopBits = stopBits
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

  /// Data bits, parity and stop bits as people write them: `8E1`.
  package var characterFormat: String {
    "\(dataBits)\(parity.rawValue.prefix(1).uppercased())\(stopBits)"
  }

  /// Speed and character as people write them: `19200 8E1`.
  package var settingsText: String { "\(baud) \(characterFormat)" }
}
