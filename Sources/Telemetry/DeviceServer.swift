/// A serial device server, which carries the bytes of a serial line over TCP as they are.
package struct DeviceServer: Sendable, Hashable {
  package let endpoint: Endpoint

  /// Bits per second on the line behind it; nil where nobody said.
  package let baud: Int?

  package init(_ endpoint: Endpoint, baud: Int? = nil) {
    self.endpoint = endpoint
    self.baud = baud
  }

  /// The line behind it, with the standard's characters; nil where its speed is not known.
  package var knownLine: SerialLine? {
    baud.map { SerialLine(port: endpoint.description, baud: $0) }
  }

  /// The line behind it, for reckoning: with the standard's speed (MODBUS over Serial Line V1.02,
  /// 2.5.1) where nobody said another.
  package var line: SerialLine { knownLine ?? SerialLine(port: endpoint.description) }
}
