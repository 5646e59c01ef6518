internal import CSerialPort
internal import Telemetry

#if canImport(Glibc)
internal import Glibc
#endif

/// Has the system switch an open port between sending and receiving.
struct PortDirection: Sendable {
  /// Applies the settings to a descriptor.
  ///
  /// - Returns: 0, or the system's error number.
  let apply: @Sendable (_ descriptor: CInt, _ control: DirectionControl) -> CInt

  /// The kernel's driver, by `TIOCSRS485`.
  static let kernel = PortDirection { descriptor, control in
    let result = cserialport_control_direction(
      descriptor,
      control.whileSending == .high ? 1 : 0,
      UInt32(control.delayBefore.wholeMicroseconds / 1_000),
      UInt32(control.delayAfter.wholeMicroseconds / 1_000)
    )
    return result == 0 ? 0 : errno
  }

  /// Sets up an open port as its line says; a line that says nothing is left as the system has it.
  ///
  /// - Throws: ``BusFailure`` with ``Cause/noConnection`` when the driver refuses.
  func set(_ line: SerialLine, on descriptor: CInt) throws(BusFailure) {
    guard let control = line.direction else { return }
    let code = apply(descriptor, control)
    guard code != 0 else { return }
    let mend =
      code == EINVAL
      ? "its driver does not take this rts_on_send and rs485_delay: change them"
      : "its driver does not do that (\(systemError(code))): most USB adapters switch by "
        + "themselves, so remove rs485, or use a port whose driver can"
    throw BusFailure(
      .noConnection,
      "serial port \(line.port) cannot switch the direction of an RS-485 line: \(mend)"
    )
  }
}
