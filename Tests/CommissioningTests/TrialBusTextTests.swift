import Fieldbus
import Telemetry
import Testing

@testable import Commissioning

/// A bus as a command line names it.
@Suite("A bus in one word")
struct TrialBusTextTests {
  @Test(
    "A bus is named as it is shown",
    arguments: [
      ("tcp://10.0.0.7:502", "tcp 10.0.0.7:502"), ("tcp:oven.plant:502", "tcp oven.plant:502"),
      ("tcp://[::1]:502", "tcp [::1]:502"), ("rtu:/dev/ttyUSB0", "rtu /dev/ttyUSB0, 19200 8E1"),
      (
        "rtu:/dev/ttyUSB0?baud=9600&parity=none&stop_bits=2",
        "rtu /dev/ttyUSB0, 9600 8N2"
      ),
      ("serial:/dev/ttyS0", "serial /dev/ttyS0, 9600 8N1"),
      ("serial:/dev/ttyS0?data_bits=7&parity=odd", "serial /dev/ttyS0, 9600 7O1"),
    ]
  )
  func good(text: String, words: String) throws {
    #expect(try TrialBusText.carrier(text).words == words)
  }

  @Test("A bus in one word says what its adapter does")
  func adapter() throws {
    let carrier = try TrialBusText.carrier("rtu:/dev/ttyS1?rs485=true&echo=true")
    let line = SerialLine(port: "/dev/ttyS1", direction: DirectionControl(), echoes: true)
    #expect(carrier == .rtu(line))
    let plain = try TrialBusText.carrier("rtu:/dev/ttyS1?rs485=false&echo=false")
    #expect(plain == .rtu(SerialLine(port: "/dev/ttyS1")))
  }

  @Test(
    "What names no bus is refused with what would",
    arguments: [
      ("10.0.0.7:502", "names no bus"), ("tcp://10.0.0.7", "write HOST:PORT"),
      ("tcp://10.0.0.7:0", "write HOST:PORT"), ("tcp://:502", "write HOST:PORT"),
      ("tcp://::1:502", "write HOST:PORT"), ("tcp://a/b:502", "write HOST:PORT"),
      ("rtu:", "port is missing"), ("rtu:/dev/x?speed=1", "there are baud, parity"),
      ("rtu:/dev/x?baud=fast", "baud is 'fast': write 19200"),
      ("rtu:/dev/x?baud=1", "baud is '1'"), ("rtu:/dev/x?parity=mark", "none, even or odd"),
      ("rtu:/dev/x?stop_bits=3", "1 or 2"), ("serial:/dev/x?data_bits=9", "8 or 7"),
      ("rtu:/dev/x?baud", "is no setting of a line"),
      ("rtu:/dev/x?echo=yes", "echo is 'yes': write true or false"),
      ("serial:/dev/x?echo=true", "is no setting of a line"),
    ]
  )
  func bad(text: String, words: String) {
    do {
      let carrier = try TrialBusText.carrier(text)
      Issue.record("\(text) became \(carrier)")
    } catch {
      #expect(error.description.contains(words), "\(error)")
    }
  }
}
