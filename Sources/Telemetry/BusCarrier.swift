/// What carries a bus.
package enum BusCarrier: Sendable, Hashable {
  /// Modbus TCP: a device, or a gateway with units behind it.
  case tcp(Endpoint)
  /// Modbus TCP over TLS, with certificates on both sides.
  case tls(SecureEndpoint)
  /// Modbus RTU on a serial line behind a device server.
  case rtuOverTCP(DeviceServer)
  /// Modbus RTU on a serial port.
  case rtu(SerialLine)
  /// A serial instrument that speaks in frames of text or bytes.
  case serial(SerialLine)
}
