internal import ArgumentParser
internal import Telemetry

/// How the bits go over a serial line, where the command line says it.
struct SerialLineOptions: ParsableArguments {
  @Option(help: "Bits per second. (default: 19200, instruments 9600)") var baud: Int?
  @Option(help: "none, even or odd. (default: even, instruments none)")
  var parity: SerialLine.Parity?
  @Option(help: "7 or 8. (default: 8)") var dataBits: Int?
  @Option(help: "1 or 2. (default: 1)") var stopBits: Int?

  @Flag(help: "The kernel switches the direction of an RS-485 line with RTS.") var rs485 = false
  @Flag(help: "The adapter gives back what it sends; for Modbus RTU.") var echo = false
  @Option(
    help: ArgumentHelp(
      "Silence before each request, such as 10ms; for Modbus RTU.",
      valueName: "time"
    ),
    transform: Duration.argument(in: .milliseconds(1)...(.seconds(1)), such: "10ms")
  )
  var frameGap: Duration?

  /// Whether any of them is given.
  var areGiven: Bool {
    baud != nil || parity != nil || dataBits != nil || stopBits != nil || rs485 || areRTUGiven
  }

  /// Whether one is given that only Modbus RTU has.
  var areRTUGiven: Bool { echo || frameGap != nil }

  func validate() throws {
    if let baud, !(300...921_600).contains(baud) {
      throw ValidationError("--baud is a number from 300 to 921600.")
    }
    if let dataBits, !(7...8).contains(dataBits) {
      throw ValidationError("--data-bits is 7 or 8.")
    }
    if let stopBits, !(1...2).contains(stopBits) {
      throw ValidationError("--stop-bits is 1 or 2.")
    }
  }

  /// A line of Modbus RTU: 19200 8E1, unless the options say otherwise.
  func rtu(port: String) -> SerialLine { changed(SerialLine(port: port)) }

  /// The line of a serial instrument: 9600 8N1, unless the options say otherwise.
  func serial(port: String) -> SerialLine {
    changed(SerialLine(port: port, baud: 9_600, parity: .none))
  }

  /// A line, changed as the options say.
  func changed(_ line: SerialLine) -> SerialLine {
    line.with(
      baud: baud,
      parity: parity,
      dataBits: dataBits,
      stopBits: stopBits,
      direction: rs485 ? DirectionControl() : nil,
      wantedGap: frameGap,
      echoes: echo ? true : nil
    )
  }
}

extension SerialLine.Parity: ExpressibleByArgument {}
