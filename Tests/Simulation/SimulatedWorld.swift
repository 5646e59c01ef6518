import Fieldbus
import Telemetry
import TestSupport

/// The machines of a plant and what goes wrong with them: what is true at any moment of uptime.
///
/// A device is found on whatever line it is asked over, by its unit or, an instrument, by its port:
/// where the configuration says it is, there somebody has connected it.
struct SimulatedWorld: Sendable {
  struct Fault: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
      case silent
      /// Answers, but after the timeout.
      case late
      /// Answers after so many milliseconds.
      case slow(Int)
      case exception(UInt8)
      /// No answer that covers this address.
      case illegal(address: Int)
      /// Every other request is answered so that this is the cause.
      case damaged(Cause)
      /// Values stand still.
      case frozen
      /// Starts anew at the beginning of the window, and does not answer until its end.
      case restart
    }

    let kind: Kind
    let from: Duration
    let to: Duration

    func isActive(at uptime: Duration) -> Bool { from <= uptime && uptime < to }
  }

  let seed: UInt64

  /// By unit, or by an instrument's port; those of one device do not overlap.
  var faults: [String: [Fault]] = [:]

  /// When lines were down.
  var outages: [String: [Range<Duration>]] = [:]

  static func key(unit: Int?, line: String) -> String { unit.map { "unit \($0)" } ?? line }

  func fault(of device: String, at uptime: Duration) -> Fault? {
    faults[device]?.first { $0.isActive(at: uptime) }
  }

  func isDown(_ line: String, at uptime: Duration) -> Bool {
    outages[line]?.contains { $0.contains(uptime) } ?? false
  }

  /// Whether a device may have been asked again just before, because it was busy.
  func isBusy(_ device: String, before uptime: Duration) -> Bool {
    faults[device]?.contains { fault in
      fault.kind == .exception(6) && fault.from <= uptime && uptime < fault.to + .seconds(1)
    } ?? false
  }

  // MARK: What a device holds

  /// What a device's signal holds at a moment.
  func value(_ kind: PlantModel.SignalKind, _ address: Int, of device: String, at uptime: Duration)
    -> Int
  {
    var shown = uptime
    if let fault = fault(of: device, at: uptime), fault.kind == .frozen { shown = fault.from }
    switch kind {
    case .clock: return Int((shown - lastStart(of: device, at: shown)).wholeMicroseconds / 1_000)
    case .fast: return noise(device, address, Int(shown / .seconds(1)))
    case .slow: return noise(device, address, Int(shown / .seconds(600)))
    case .drift:
      let phase = Int(shown / .seconds(10)) % 200
      return 1_000 + min(phase, 200 - phase)
    }
  }

  func lastStart(of device: String, at uptime: Duration) -> Duration {
    faults[device]?.last { $0.kind == .restart && $0.from <= uptime }?.from ?? .zero
  }

  private func noise(_ device: String, _ address: Int, _ step: Int) -> Int {
    var name: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in device.utf8 { name = (name ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var random = SeededGenerator(
      seed: seed ^ name ^ UInt64(address) << 40 ^ UInt64(bitPattern: Int64(step))
    )
    return Int(random.next() % 65_536)
  }

  /// The word at an address: what kind of signal is there, the address says.
  func word(_ address: Int, of device: String, at uptime: Duration) -> UInt16 {
    switch address {
    case ..<1_000:
      let whole = value(.clock, address & ~1, of: device, at: uptime)
      return UInt16(truncatingIfNeeded: address & 1 == 0 ? whole >> 16 : whole)
    case ..<2_000: return UInt16(value(.fast, address, of: device, at: uptime))
    case ..<3_000: return UInt16(value(.slow, address, of: device, at: uptime))
    default: return UInt16(value(.drift, address, of: device, at: uptime))
    }
  }
}
