/// Bytes that a request and its reply have on the line.
package struct ExchangeLength: Sendable, Hashable {
  package let request: Int
  package let reply: Int

  package init(request: Int, reply: Int) {
    precondition(request >= 0 && reply >= 0)
    self.request = request
    self.reply = reply
  }

  package var total: Int { request + reply }

  /// Reading `count` addresses over RTU: 8 bytes, and 5 with the data
  /// (MODBUS over Serial Line V1.02, 2.5.1).
  package static func rtu(_ table: ModbusTable, count: Int) -> ExchangeLength {
    // The unit identifier before the PDU, the CRC behind it.
    reading(table, count: count, framing: 3)
  }

  /// Reading `count` addresses over TCP: 12 bytes, and 9 with the data
  /// (MODBUS Messaging on TCP/IP V1.0b, 3.1.3).
  package static func tcp(_ table: ModbusTable, count: Int) -> ExchangeLength {
    // The MBAP header, the unit identifier in it.
    reading(table, count: count, framing: 7)
  }

  /// A request is function, address and count; a reply function, byte count and data
  /// (MODBUS Application Protocol V1.1b3, 6.1 to 6.4).
  private static func reading(_ table: ModbusTable, count: Int, framing: Int) -> ExchangeLength {
    ExchangeLength(request: framing + 5, reply: framing + 2 + table.byteCount(of: count))
  }
}

extension ModbusTable {
  /// Bytes of data in a reply with so many addresses.
  package func byteCount(of count: Int) -> Int { holdsBits ? (count + 7) / 8 : count * 2 }
}

extension SerialLine {
  /// Time that the bytes take on the line, without the silence between frames.
  package func transferTime(of length: ExchangeLength) -> Duration {
    characterTime * length.total
  }

  /// Time from a request's first byte until the line may carry the next one: the request, the
  /// silence that ends it, the device's turnaround, the reply, and the silence before the next
  /// request (MODBUS over Serial Line V1.02, 2.5.1.1); what switching the direction takes, too.
  ///
  /// - Parameters:
  ///   - length: The bytes of both frames.
  ///   - turnaround: What the device needs between the request's end and its answer.
  ///   - pause: The rest that the device wants after its reply; the silence is part of it.
  /// - Returns: That time.
  package func rtuTime(
    of length: ExchangeLength,
    turnaround: Duration,
    pause: Duration = .zero
  ) -> Duration {
    transferTime(of: length) + (direction?.delay ?? .zero) + frameGap + turnaround
      + max(requestGap, pause)
  }
}
