import Telemetry
import Testing

/// Reckoned by hand from MODBUS over Serial Line V1.02, 2.5.1, and the frames of
/// MODBUS Application Protocol V1.1b3, 6.1 to 6.4.
@Suite("Time on a serial line")
struct ExchangeLengthTests {
  @Test(
    "A request has 8 bytes, and its reply 5 and the data",
    arguments: [
      (ModbusTable.holding, 1, 7), (.holding, 10, 25), (.input, 125, 255), (.coil, 1, 6),
      (.coil, 8, 6), (.coil, 9, 7), (.discrete, 2_000, 255),
    ]
  )
  func rtu(table: ModbusTable, count: Int, reply: Int) {
    #expect(.rtu(table, count: count) == ExchangeLength(request: 8, reply: reply))
  }

  @Test("On TCP the header takes the place of unit and check sum")
  func tcp() {
    #expect(.tcp(.holding, count: 10) == ExchangeLength(request: 12, reply: 29))
    #expect(.tcp(.coil, count: 17) == ExchangeLength(request: 12, reply: 12))
  }

  @Test("Ten registers at 9600 baud 8E1: 8 and 25 characters of 11 bits, and twice 3.5 for silence")
  func slow() {
    let line = SerialLine(port: "", baud: 9_600)
    // 33 × 11 / 9600 s.
    expect(line.transferTime(of: .rtu(.holding, count: 10)), is: 37_812.5)
    // 40 × 11 / 9600 s.
    expect(line.rtuTime(of: .rtu(.holding, count: 10), turnaround: .zero), is: 45_833.3)
  }

  @Test("Above 19200 baud the silence is 1.75 ms")
  func fast() {
    let line = SerialLine(port: "", baud: 38_400)
    // 33 × 11 / 38400 s, and twice 1750 µs.
    expect(line.rtuTime(of: .rtu(.holding, count: 10), turnaround: .zero), is: 12_953.1)
  }

  @Test("A character without parity and with one stop bit has 10 bits")
  func character() {
    let line = SerialLine(port: "", baud: 9_600, parity: .none)
    expect(line.transferTime(of: ExchangeLength(request: 5, reply: 14)), is: 19_791.7)
  }

  @Test("A longer silence takes the place of the standard's, and switching comes on top")
  func ownSilence() {
    let length = ExchangeLength.rtu(.holding, count: 10)
    func time(_ gap: Duration?, _ direction: DirectionControl? = nil) -> Duration {
      SerialLine(port: "", baud: 9_600, direction: direction, wantedGap: gap)
        .rtuTime(of: length, turnaround: .zero)
    }
    expect(time(.milliseconds(2)), is: 45_833.3)
    // 36.5 × 11 / 9600 s, and 10 ms.
    expect(time(.milliseconds(10)), is: 51_822.9)
    let delays = DirectionControl(delayBefore: .milliseconds(1), delayAfter: .milliseconds(2))
    expect(time(nil, delays), is: 48_833.3)
  }

  @Test("A line at another speed keeps what its adapter and devices need")
  func otherSpeed() {
    let line = SerialLine(
      port: "",
      direction: DirectionControl(whileSending: .low),
      wantedGap: .milliseconds(10),
      echoes: true
    ).with(baud: 9_600)
    #expect(line.baud == 9_600 && line.parity == .even && line.echoes)
    #expect(line.requestGap == .milliseconds(10))
    #expect(line.direction?.whileSending == .low)
  }

  @Test("The turnaround comes on top, and a pause as far as it is longer than the silence")
  func rests() {
    let line = SerialLine(port: "", baud: 9_600)
    let length = ExchangeLength.rtu(.holding, count: 10)
    expect(line.rtuTime(of: length, turnaround: .milliseconds(5)), is: 50_833.3)
    expect(
      line.rtuTime(of: length, turnaround: .zero, pause: .milliseconds(2)),
      is: 45_833.3
    )
    // 36.5 × 11 / 9600 s, and 10 ms.
    expect(
      line.rtuTime(of: length, turnaround: .zero, pause: .milliseconds(10)),
      is: 51_822.9
    )
  }

  private func expect(
    _ duration: Duration,
    is microseconds: Double,
    at location: SourceLocation = #_sourceLocation
  ) {
    let actual = duration / .microseconds(1)
    #expect(abs(actual - microseconds) < 0.1, "\(actual)", sourceLocation: location)
  }
}
