package import Profiles
internal import Synchronization
package import Telemetry

/// One Modbus unit whose registers follow its process model.
///
/// Like the controller of a real machine it has a scan cycle, 10 ms: within one, everything that is
/// asked for belongs to the same moment, whoever asks.
package final class SimulatedUnit: Sendable {
  private static let cycle: Duration = .milliseconds(10)

  private struct State: Sendable {
    var cycle: Int64?
    var image: RegisterImage
  }

  private let model: ProcessModel
  private let identity: SimulatedIdentity?
  private let start: Duration
  private let state: Mutex<State>

  /// A unit that starts at an uptime; nil when the profile is no Modbus device.
  ///
  /// - Parameters:
  ///   - profile: What it is.
  ///   - seed: Another seed gives other noise.
  ///   - start: The uptime at which its process starts.
  ///   - faults: Of which it shows the values that are stuck.
  ///   - unit: Its identifier, by which those faults find it.
  ///   - identity: What it says of itself; nil says what its profile asks for.
  package init?(
    profile: DeviceProfile,
    seed: UInt64,
    start: Duration,
    faults: FaultScript = FaultScript(),
    unit: UnitID? = nil,
    identity: SimulatedIdentity? = nil
  ) {
    guard case .modbus(let access) = profile.access else { return nil }
    model = ProcessModel(profile: profile, seed: seed)
      .holding(faults.stuckValues(of: unit)).restarting(faults.restarts(of: unit))
    self.identity = identity ?? SimulatedIdentity(access.identification)
    self.start = start
    state = Mutex(State(image: RegisterImage(access: access)))
  }

  /// The reply to one request, from what the process shows at `uptime`.
  ///
  /// - Parameters:
  ///   - request: The protocol data unit.
  ///   - uptime: When it was received.
  /// - Returns: The reply's or the exception's protocol data unit.
  package func reply(to request: ArraySlice<UInt8>, at uptime: Duration) -> [UInt8] {
    let cycle = (uptime - start).wholeMicroseconds / Self.cycle.wholeMicroseconds
    return state.withLock { state in
      if state.cycle != cycle {
        state.image.refresh(model.values(at: Self.cycle * Int(cycle)))
        state.cycle = cycle
      }
      return ModbusServerWrites.reply(to: request, in: &state.image)
        ?? ModbusServerCodec.reply(to: request, from: state.image, identity: identity)
    }
  }
}

/// The units that one carrier serves.
package struct UnitBank: Sendable {
  private let units: [UnitID: SimulatedUnit]

  package init(_ units: [UnitID: SimulatedUnit]) { self.units = units }

  /// The unit with an identifier, and no other: what a serial line has.
  func unit(onLine identifier: UInt8) -> SimulatedUnit? {
    UnitID(identifier).flatMap { units[$0] }
  }

  /// The unit with an identifier; a device that is alone behind its address answers to 0 and 255
  /// too (MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 4.4.2).
  func unit(onNetwork identifier: UInt8) -> SimulatedUnit? {
    if let unit = unit(onLine: identifier) { return unit }
    let isOwnAddress = identifier == 0 || identifier == 255
    return isOwnAddress && units.count == 1 ? units.values.first : nil
  }
}
